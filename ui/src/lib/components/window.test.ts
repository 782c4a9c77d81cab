import { expect, it } from 'vitest';
import { windowOf } from './window';

it('draws what is in sight and a little more', () => {
  expect(windowOf(1000, 26, 0, 260)).toEqual({ from: 0, to: 22 });
  expect(windowOf(1000, 26, 26 * 500, 260)).toEqual({ from: 488, to: 522 });
});

it('draws all of a short list, and the end of one that has just become shorter', () => {
  expect(windowOf(5, 26, 0, 260)).toEqual({ from: 0, to: 5 });
  expect(windowOf(20, 26, 26 * 900, 260)).toEqual({ from: 0, to: 20 });
  expect(windowOf(0, 26, 100, 260)).toEqual({ from: 0, to: 0 });
});
