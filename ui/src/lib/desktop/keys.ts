/**
 * What a key means and where it lies: keysyms of X11 (`keysymdef.h`) and scan codes of a PC keyboard (set 1, extended
 * keys with 0xE000), from the `key` and `code` of the browser (UI Events KeyboardEvent).
 */

/** Keysyms of keys that have a name. Where left and right differ, `code` tells. */
const NAMED: Readonly<Record<string, number>> = {
  Backspace: 0xff08,
  Tab: 0xff09,
  Enter: 0xff0d,
  Pause: 0xff13,
  ScrollLock: 0xff14,
  Escape: 0xff1b,
  Home: 0xff50,
  ArrowLeft: 0xff51,
  ArrowUp: 0xff52,
  ArrowRight: 0xff53,
  ArrowDown: 0xff54,
  PageUp: 0xff55,
  PageDown: 0xff56,
  End: 0xff57,
  PrintScreen: 0xff61,
  Insert: 0xff63,
  ContextMenu: 0xff67,
  Help: 0xff6a,
  NumLock: 0xff7f,
  CapsLock: 0xffe5,
  Delete: 0xffff,
  AltGraph: 0xfe03,
  Convert: 0xff23,
  NonConvert: 0xff22,
  KanaMode: 0xff2d,
  HangulMode: 0xff31,
  HanjaMode: 0xff34,
  Hiragana: 0xff25,
  Katakana: 0xff26,
  Clear: 0xff0b,
  AudioVolumeMute: 0x1008_ff12,
  AudioVolumeDown: 0x1008_ff11,
  AudioVolumeUp: 0x1008_ff13,
  MediaPlayPause: 0x1008_ff14,
  MediaStop: 0x1008_ff15,
  MediaTrackPrevious: 0x1008_ff16,
  MediaTrackNext: 0x1008_ff17,
  BrowserBack: 0x1008_ff26,
  BrowserForward: 0x1008_ff27,
};

/** Keysyms of places whose key says too little: sides of modifiers, and the number pad. */
const PLACED: Readonly<Record<string, number>> = {
  ShiftLeft: 0xffe1,
  ShiftRight: 0xffe2,
  ControlLeft: 0xffe3,
  ControlRight: 0xffe4,
  MetaLeft: 0xffeb,
  MetaRight: 0xffec,
  AltLeft: 0xffe9,
  AltRight: 0xffea,
  NumpadEnter: 0xff8d,
  NumpadMultiply: 0xffaa,
  NumpadAdd: 0xffab,
  NumpadSubtract: 0xffad,
  NumpadDivide: 0xffaf,
};

/** The number pad without Num Lock: its keys by their names. */
const PAD: Readonly<Record<string, number>> = {
  Home: 0xff95,
  ArrowLeft: 0xff96,
  ArrowUp: 0xff97,
  ArrowRight: 0xff98,
  ArrowDown: 0xff99,
  PageUp: 0xff9a,
  PageDown: 0xff9b,
  End: 0xff9c,
  Clear: 0xff9d,
  Insert: 0xff9e,
  Delete: 0xff9f,
  ',': 0xffac,
  '.': 0xffae,
};

/** Scan codes by `code`. */
export const SCANCODES: Readonly<Record<string, number>> = {
  Escape: 0x01,
  ...row(0x02, '1234567890', (digit) => `Digit${digit}`),
  Minus: 0x0c,
  Equal: 0x0d,
  Backspace: 0x0e,
  Tab: 0x0f,
  ...row(0x10, 'QWERTYUIOP', (letter) => `Key${letter}`),
  BracketLeft: 0x1a,
  BracketRight: 0x1b,
  Enter: 0x1c,
  ControlLeft: 0x1d,
  ...row(0x1e, 'ASDFGHJKL', (letter) => `Key${letter}`),
  Semicolon: 0x27,
  Quote: 0x28,
  Backquote: 0x29,
  ShiftLeft: 0x2a,
  Backslash: 0x2b,
  ...row(0x2c, 'ZXCVBNM', (letter) => `Key${letter}`),
  Comma: 0x33,
  Period: 0x34,
  Slash: 0x35,
  ShiftRight: 0x36,
  NumpadMultiply: 0x37,
  AltLeft: 0x38,
  Space: 0x39,
  CapsLock: 0x3a,
  ...row(0x3b, '123456789', (digit) => `F${digit}`),
  F10: 0x44,
  NumLock: 0x45,
  ScrollLock: 0x46,
  ...row(0x47, '789', (digit) => `Numpad${digit}`),
  NumpadSubtract: 0x4a,
  ...row(0x4b, '456', (digit) => `Numpad${digit}`),
  NumpadAdd: 0x4e,
  ...row(0x4f, '1230', (digit) => `Numpad${digit}`),
  NumpadDecimal: 0x53,
  IntlBackslash: 0x56,
  F11: 0x57,
  F12: 0x58,
  NumpadEqual: 0x59,
  ...row(0x64, '3456789', (digit) => `F1${digit}`),
  ...row(0x6b, '0123', (digit) => `F2${digit}`),
  KanaMode: 0x70,
  IntlRo: 0x73,
  F24: 0x76,
  Convert: 0x79,
  NonConvert: 0x7b,
  IntlYen: 0x7d,
  NumpadComma: 0x7e,
  NumpadEnter: 0xe01c,
  ControlRight: 0xe01d,
  AudioVolumeMute: 0xe020,
  MediaPlayPause: 0xe022,
  MediaStop: 0xe024,
  AudioVolumeDown: 0xe02e,
  AudioVolumeUp: 0xe030,
  NumpadDivide: 0xe035,
  PrintScreen: 0xe037,
  AltRight: 0xe038,
  Pause: 0xe046,
  Home: 0xe047,
  ArrowUp: 0xe048,
  PageUp: 0xe049,
  ArrowLeft: 0xe04b,
  ArrowRight: 0xe04d,
  End: 0xe04f,
  ArrowDown: 0xe050,
  PageDown: 0xe051,
  Insert: 0xe052,
  Delete: 0xe053,
  MetaLeft: 0xe05b,
  MetaRight: 0xe05c,
  ContextMenu: 0xe05d,
};

function row(from: number, keys: string, name: (key: string) => string): Record<string, number> {
  return Object.fromEntries([...keys].map((key, at) => [name(key), from + at]));
}

/** The keysym of a character. */
export function keysymOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  const named = { '\b': 0xff08, '\t': 0xff09, '\n': 0xff0d, '\r': 0xff0d, '\x1b': 0xff1b }[
    character
  ];
  if (named !== undefined) return named;
  if ((point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff)) return point;
  return point > 0xff ? 0x0100_0000 + point : 0;
}

/** The keysym of a key press; 0 if it is not known, as for a dead key. */
export function keysym({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): number {
  // A right Alt that is AltGr on this keyboard says so.
  if (key === 'AltGraph') return NAMED['AltGraph'] ?? 0;
  const placed = PLACED[code];
  if (placed !== undefined) return placed;
  if (code.startsWith('Numpad')) {
    const pad = PAD[key];
    if (pad !== undefined) return pad;
    if (/^[0-9]$/.test(key)) return 0xffb0 + Number(key);
    if (key === '=') return 0xffbd;
  }
  const named = NAMED[key];
  if (named !== undefined) return named;
  const [, number] = /^F(\d{1,2})$/.exec(key) ?? [];
  if (number) return 0xffbe + Number(number) - 1;
  // One character, which may be two units long.
  return [...key].length === 1 ? keysymOf(key) : 0;
}

export const scancode = ({ code }: Pick<KeyboardEvent, 'code'>): number => SCANCODES[code] ?? 0;
