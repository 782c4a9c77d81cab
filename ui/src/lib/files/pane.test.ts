import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useHost, type FileEntry, type FileListing } from '$lib/host';
import { problem } from '../../../tests/memory/problem';
import { entry, folder } from './fixtures';
import { FilesPane } from './pane.svelte';

interface Asked {
  path: string | null;
  answer: (entries: FileEntry[]) => void;
  fail: () => void;
}

let asked: Asked[];
let pane: FilesPane;

const listing = (path: string, entries: FileEntry[]): FileListing => ({
  path,
  parent: path === '/' ? null : path.slice(0, path.lastIndexOf('/')) || '/',
  entries,
  refused: 0,
  free: null,
});

beforeEach(() => {
  asked = [];
  useHost({
    call: (name, args) => {
      if (name !== 'files_list') return Promise.resolve(null);
      const { path } = args as { path: string | null };
      return new Promise((resolve, reject) => {
        asked.push({
          path,
          answer: (entries) => resolve(listing(path ?? '/home/ops', entries)),
          fail: () => reject(problem('notFound', `There is no ${path}.`, 'Go elsewhere.')),
        });
      });
    },
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
  pane = new FilesPane({ kind: 'here' });
});

const names = () => pane.rows.map(({ name }) => name);

async function show(path: string | null, ...entries: FileEntry[]): Promise<void> {
  const going = pane.go(path);
  asked.at(-1)!.answer(entries);
  await going;
}

describe('going somewhere', () => {
  it('begins at home and drops an answer that is late', async () => {
    const first = pane.go(null);
    const second = pane.go('/srv');
    asked[1]!.answer([entry('new')]);
    await second;
    asked[0]!.answer([entry('old')]);
    await first;
    expect(pane.path).toBe('/srv');
    expect(names()).toEqual(['..', 'new']);
  });

  it('says after a while what it waits for, and waits no longer if told so', async () => {
    vi.useFakeTimers();
    const going = pane.go('/srv');
    expect(pane.waitingFor).toBeNull();
    vi.advanceTimersByTime(200);
    expect(pane.waitingFor).toBe('/srv');
    pane.cancel();
    expect([pane.waitingFor, pane.stopped]).toEqual([null, true]);
    asked[0]!.answer([entry('late')]);
    vi.useRealTimers();
    await going;
    expect(pane.listing).toBeNull();
  });

  it('stays where it is if a folder cannot be read, and tries again', async () => {
    await show('/srv', entry('a'));
    const going = pane.go('/gone');
    asked.at(-1)!.fail();
    await going;
    expect(pane.path).toBe('/srv');
    expect(pane.problem?.nextStep).toBe('Go elsewhere.');
    pane.tryAgain();
    expect(asked.at(-1)!.path).toBe('/gone');
    expect(pane.problem).toBeNull();
  });

  it('goes back and forward, with the cursor on where it came from', async () => {
    await show('/srv', folder('orders'), folder('app'));
    await show('/srv/orders', entry('x'));
    const back = pane.back();
    asked.at(-1)!.answer([folder('app'), folder('orders')]);
    await back;
    expect(pane.path).toBe('/srv');
    expect(pane.selected.active).toBe('orders');
    expect([pane.canGoBack, pane.canGoForward]).toEqual([false, true]);
    const forward = pane.forward();
    asked.at(-1)!.answer([entry('x')]);
    await forward;
    expect(pane.path).toBe('/srv/orders');
    expect([pane.canGoBack, pane.canGoForward]).toEqual([true, false]);
  });
});

describe('reading again', () => {
  it('keeps selection and cursor, but for what is gone', async () => {
    await show('/', entry('a'), entry('b'), entry('c'), entry('d'));
    pane.select('b');
    pane.extendTo('d');
    const again = pane.refresh();
    asked.at(-1)!.answer([entry('a'), entry('b'), entry('d'), entry('e')]);
    await again;
    expect([...pane.selected.ids]).toEqual(['b', 'd']);
    expect(pane.selected.active).toBe('d');
  });

  it('puts the cursor on what moved into the place of what is gone', async () => {
    await show('/', entry('a'), entry('b'), entry('c'));
    pane.select('b');
    const again = pane.refresh();
    asked.at(-1)!.answer([entry('a'), entry('c')]);
    await again;
    expect(pane.selected.active).toBe('c');
  });

  it('is done once a second at most, and in silence, if nobody asked', async () => {
    await show('/', entry('a'));
    vi.useFakeTimers();
    for (let times = 0; times < 5; times++) pane.refreshSoon();
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(2);
    vi.useRealTimers();
    asked[1]!.fail();
    await Promise.resolve();
    expect(pane.problem).toBeNull();
  });

  it('does not hold up whoever is on the way elsewhere', async () => {
    await show('/', folder('srv'));
    const going = pane.go('/srv');
    await pane.refresh(true);
    asked.at(-1)!.answer([]);
    await going;
    expect(pane.path).toBe('/srv');
  });
});

describe('selecting', () => {
  beforeEach(() => show('/srv', entry('a'), entry('b'), entry('c'), entry('.d'), folder('f')));

  it('never takes the way up for a file', () => {
    pane.selectAll();
    expect(pane.chosen.map(({ name }) => name)).toEqual(['f', 'a', 'b', 'c']);
    pane.select('..');
    expect(pane.chosen).toEqual([]);
  });

  it('adds, takes away and extends', () => {
    pane.select('a');
    pane.toggle('c');
    expect([...pane.selected.ids]).toEqual(['a', 'c']);
    pane.toggle('a');
    expect([...pane.selected.ids]).toEqual(['c']);
    pane.extendTo('b');
    expect(pane.chosen.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('goes to the first that a filter leaves', () => {
    pane.select('a');
    pane.setFilter('C');
    expect(names()).toEqual(['c']);
    expect(pane.selected.active).toBe('c');
    pane.stopFiltering();
    expect(names()).toContain('..');
    expect(pane.left).toBe(1);
  });
});
