import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Keeping } from './keeping';

let written: string[];
let answer: () => Promise<boolean>;
let keeping: Keeping;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  answer = () => Promise.resolve(true);
  keeping = new Keeping((json) => {
    written.push(json);
    return answer();
  });
});
afterEach(() => void vi.useRealTimers());

it('writes the last of several changes, and the same but once', async () => {
  keeping.want('a');
  keeping.want('b');
  await vi.advanceTimersByTimeAsync(600);
  expect(written).toEqual(['b']);
  keeping.want('b');
  await vi.advanceTimersByTimeAsync(600);
  expect(written).toEqual(['b']);
});

it('is put off by changes, and not by what only looks like one', async () => {
  keeping.want('a');
  for (let at = 0; at < 4; at += 1) {
    await vi.advanceTimersByTimeAsync(150);
    // A session says something about itself, four times.
    keeping.want('a');
  }
  expect(written).toEqual(['a']);
});

it('never lets an older one overtake a newer', async () => {
  let finish: (done: boolean) => void = () => undefined;
  answer = () => new Promise((resolve) => (finish = resolve));
  keeping.want('old');
  await vi.advanceTimersByTimeAsync(600);
  keeping.want('new');
  await vi.advanceTimersByTimeAsync(600);
  expect(written, 'the second waits for the first').toEqual(['old']);
  answer = () => Promise.resolve(true);
  finish(true);
  await keeping.flush();
  expect(written).toEqual(['old', 'new']);
});

it('goes back to what is kept even while another is being written', async () => {
  keeping.want('a');
  await keeping.flush();
  let finish: (done: boolean) => void = () => undefined;
  answer = () => new Promise((resolve) => (finish = resolve));
  keeping.want('b');
  await vi.advanceTimersByTimeAsync(600);
  keeping.want('a');
  answer = () => Promise.resolve(true);
  finish(true);
  await keeping.flush();
  expect(written).toEqual(['a', 'b', 'a']);
});

it('waits, when the window goes, for what is being written', async () => {
  let finish: (done: boolean) => void = () => undefined;
  answer = () => new Promise((resolve) => (finish = resolve));
  keeping.want('a');
  await vi.advanceTimersByTimeAsync(600);
  let gone = false;
  const flushed = keeping.flush().then(() => (gone = true));
  await vi.advanceTimersByTimeAsync(100);
  expect(gone).toBe(false);
  finish(true);
  await flushed;
  expect(gone).toBe(true);
});

it('keeps wanting what could not be written', async () => {
  answer = () => Promise.resolve(false);
  keeping.want('a');
  await vi.advanceTimersByTimeAsync(600);
  answer = () => Promise.resolve(true);
  // The vault was unlocked again, and the tabs are as they were.
  keeping.want('a');
  await vi.advanceTimersByTimeAsync(600);
  expect(written).toEqual(['a', 'a']);
});

it('writes nothing for a vault that was left', async () => {
  keeping.want('a');
  keeping.stop();
  await vi.advanceTimersByTimeAsync(600);
  expect(written).toEqual([]);
});
