/** How shortcuts are written: `Ctrl+Shift+K`, where Ctrl is Command on a Mac. */

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const signs: Record<string, string> = {
  Enter: '↵',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Delete: 'Del',
  Space: 'Space',
};
const macSigns: Record<string, string> = {
  Ctrl: '⌘',
  Shift: '⇧',
  Alt: '⌥',
  Control: '⌃',
  Delete: '⌦',
};

export const isMac = mac;

/** The key caps of a shortcut. `Ctrl++` has two: Ctrl and the plus sign. */
export function caps(shortcut: string): string[] {
  const parts = shortcut.endsWith('++')
    ? [...shortcut.slice(0, -2).split('+'), '+']
    : shortcut.split('+');
  return parts.map((part) =>
    mac ? (macSigns[part] ?? signs[part] ?? part) : (signs[part] ?? part),
  );
}

/** A shortcut in one string, for tool tips. */
export function spoken(shortcut: string): string {
  return caps(shortcut).join(mac ? '' : '+');
}
