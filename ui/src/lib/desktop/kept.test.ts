import { afterEach, expect, it } from 'vitest';
import { keepChoice, keptChoice } from './kept';

afterEach(() => localStorage.clear());

it('keeps what was chosen for each machine, and adds to it', () => {
  keepChoice('a', { scaling: 'fill' });
  keepChoice('a', { quality: 'sharp' });
  keepChoice('b', { scaling: 'fit' });
  keepChoice(null, { scaling: 'original' });
  expect(keptChoice('a')).toEqual({ scaling: 'fill', quality: 'sharp' });
  expect(keptChoice('b')).toEqual({ scaling: 'fit' });
  expect(keptChoice(null)).toEqual({});
});

it('forgets those of long ago', () => {
  for (let at = 0; at < 502; at += 1) keepChoice(`machine-${String(at)}`, { scaling: 'fit' });
  keepChoice('machine-2', { quality: 'sharp' });
  keepChoice('one-more', { scaling: 'fit' });
  expect(keptChoice('machine-3')).toEqual({});
  expect(keptChoice('machine-2')).toEqual({ scaling: 'fit', quality: 'sharp' });
});

it('takes nothing that it did not keep', () => {
  const put = (text: string) => localStorage.setItem('patchbay.desktops', text);
  for (const text of ['{', '[]', 'null', '7', '{"a":7}', '{"a":{"scaling":"x","quality":1}}']) {
    put(text);
    expect(keptChoice('a')).toEqual({});
  }
});
