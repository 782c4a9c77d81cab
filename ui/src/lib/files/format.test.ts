import { expect, it } from 'vitest';
import { counted, dateText, durationText, partText, sizeText } from './format';

it('writes sizes with three digits at most', () => {
  const sizes: [number, string][] = [
    [0, '0 B'],
    [512, '512 B'],
    [1204, '1.2 KB'],
    [14_200, '14.2 KB'],
    [999_600, '1.0 MB'],
    [84_100_000, '84.1 MB'],
    [99_960_000, '100 MB'],
    [412_000_000, '412 MB'],
    [3_740_000_000, '3.74 GB'],
    [9_996_000_000, '10.0 GB'],
    [211e9, '211 GB'],
    [1.34e12, '1.34 TB'],
  ];
  for (const [bytes, text] of sizes) expect(sizeText(bytes)).toBe(text);
});

it('writes a part in the unit of the whole', () => {
  expect(partText(2_410_000_000, 3_770_000_000)).toBe('2.41 of 3.77 GB');
  expect(partText(91e6, 412e6)).toBe('91 of 412 MB');
  expect(partText(500e6, 412e6)).toBe('412 of 412 MB');
});

it('writes the time of what is near and the year of what is not', () => {
  const now = new Date(2026, 10, 22, 3, 17).getTime();
  expect(dateText(new Date(2026, 10, 22, 3, 4).getTime(), now)).toBe('22 Nov 03:04');
  expect(dateText(new Date(2026, 8, 2, 9, 8).getTime(), now)).toBe('02 Sep 09:08');
  expect(dateText(new Date(2026, 3, 2).getTime(), now)).toBe('02 Apr 2026');
  expect(dateText(new Date(2031, 0, 9).getTime(), now)).toBe('09 Jan 2031');
  expect(dateText(null, now)).toBe('');
  // As a hostile machine may say it.
  expect(dateText(8.64e15 + 1, now)).toBe('');
});

it('writes durations and counts', () => {
  expect([0.2, 40, 75, 7500, 2e6].map(durationText)).toEqual([
    '1 s',
    '40 s',
    '1 min 15 s',
    '2 h 5 min',
    'more than a day',
  ]);
  expect(counted(1, 'file')).toBe('1 file');
  expect(counted(1204, 'file')).toBe('1,204 files');
});
