/**
 * The keyboard of a desktop: which keys are held there, and the chord that gives the keyboard back.
 *
 * Everything typed goes to the desktop, the app's own shortcuts too, but for what `lib/actions/shortcut.ts` lists.
 * Ctrl and Alt pressed together and let go without another key give the keyboard back. What is composed (dead keys,
 * input methods) goes as text.
 */

import { keysym, keysymOf, scancode } from './keys';

export interface KeySink {
  key(keysym: number, scancode: number, down: boolean): void;
  /** Gives the keyboard back. */
  release(): void;
}

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'isComposing' | 'repeat'>;

const isModifier = (code: string) => /^(Control|Alt)(Left|Right)$/.test(code);

export class Keyboard {
  /** What was sent for each place that is held: the key that goes up is the one that went down. */
  readonly #held = new Map<string, { keysym: number; scancode: number }>();
  /** Ctrl and Alt are held, and nothing else was pressed since. */
  #chord = false;

  constructor(private readonly sink: KeySink) {}

  get holds(): number {
    return this.#held.size;
  }

  /** Whether the page should keep the browser from acting on it. */
  down(event: Press): boolean {
    // An input method has it; what comes of it is text.
    if (event.isComposing || event.key === 'Process' || event.key === 'Dead') return false;
    const place = event.code || event.key;
    const held = this.#held.get(place);
    const sent = { keysym: keysym(event), scancode: scancode(event) };
    if (sent.keysym === 0 && sent.scancode === 0) return false;
    // A key that repeats stays the one that it was, whatever Shift has become.
    const key = held && event.repeat ? held : sent;
    this.#held.set(place, key);
    this.sink.key(key.keysym, key.scancode, true);
    const codes = [...this.#held.keys()];
    this.#chord =
      codes.length === 2 &&
      codes.every(isModifier) &&
      codes.some((code) => code.startsWith('Control')) &&
      codes.some((code) => code.startsWith('Alt'));
    return true;
  }

  up(event: Pick<KeyboardEvent, 'key' | 'code'>): boolean {
    const place = event.code || event.key;
    const key = this.#held.get(place);
    if (!key) return false;
    this.#held.delete(place);
    this.sink.key(key.keysym, key.scancode, false);
    if (!this.#chord) return true;
    if (this.#held.size === 0) {
      this.#chord = false;
      this.sink.release();
    }
    return true;
  }

  /** Lets everything go: the keyboard is somewhere else now. */
  clear(): void {
    for (const { keysym: sym, scancode: code } of this.#held.values())
      this.sink.key(sym, code, false);
    this.#held.clear();
    this.#chord = false;
  }
}

/** Keys pressed together, one after the other, and let go the other way round. */
export function pressTogether(sink: Pick<KeySink, 'key'>, keys: readonly Chord[]): void {
  for (const [sym, code] of keys) sink.key(sym, code, true);
  for (const [sym, code] of [...keys].reverse()) sink.key(sym, code, false);
}

/** A keysym and the place of its key. */
export type Chord = readonly [keysym: number, scancode: number];

/** Text as the keys of its characters, for machines that take no text. */
export function typeText(sink: Pick<KeySink, 'key'>, text: string): void {
  for (const character of text.replace(/\r\n?/g, '\n')) {
    const sym = keysymOf(character);
    if (sym === 0) continue;
    sink.key(sym, 0, true);
    sink.key(sym, 0, false);
  }
}

const CTRL: Chord = [0xffe3, 0x1d];
const ALT: Chord = [0xffe9, 0x38];
const SHIFT: Chord = [0xffe1, 0x2a];
const WIN: Chord = [0xffeb, 0xe05b];
const f = (number: number): Chord => [
  0xffbe + number - 1,
  number <= 10 ? 0x3a + number : 0x4c + number,
];

/** Keys that this computer keeps for itself, by name. */
export const SPECIAL_KEYS: readonly { id: string; name: string; keys: readonly Chord[] }[] = [
  { id: 'ctrlAltDel', name: 'Ctrl+Alt+Del', keys: [CTRL, ALT, [0xffff, 0xe053]] },
  { id: 'ctrlShiftEsc', name: 'Ctrl+Shift+Esc', keys: [CTRL, SHIFT, [0xff1b, 0x01]] },
  { id: 'ctrlEsc', name: 'Ctrl+Esc', keys: [CTRL, [0xff1b, 0x01]] },
  { id: 'win', name: 'Windows key', keys: [WIN] },
  { id: 'winR', name: 'Windows+R', keys: [WIN, [0x72, 0x13]] },
  { id: 'winL', name: 'Windows+L', keys: [WIN, [0x6c, 0x26]] },
  { id: 'altTab', name: 'Alt+Tab', keys: [ALT, [0xff09, 0x0f]] },
  { id: 'altF4', name: 'Alt+F4', keys: [ALT, f(4)] },
  { id: 'print', name: 'Print Screen', keys: [[0xff61, 0xe037]] },
  { id: 'altPrint', name: 'Alt+Print Screen', keys: [ALT, [0xff61, 0xe037]] },
  { id: 'ctrlAltBackspace', name: 'Ctrl+Alt+Backspace', keys: [CTRL, ALT, [0xff08, 0x0e]] },
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({
    id: `ctrlAltF${String(number)}`,
    name: `Ctrl+Alt+F${String(number)}`,
    keys: [CTRL, ALT, f(number)],
  })),
];
