/** Files that a browser sends: one after the other, asked about when something is there, stopped and gone on with. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHost, type FileSending, type Host, type TaskInfo } from '$lib/host';
import { FilesPane } from './pane.svelte';
import { freeName, uploads } from './uploads.svelte';

interface Sent {
  path: string;
  sending: FileSending;
  done: () => void;
  fail: (problem: unknown) => void;
}

let sent: Sent[];
let told: TaskInfo[];
let pane: FilesPane;
const last = (): TaskInfo => told.at(-1)!;
const state = (): string => last().state.kind;
const file = (name: string, text: string, lastModified = 2_000): File =>
  new File([text], name, { lastModified });
const there = (name: string, modified: number) => ({
  ...{ name, kind: 'file', size: 3, modified, mode: 0o644 },
  ...{ owner: null, group: null, leadsTo: null, end: null },
});

function host(entries: object[]): Host {
  return {
    call: (name) =>
      name === 'files_list'
        ? Promise.resolve({ path: '/srv', parent: '/', entries, refused: 0, free: null })
        : Promise.reject(new Error(name)),
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no socket');
    },
    team: {
      fileUrl: (session, path) => `${session}${path}`,
      sendFile: (_, path, sending) =>
        new Promise<void>((done, fail) => {
          sending.stop.addEventListener('abort', () => fail(null));
          sent.push({ path, sending, done, fail });
        }),
    } as Host['team'],
  };
}

async function begin(files: File[], entries: object[] = [], into = ''): Promise<void> {
  useHost(host(entries));
  pane = new FilesPane({ kind: 'machine', session: 'session-1' });
  await pane.go('/srv');
  uploads.begin(pane, files, into);
}

beforeEach(() => {
  sent = [];
  told = [];
  uploads.told = (task) => told.push(task);
});

afterEach(() => told.forEach(({ id }) => uploads.forget(id)));

describe('uploads', () => {
  it('go one after the other and say how far they are', async () => {
    await begin([file('a.txt', 'aaaa'), file('b.txt', 'bb')], [], 'deeper');
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.path).toBe('/srv/deeper/a.txt');
    expect(last()).toMatchObject({ title: 'a.txt and 1 more', files: 2, bytes: 6 });
    expect(last().touches).toEqual([{ machine: null, folder: '/srv/deeper' }]);
    sent[0]?.sending.sent(3);
    expect(last().bytesDone).toBe(3);
    sent[0]?.done();
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(last()).toMatchObject({ at: 'b.txt', filesDone: 1, bytesDone: 4 });
    sent[1]?.done();
    await vi.waitFor(() => expect(state()).toBe('done'));
    expect(last()).toMatchObject({ filesDone: 2, bytesDone: 6, skipped: 0 });
  });

  it('ask about what is there, once for all if that is wanted', async () => {
    const files = [file('a.txt', 'a'), file('b.txt', 'b'), file('c.txt', 'c')];
    await begin(files, [there('a.txt', 1), there('b.txt', 1), there('b (2).txt', 1)]);
    await vi.waitFor(() => expect(state()).toBe('asking'));
    expect(last().state).toMatchObject({ conflict: { path: '/srv/a.txt', there: { size: 3 } } });
    uploads.answer(last().id, 'keepBoth', true);
    for (const path of ['/srv/a (2).txt', '/srv/b (3).txt', '/srv/c.txt']) {
      await vi.waitFor(() => expect(sent.at(-1)?.path).toBe(path));
      expect(sent.at(-1)?.sending.replace).toBe(false);
      sent.at(-1)?.done();
    }
    await vi.waitFor(() => expect(state()).toBe('done'));
  });

  it('replace what is older, and leave the rest as it is', async () => {
    const files = [file('old', 'x'), file('new', 'y')];
    await begin(files, [there('old', 1_000), there('new', 9_000)]);
    await vi.waitFor(() => expect(state()).toBe('asking'));
    uploads.answer(last().id, 'newer', true);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect([sent[0]?.path, sent[0]?.sending.replace]).toEqual(['/srv/old', true]);
    sent[0]?.done();
    await vi.waitFor(() => expect(state()).toBe('done'));
    expect(last().skipped).toBe(1);
  });

  it('stop, and begin the file anew', async () => {
    await begin([file('a', 'aaaa'), file('b', 'b')]);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    sent[0]?.done();
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    uploads.halt(last().id, 'paused');
    expect(sent[1]?.sending.stop.aborted).toBe(true);
    expect(state()).toBe('paused');
    uploads.goOn(last().id);
    await vi.waitFor(() => expect(sent).toHaveLength(3));
    expect(sent[2]?.path).toBe('/srv/b');
    uploads.halt(last().id, 'cancelled');
    expect(state()).toBe('cancelled');
  });

  it('say what failed, and try that again', async () => {
    await begin([file('a', 'aaaa')]);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const problem = { code: 'storage', message: 'The disk is full.', nextStep: 'Make room.' };
    sent[0]?.fail({ ...problem, field: null, retryable: false });
    await vi.waitFor(() => expect(state()).toBe('failed'));
    uploads.goOn(last().id);
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    sent[1]?.done();
    await vi.waitFor(() => expect(state()).toBe('done'));
  });

  it('give names that nothing has', () => {
    const taken = new Map([['a (2).tar', 1]]);
    expect(freeName('a.tar', taken)).toBe('a (3).tar');
    expect(freeName('.profile', new Map())).toBe('.profile (2)');
  });
});
