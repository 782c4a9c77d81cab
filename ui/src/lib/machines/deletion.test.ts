import { expect, it } from 'vitest';
import type { DeletePreview } from '$lib/host';
import { alsoTouched, deleteDetail, deleteTitle, some, whatGoes } from './deletion';

const preview = (over: Partial<DeletePreview>): DeletePreview => ({
  entries: 0,
  folders: 0,
  openSessions: 0,
  names: [],
  usedAsJumpBy: [],
  ...over,
});

it('names one thing and counts several', () => {
  expect(deleteTitle(preview({ entries: 1, names: ['db'] }), 'db')).toBe('Delete db?');
  expect(deleteTitle(preview({ entries: 2, names: ['db', 'web'] }))).toBe('Delete 2 machines?');
  expect(whatGoes(preview({ folders: 1, entries: 14 }))).toBe('1 folder and 14 machines');
});

it('says what is in a folder, and nothing more of a lone machine', () => {
  const folder = preview({ folders: 2, entries: 2, names: ['Production', 'Edge', 'lb', 'db'] });
  expect(deleteDetail(folder, 'Production')).toBe(
    'And the 1 folder and 2 machines in it: Edge, lb and db.',
  );
  expect(deleteDetail(preview({ folders: 1, names: ['Empty'] }), 'Empty')).toBe('');
  expect(deleteDetail(preview({ entries: 1, names: ['db'] }), 'db')).toBe('');
  expect(deleteDetail(preview({ entries: 2, names: ['db', 'web'] }))).toBe('db and web.');
});

it('lists a few names and says how many are left', () => {
  expect(some(['a'], 1)).toBe('a');
  expect(some(['a', 'b', 'c'], 3)).toBe('a, b and c');
  expect(some(['a', 'b', 'c', 'd', 'e', 'f'], 30)).toBe('a, b, c, d, e and 25 more');
});

it('says what else is touched', () => {
  expect(alsoTouched(preview({}))).toEqual([]);
  expect(alsoTouched(preview({ openSessions: 1, usedAsJumpBy: ['db'] }))).toEqual([
    '1 session is open and will go on until closed.',
    'db is reached through what is deleted, and will need another way.',
  ]);
});
