import { expect, it } from 'vitest';
import { coalesced } from './coalesced';

it('answers any number of calls with one that is under way and one more', async () => {
  let begun = 0;
  let release: () => void = () => undefined;
  const load = coalesced(() => {
    begun += 1;
    return new Promise((done) => (release = done));
  });
  const first = load();
  void load();
  void load();
  expect(begun).toBe(1);
  release();
  await Promise.resolve();
  await Promise.resolve();
  expect(begun).toBe(2);
  release();
  await first;
  expect(begun).toBe(2);
  void load();
  expect(begun).toBe(3);
  release();
});
