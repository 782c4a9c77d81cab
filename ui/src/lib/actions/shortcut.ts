/**
 * Shortcuts as text: `Ctrl+Shift+K`, and whether a key press is one.
 *
 * `Ctrl` means Command on a Mac; `Control` means the Control key everywhere.
 */
import { isMac } from '$lib/components/keys';

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether the press is this shortcut, on any keyboard layout. */
export function matches(shortcut: string, press: Press, mac = isMac): boolean {
  const parts = shortcut.endsWith('++')
    ? [...shortcut.slice(0, -2).split('+'), '+']
    : shortcut.split('+');
  const key = parts.at(-1) ?? '';
  const held = new Set(parts.slice(0, -1));
  const control = held.has('Control') || (held.has('Ctrl') && !mac);
  const meta = held.has('Ctrl') && mac;
  if (press.ctrlKey !== control || press.metaKey !== meta || press.altKey !== held.has('Alt'))
    return false;
  if (press.key.toLowerCase() === key.toLowerCase()) {
    // A sign such as "?" may or may not need Shift, by layout; letters and named keys are told apart by it.
    return press.shiftKey === held.has('Shift') || /^[^a-z0-9]$/i.test(key);
  }
  if (press.shiftKey !== held.has('Shift')) return false;
  // A layout without Latin letters, or Shift turning a digit into a sign: go by the place of the key.
  return press.code === `Key${key.toUpperCase()}` || press.code === `Digit${key}`;
}

/**
 * Whether a shortcut may be taken from a focused terminal.
 *
 * Only chords that no terminal program can see, or that terminals have long kept for themselves:
 *
 * - Ctrl+Shift+letter (the palette is Ctrl+Shift+P or Ctrl+Shift+K there; plain Ctrl+K belongs to the shell),
 * - Ctrl+Tab, Ctrl+Shift+Tab, Ctrl+PageUp, Ctrl+PageDown: other tabs,
 * - Ctrl+plus, Ctrl+minus, Ctrl+0: text size,
 * - Alt+1 to Alt+9: a tab by its place,
 * - F6: the next part of the window, so that the keyboard always finds a way out,
 * - on a Mac everything with Command, but for Undo: whoever types means what was typed, not a deletion in the tree.
 */
export function allowedInTerminal(shortcut: string, mac = isMac): boolean {
  if (mac && /(^|\+)Ctrl\+/.test(shortcut)) return !/^Ctrl\+(Shift\+)?[YZ]$/.test(shortcut);
  return /^(Ctrl\+Shift\+[A-Z]|(Ctrl|Control)\+(Shift\+)?Tab|Ctrl\+(Shift\+)?Page(Up|Down)|Ctrl\+(\+|=|-|0)|Alt\+[1-9]|F6)$/.test(
    shortcut,
  );
}

/**
 * Whether a shortcut may be taken from a desktop that has the keyboard: only Ctrl+Alt+Enter, the whole screen. Everything
 * else is the machine's. Ctrl and Alt alone, pressed and let go, give the keyboard back (`lib/desktop/keyboard.ts`).
 */
export function allowedInDesktop(shortcut: string): boolean {
  return shortcut === 'Ctrl+Alt+Enter';
}

/** Whether a text field needs the keys itself: without a modifier, or to edit and copy. */
export function ofTextFields(shortcut: string): boolean {
  if (/^(Shift\+)?(F\d+|Escape)$/.test(shortcut)) return false;
  return !/(Ctrl|Control|Alt)\+/.test(shortcut) || /^Ctrl\+(Shift\+)?[ACVXZY]$/.test(shortcut);
}
