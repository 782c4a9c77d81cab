import { describe, expect, it } from 'vitest';
import { Keyboard, pressTogether, SPECIAL_KEYS, typeText } from './keyboard';
import { keysym, keysymOf, SCANCODES, scancode } from './keys';

const press = (key: string, code: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code,
  isComposing: false,
  repeat: false,
  ...more,
});

describe('keysyms', () => {
  it.each([
    ['a', 'KeyA', 0x61],
    ['A', 'KeyA', 0x41],
    ['ä', 'Quote', 0xe4],
    ['€', 'KeyE', 0x0100_20ac],
    ['я', 'KeyZ', 0x0100_044f],
    ['😀', '', 0x0101_f600],
    [' ', 'Space', 0x20],
    ['Enter', 'Enter', 0xff0d],
    ['Enter', 'NumpadEnter', 0xff8d],
    ['Shift', 'ShiftRight', 0xffe2],
    ['Alt', 'AltRight', 0xffea],
    ['AltGraph', 'AltRight', 0xfe03],
    ['Meta', 'MetaLeft', 0xffeb],
    ['F1', 'F1', 0xffbe],
    ['F12', 'F12', 0xffc9],
    ['7', 'Numpad7', 0xffb7],
    ['7', 'Digit7', 0x37],
    ['Home', 'Numpad7', 0xff95],
    ['Home', 'Home', 0xff50],
    [',', 'NumpadDecimal', 0xffac],
    ['Delete', 'NumpadDecimal', 0xff9f],
    ['Dead', 'Equal', 0],
    ['Unidentified', '', 0],
  ])('%s at %s', (key, code, expected) => expect(keysym({ key, code })).toBe(expected));

  it('of characters that are controls are those of their keys', () => {
    expect(['\n', '\t', '\x01'].map(keysymOf)).toEqual([0xff0d, 0xff09, 0]);
  });
});

describe('scan codes', () => {
  it.each([
    ['KeyA', 0x1e],
    ['KeyZ', 0x2c],
    ['KeyP', 0x19],
    ['Digit1', 0x02],
    ['Digit0', 0x0b],
    ['F1', 0x3b],
    ['F10', 0x44],
    ['F11', 0x57],
    ['F13', 0x64],
    ['F24', 0x76],
    ['Numpad0', 0x52],
    ['NumpadEnter', 0xe01c],
    ['ControlRight', 0xe01d],
    ['ArrowUp', 0xe048],
    ['IntlBackslash', 0x56],
    ['MetaLeft', 0xe05b],
    ['Nonsense', 0],
  ])('%s', (code, expected) => expect(scancode({ code })).toBe(expected));

  it('are each for one key', () => {
    const all = Object.values(SCANCODES);
    expect(new Set(all).size).toBe(all.length);
  });
});

function keyboard() {
  const said: string[] = [];
  const made = new Keyboard({
    key: (sym, code, down) =>
      said.push(`${down ? '+' : '-'}${sym.toString(16)}/${code.toString(16)}`),
    release: () => said.push('release'),
  });
  return { made, said };
}

describe('the keyboard of a desktop', () => {
  it('lets go what went down, whatever Shift has become', () => {
    const { made, said } = keyboard();
    made.down(press('Shift', 'ShiftLeft'));
    made.down(press('A', 'KeyA'));
    made.up(press('Shift', 'ShiftLeft'));
    made.down(press('a', 'KeyA', { repeat: true }));
    made.up(press('a', 'KeyA'));
    expect(said).toEqual(['+ffe1/2a', '+41/1e', '-ffe1/2a', '+41/1e', '-41/1e']);
    expect(made.up(press('a', 'KeyA'))).toBe(false);
  });

  it('lets everything go when the keyboard goes somewhere else', () => {
    const { made, said } = keyboard();
    made.down(press('Control', 'ControlLeft'));
    made.down(press('c', 'KeyC'));
    made.clear();
    expect(said.slice(2)).toEqual(['-ffe3/1d', '-63/2e']);
    expect(made.holds).toBe(0);
  });

  it('gives the keyboard back for Ctrl and Alt alone', () => {
    const { made, said } = keyboard();
    made.down(press('Control', 'ControlLeft'));
    made.down(press('Alt', 'AltLeft'));
    made.up(press('Control', 'ControlLeft'));
    expect(said).not.toContain('release');
    made.up(press('Alt', 'AltLeft'));
    expect(said.at(-1)).toBe('release');
  });

  it('keeps it where another key is part of the chord', () => {
    const { made, said } = keyboard();
    made.down(press('Control', 'ControlLeft'));
    made.down(press('Alt', 'AltLeft'));
    made.down(press('t', 'KeyT'));
    for (const [key, code] of [
      ['t', 'KeyT'],
      ['Alt', 'AltLeft'],
      ['Control', 'ControlLeft'],
    ] as const)
      made.up(press(key, code));
    for (const code of ['ControlLeft', 'ControlRight']) made.down(press('Control', code));
    for (const code of ['ControlLeft', 'ControlRight']) made.up(press('Control', code));
    expect(said).not.toContain('release');
  });

  it('leaves alone what an input method has', () => {
    const { made, said } = keyboard();
    for (const event of [
      press('Dead', 'Equal'),
      press('Process', 'KeyA'),
      press('a', 'KeyA', { isComposing: true }),
      press('Unidentified', ''),
    ])
      expect(made.down(event)).toBe(false);
    expect(said).toEqual([]);
  });
});

describe('keys that are sent by name', () => {
  it('go down in order and up the other way round', () => {
    const said: [number, boolean][] = [];
    const [del] = SPECIAL_KEYS;
    pressTogether({ key: (sym, _, down) => said.push([sym, down]) }, del?.keys ?? []);
    expect(said).toEqual([
      [0xffe3, true],
      [0xffe9, true],
      [0xffff, true],
      [0xffff, false],
      [0xffe9, false],
      [0xffe3, false],
    ]);
  });

  it('type text by its characters', () => {
    const said: number[] = [];
    typeText({ key: (sym, _, down) => down && said.push(sym) }, 'aß\r\n\x07€');
    expect(said).toEqual([0x61, 0xdf, 0xff0d, 0x0100_20ac]);
  });
});
