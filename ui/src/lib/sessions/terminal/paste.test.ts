import { describe, expect, it } from 'vitest';
import { asOneLine, preparePaste, shouldAsk } from './paste';

const ask = { confirmLines: true, bracketed: false };

describe('text that is pasted', () => {
  it('stays as it is when there is nothing to fear', () => {
    const paste = preparePaste('ls -la\t/srv/größe 🚀');
    expect(paste).toEqual({
      text: 'ls -la\t/srv/größe 🚀',
      lines: [[{ text: 'ls -la\t/srv/größe 🚀', odd: false }]],
      removed: 0,
      hidden: 0,
    });
    expect(shouldAsk(paste, ask)).toBe(false);
  });

  it('knows every kind of newline', () => {
    expect(preparePaste('a\r\nb\rc\nd').text).toBe('a\nb\nc\nd');
  });

  it.each([
    ['the end of bracketed paste', 'x\x1b[201~\nrm -rf ~\n', 'x\nrm -rf ~\n'],
    ['its eight-bit form', 'x\u009b201~y', 'xy'],
    ['one inside another', '\x1b[20\x1b[201~1~evil', '[201~evil'],
    ['one made by taking a control character away', '\x1b\x00[201~evil', '[201~evil'],
    ['the start of it', '\x1b[200~x', 'x'],
    ['any escape sequence', 'a\x1b]52;c;Zg==\x07b', 'a]52;c;Zg==b'],
    ['end of file, interrupt and delete', 'a\x03\x04\x7fb', 'ab'],
    ['C1 controls', 'a\u0090\u009cb', 'ab'],
    ['vertical tab and form feed', 'a\x0b\x0cb', 'ab'],
  ])('cannot carry %s', (_, raw, clean) => {
    const paste = preparePaste(raw);
    expect(paste.text).toBe(clean);
    expect(paste.text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    expect(paste.removed).toBeGreaterThan(0);
    expect(shouldAsk(paste, { confirmLines: false, bracketed: true })).toBe(true);
  });

  it('shows control characters instead of hiding them', () => {
    expect(preparePaste('a\x1b[201~b\x7f\u0090\n\x03').lines).toEqual([
      [
        { text: 'a', odd: false },
        { text: '^[[201~', odd: true },
        { text: 'b', odd: false },
        { text: '^?\\x90', odd: true },
      ],
      [{ text: '^C', odd: true }],
    ]);
  });

  it('asks about direction overrides and zero-width characters, and shows them', () => {
    const paste = preparePaste('sudo \u202erm\u200b');
    expect(paste.lines[0]?.map((piece) => piece.text).join('')).toBe('sudo \\u202erm\\u200b');
    expect(shouldAsk(paste, { confirmLines: false, bracketed: true })).toBe(true);
  });
});

describe('asking about several lines', () => {
  const lines = preparePaste('a\nb\n');
  it('asks if the setting says so and nothing brackets the paste', () => {
    expect(shouldAsk(lines, ask)).toBe(true);
    expect(shouldAsk(lines, { confirmLines: false, bracketed: false })).toBe(false);
    expect(shouldAsk(lines, { confirmLines: true, bracketed: true })).toBe(false);
  });
  it('counts a newline at the end: it runs the line', () => {
    expect(shouldAsk(preparePaste('reboot\n'), ask)).toBe(true);
  });
});

describe('pasting as one line', () => {
  it('joins lines with one space and runs nothing', () => {
    expect(asOneLine('a \\\n   b\n\tc\n\n')).toBe('a \\ b c');
  });
});
