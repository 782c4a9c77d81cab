import { expect, it } from 'vitest';
import { lockChoices } from './lock-after';

const labels = (now: number): string[] => lockChoices(now).map((choice) => choice.label);

it('offers the usual times, and never last', () => {
  expect(labels(15)).toContain('15 minutes');
  expect(labels(15)).toContain('2 hours');
  expect(labels(15).at(-1)).toBe('Never');
  expect(labels(15)).toHaveLength(9);
});

it('keeps a time that somebody set elsewhere', () => {
  expect(labels(90)).toContain('90 minutes');
  expect(labels(0).filter((label) => label === 'Never')).toHaveLength(1);
});
