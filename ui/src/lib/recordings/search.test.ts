import { describe, expect, it } from 'vitest';
import { useHost, type RecordingSearch } from '$lib/host';
import { Search } from './search.svelte';

function host(steps: RecordingSearch[]): object[] {
  const asked: object[] = [];
  useHost({
    call: (_, args) => {
      asked.push(args);
      const step = steps.shift();
      return step ? Promise.resolve(step) : Promise.reject(new Error('asked too often'));
    },
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no sockets here');
    },
  });
  return asked;
}

const hit = (at: number) => ({ id: 'r', at, line: 'needle', start: 0, end: 6 });
const step = (hits: number, next: number | null): RecordingSearch => ({
  hits: Array.from({ length: hits }, (_, at) => hit(at)),
  next: next === null ? null : { id: 'r', chunk: next },
  kilobytes: 10,
  unreadable: [],
});

describe('a search in recordings', () => {
  it('goes step by step to the end', async () => {
    const asked = host([step(1, 4), step(0, 9), step(2, null)]);
    const search = new Search();
    await search.run(' needle ');
    expect([search.hits.length, search.kilobytes, search.busy, search.more]).toEqual([
      3,
      30,
      false,
      false,
    ]);
    expect(asked.at(-1)).toEqual({ text: 'needle', id: null, from: { id: 'r', chunk: 9 } });
  });

  it('stops when there is more than anybody reads, and goes on when asked', async () => {
    host([step(400, 1), step(400, 2), step(1, null)]);
    const search = new Search('r');
    await search.run('needle');
    expect([search.hits.length, search.more]).toEqual([800, true]);
    await search.goOn();
    expect([search.hits.length, search.more]).toEqual([801, false]);
  });

  it('asks for nothing more once it is stopped, and forgets what comes late', async () => {
    const asked = host([step(1, 4), step(1, 5)]);
    const search = new Search();
    const running = search.run('needle');
    search.stop();
    await running;
    expect([asked.length, search.hits.length, search.busy]).toEqual([1, 0, false]);
    await search.run('  ');
    expect(asked).toHaveLength(1);
  });
});
