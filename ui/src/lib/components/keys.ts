/** How shortcuts are written: `Ctrl+Shift+K`, where Ctrl is Command on a Mac and Control is Control everywhere. */

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const signs: Record<string, string> = {
  Control: 'Ctrl',
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
export function caps(shortcut: string, onMac = mac): string[] {
  const parts = shortcut.endsWith('++')
    ? [...shortcut.slice(0, -2).split('+'), '+']
    : shortcut.split('+');
  return parts.map((part) =>
    onMac ? (macSigns[part] ?? signs[part] ?? part) : (signs[part] ?? part),
  );
}

/** A shortcut in one string, for tool tips. */
export function spoken(shortcut: string, onMac = mac): string {
  return caps(shortcut, onMac).join(onMac ? '' : '+');
}
