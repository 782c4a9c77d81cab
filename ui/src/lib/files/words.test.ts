import { describe, expect, it } from 'vitest';
import { entry, folder } from './fixtures';
import { countOf, deleteTitle, nameToType, statusText, whatText } from './words';

const count = (files: number, folders: number, bytes: number, more = false) => ({
  files,
  folders,
  bytes,
  more,
});

it('says what is selected', () => {
  expect(statusText([], 14, 0)).toBe('14 items');
  expect(statusText([], 1, 2)).toBe('1 item, 2 not shown');
  const chosen = [entry('a', { size: 4.58e9 }), folder('b')];
  expect(statusText(chosen, 1400, 2)).toBe('2 of 1,400 selected, 4.58 GB');
  expect(statusText([folder('b')], 3, 0)).toBe('1 of 3 selected');
});

it('says what a deletion takes away', () => {
  const two = [folder('a'), folder('b')];
  expect(deleteTitle(two, count(1204, 9, 3.1e9))).toBe(
    'Delete 2 folders with 1,204 files (3.10 GB)?',
  );
  expect(deleteTitle([folder('log')], count(1, 1, 100))).toBe('Delete log with 1 file (100 B)?');
  expect(deleteTitle([folder('log')], count(0, 1, 0))).toBe('Delete log, empty?');
  expect(deleteTitle([folder('log')], count(100_000, 1, 0, true))).toBe(
    'Delete log with more than 100,000 files?',
  );
  expect(deleteTitle([...two, entry('c')], count(8, 2, 1000))).toBe(
    'Delete 2 folders and 1 file, 8 files altogether (1.0 KB)?',
  );
  expect(deleteTitle(two, null)).toBe('Delete 2 folders?');
});

it('needs to look into folders only', () => {
  expect(countOf([entry('a'), folder('b')])).toBeNull();
  const files = [entry('a'), entry('b', { kind: 'link', end: 'folder', size: 7 })];
  expect(countOf(files)).toEqual(count(2, 0, 100));
  expect(deleteTitle(files, countOf(files))).toBe('Delete 2 files (100 B)?');
  expect(whatText([entry('x\u202ey')])).toBe('x\\u{202e}y');
});

describe('what has to be typed before a deletion', () => {
  const none = count(0, 0, 0);
  it('is the name of what holds more than a hundred things', () => {
    const some = [folder('site')];
    expect(nameToType(some, { ...none, folders: 1, files: 100 })).toBe('');
    expect(nameToType(some, { ...none, folders: 1, files: 101 })).toBe('site');
    expect(nameToType(some, { ...none, folders: 1, more: true })).toBe('site');
    expect(nameToType([folder('a'), folder('b')], { ...none, folders: 300 })).toBe('2 folders');
    expect(nameToType([entry('log')], { ...none, files: 1, more: true })).toBe('');
  });

  it('names empty folders inside, too', () => {
    expect(deleteTitle([folder('site')], { ...none, folders: 4 })).toBe(
      'Delete site with 3 empty folders?',
    );
    expect(deleteTitle([folder('site')], { ...none, folders: 1 })).toBe('Delete site, empty?');
  });
});
