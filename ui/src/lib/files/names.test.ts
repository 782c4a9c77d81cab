import { expect, it } from 'vitest';
import { displayName, displayText, stemLength } from './names';

it('leaves usual names alone', () => {
  for (const name of ['nginx.conf', 'Übersicht 2026.pdf', '報告.txt', '😀', ' leading'])
    expect(displayName(name)).toBe(name);
});

it('writes out bytes that are no UTF-8', () => {
  expect(displayName('caf\uf7e9.txt')).toBe('caf\\xe9.txt');
  expect(displayName('\uf700\uf7ff')).toBe('\\x00\\xff');
});

it('writes out what cannot be seen or turns the line around', () => {
  expect(displayName('a\u001b[31m\nb')).toBe('a\\u{1b}[31m\\u{a}b');
  expect(displayName('report\u202efdp.exe')).toBe('report\\u{202e}fdp.exe');
  expect(displayName('\u2066x\u200f\u200b\u0085')).toBe('\\u{2066}x\\u{200f}\\u{200b}\\u{85}');
});

it('keeps the lines of a text', () => {
  expect(displayText('a\r\n\tb\u0007\r')).toBe('a\n\tb\\u{7}\n');
});

it('knows what of a name is meant to be changed', () => {
  expect(stemLength('release.tar')).toBe(7);
  expect(stemLength('.bashrc')).toBe(7);
  expect(stemLength('README')).toBe(6);
});
