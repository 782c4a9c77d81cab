import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHost, type TaskInfo } from '$lib/host';
import { MemoryHost } from '../../../tests/memory';
import { entry, task } from './fixtures';
import {
  amountText,
  canPause,
  leftText,
  percentOf,
  rateText,
  reconnectText,
  standings,
  sumOf,
} from './progress';
import { filesOf, forgetFiles } from './registry.svelte';
import { tasks } from './tasks.svelte';
import TasksDrawer from './TasksDrawer.svelte';

describe('progress', () => {
  it('counts bytes where there are any, else files', () => {
    expect(percentOf(task('a', { bytes: 3.77e9, bytesDone: 2.41e9 }))).toBe(63);
    expect(percentOf(task('a', { files: 4, filesDone: 1 }))).toBe(25);
    expect(percentOf(task('a', { kind: 'delete', bytes: 9, files: 2, filesDone: 1 }))).toBe(50);
    expect(percentOf(task('a', { files: 0 }))).toBe(0);
    expect(percentOf(task('a', { bytes: 10, bytesDone: 12 }))).toBe(100);
  });

  it('says how much and how long', () => {
    const running = task('a', { bytes: 3.77e9, bytesDone: 2.41e9, rate: 34e6 });
    expect(amountText(running)).toBe('2.41 of 3.77 GB');
    expect(leftText(running)).toBe('40 s');
    expect(leftText({ ...running, rate: 0 })).toBe('');
    expect(rateText(34.1e6)).toBe('34.1 MB/s');
    expect(rateText(0)).toBe('');
    const waiting = task('a', { state: { kind: 'waiting' }, bytes: 398e6 });
    expect([amountText(waiting), leftText(waiting)]).toEqual(['398 MB', 'Waiting']);
    const deletion = task('a', { kind: 'delete', files: 1204, filesDone: 120 });
    expect(amountText(deletion)).toBe('120 of 1,204 files');
    expect(leftText(task('a', { state: { kind: 'done' }, skipped: 2 }))).toBe('Done, 2 skipped');
    const lost = { kind: 'reconnecting', machine: 'web-1', attempt: 2, most: 10 } as const;
    expect(reconnectText(lost)).toBe('Connection to web-1 lost. Connecting again (2 of 10)…');
    expect(leftText(task('a', { state: { kind: 'paused', error: null } }))).toBe('Paused');
  });

  it('adds up what still goes on', () => {
    const all = [
      task('a', { bytes: 100, bytesDone: 50, rate: 7 }),
      task('b', { kind: 'upload', bytes: 100, bytesDone: 0, rate: 3 }),
      task('c', { state: { kind: 'done' }, bytes: 900, bytesDone: 900, rate: 5 }),
    ];
    expect(sumOf(all)).toEqual({ open: 2, percent: 25, up: 3, down: 7 });
    expect(standings(all).map(({ text }) => text)).toEqual(['2 running', '1 done']);
  });
});

describe('the tasks', () => {
  let host: MemoryHost;
  let stop: () => void;
  const tell = (info: TaskInfo) => host.emit({ kind: 'task', task: info });

  beforeEach(() => {
    host = new MemoryHost();
    useHost(host);
    tasks.shown = false;
    stop = tasks.start();
  });
  afterEach(() => {
    stop();
    cleanup();
  });

  it('come into sight with the first, and are forgotten with the vault', async () => {
    await vi.waitFor(() => expect(host.calls.some(({ name }) => name === 'task_list')).toBe(true));
    tell(task('a'));
    expect(tasks.shown).toBe(true);
    tasks.shown = false;
    tell(task('b'));
    tell(task('a', { state: { kind: 'done' } }));
    expect(tasks.shown).toBe(false);
    expect(tasks.inOrder.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(tasks.settled.map(({ id }) => id)).toEqual(['a']);
    host.emit({ kind: 'taskGone', id: 'a' });
    expect(tasks.list).toHaveLength(1);
    stop();
    expect(tasks.list).toHaveLength(0);
  });

  it('ask one after the other, and later if somebody types', () => {
    const asks = (id: string, path: string) =>
      task(id, {
        state: { kind: 'asking', conflict: { path, there: entry('x'), coming: entry('x') } },
      });
    tell(asks('a', '/x'));
    expect(tasks.asking?.id).toBe('a');
    tasks.putOff(tasks.asking!);
    expect(tasks.asking).toBeUndefined();
    tell(asks('a', '/y'));
    expect(tasks.asking?.id).toBe('a');

    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    tell(asks('b', '/z'));
    tasks.putOff(tasks.asking!);
    expect(tasks.asking).toBeUndefined();
    tasks.ask('b');
    expect(tasks.asking?.id).toBe('b');
    field.remove();
  });

  it('stand still and go on, one by one and all together', async () => {
    tell(task('a'));
    tell(task('b', { state: { kind: 'paused', error: null } }));
    expect(tasks.list.map(canPause)).toEqual([true, false]);
    await tasks.pause('a');
    await tasks.resume('b');
    await tasks.pauseAll();
    await tasks.resumeAll();
    await tasks.verify('a');
    const asked = host.calls.map(({ name }) => name).filter((name) => name !== 'task_list');
    expect(asked).toEqual([
      'task_pause',
      'task_resume',
      'tasks_pause',
      'tasks_resume',
      'task_verify',
    ]);
  });

  it('say in the drawer what they wait for and offer what can be done', async () => {
    render(TasksDrawer);
    tell(task('a', { title: 'orders.dump' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause: orders.dump' }));
    tell(task('a', { state: { kind: 'paused', error: null } }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Resume: orders.dump' }));
    tell(task('a', { state: { kind: 'reconnecting', machine: 'web-1', attempt: 2, most: 10 } }));
    await screen.findByText('Connection to web-1 lost. Connecting again (2 of 10)…');
    tell(task('a', { state: { kind: 'done' }, verifiable: true }));
    await fireEvent.click(
      await screen.findByRole('button', { name: 'Verify by hash: orders.dump' }),
    );
    const error = { code: 'storage' as const, message: 'x differs.', nextStep: '' };
    tell(
      task('a', {
        kind: 'verify',
        state: { kind: 'failed', error: { ...error, field: null, retryable: false } },
        problems: ['x differs.', 'y differs.'],
      }),
    );
    await fireEvent.click(
      await screen.findByRole('button', { name: 'Show all that failed: orders.dump' }),
    );
    await screen.findByText('y differs.');
    const asked = host.calls.map(({ name }) => name);
    for (const name of ['task_pause', 'task_resume', 'task_verify']) expect(asked).toContain(name);
  });

  it('let a folder that they change be read again', async () => {
    const view = filesOf('session-x');
    await view.here.go('/home/ops/ops/dumps');
    const read = vi.spyOn(view.here, 'refresh').mockResolvedValue();
    const soon = vi.spyOn(view.here, 'refreshSoon').mockReturnValue();
    const elsewhere = vi.spyOn(view.machine, 'refresh').mockResolvedValue();
    const touches = [{ machine: null, folder: '/home/ops/ops/dumps' }];
    tasks.began(task('a', { state: { kind: 'waiting' }, touches }));
    tell(task('a', { touches }));
    expect([soon.mock.calls.length, read.mock.calls.length]).toEqual([1, 0]);
    tell(task('a', { state: { kind: 'done' }, touches }));
    expect([read.mock.calls.length, elsewhere.mock.calls.length]).toEqual([1, 0]);
    forgetFiles('session-x');
  });
});
