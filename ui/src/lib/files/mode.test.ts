import { expect, it } from 'vitest';
import { modeText, octalText, parseOctal, SETGID, SETUID, STICKY, withBit } from './mode';

it('writes permissions as ls does', () => {
  expect(modeText({ kind: 'folder', mode: 0o755 })).toBe('drwxr-xr-x');
  expect(modeText({ kind: 'file', mode: 0o640 })).toBe('-rw-r-----');
  expect(modeText({ kind: 'link', mode: 0o777 })).toBe('lrwxrwxrwx');
  expect(modeText({ kind: 'folder', mode: 0o1777 })).toBe('drwxrwxrwt');
  expect(modeText({ kind: 'file', mode: 0o4755 })).toBe('-rwsr-xr-x');
  expect(modeText({ kind: 'file', mode: 0o7644 })).toBe('-rwSr-Sr-T');
  expect(modeText({ kind: 'file', mode: null })).toBe('');
});

it('keeps octal and bits in step', () => {
  for (const mode of [0, 0o7, 0o644, 0o755, 0o4755, 0o7777])
    expect(parseOctal(octalText(mode))).toBe(mode);
  expect(octalText(0o44)).toBe('044');
  expect(withBit(0o644, 0o100, true)).toBe(0o744);
  expect(withBit(0o4755, SETUID, false)).toBe(0o755);
  expect(withBit(withBit(0o755, SETGID, true), STICKY, true)).toBe(0o3755);
});

it('takes three or four octal digits and nothing else', () => {
  expect(parseOctal(' 0755 ')).toBe(0o755);
  for (const text of ['', '7', '75', '888', '07555', '-755', '7e5', '0x1f'])
    expect(parseOctal(text)).toBeNull();
});
