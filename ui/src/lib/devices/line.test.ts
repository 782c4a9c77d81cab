import { describe, expect, it } from 'vitest';
import { areaPath, latest, linePath, topOf } from './line';

describe('a line of figures', () => {
  it('goes from the left to the right, with 0 at the bottom', () => {
    expect(linePath([0, 5, 10], 100, 20, 10)).toBe('M0 20L50 10L100 0');
    expect(areaPath([0, 10], 100, 20, 10)).toBe('M0 20L0 20L100 0L100 20Z');
  });

  it('is broken where nothing was measured, and draws no false zero', () => {
    expect(linePath([1, null, 1, 1], 30, 10, 1)).toBe('M0 0h0.1M20 0L30 0');
    expect(linePath([null, null], 30, 10, 1)).toBe('');
    expect(areaPath([1, null, 1], 30, 10, 1)).toBe('');
  });

  it('stays in its box', () => {
    expect(linePath([20, -5], 10, 10, 10)).toBe('M0 0L10 10');
  });

  it('has a top that is never 0', () => {
    expect(topOf([[0, null], []])).toBe(1);
    expect(topOf([[2, 7], [9]])).toBe(9);
    expect(topOf([[2]], 100)).toBe(100);
  });

  it('knows the latest figure', () => {
    expect(latest([1, 2, null])).toBe(2);
    expect(latest([null])).toBeNull();
  });
});
