/** How far a task is, in numbers and words. */

import type { TaskInfo } from '$lib/host';
import { counted, countText, durationText, partText, sizeText } from './format';

type Measured = Pick<TaskInfo, 'kind' | 'files' | 'filesDone' | 'bytes' | 'bytesDone'>;

/** It has not come to its end. */
export function isOpen({ state }: Pick<TaskInfo, 'state'>): boolean {
  return state.kind !== 'done' && state.kind !== 'cancelled' && state.kind !== 'failed';
}

/** It can be paused. */
export function canPause(task: Pick<TaskInfo, 'state'>): boolean {
  return isOpen(task) && task.state.kind !== 'paused';
}

/** Whole percent that are done; bytes count where there are any. */
export function percentOf(task: Measured): number {
  const [done, all] =
    task.kind !== 'delete' && task.bytes > 0
      ? [task.bytesDone, task.bytes]
      : [task.filesDone, task.files];
  return all > 0 ? Math.floor(Math.min(1, done / all) * 100) : 0;
}

/** "2.41 of 3.77 GB"; of a deletion "120 of 1,204 files". */
export function amountText(task: Measured & Pick<TaskInfo, 'state'>): string {
  const over = !isOpen(task);
  if (task.kind === 'delete' || task.bytes === 0) {
    if (task.files === 0) return '';
    if (over && task.filesDone === task.files) return counted(task.files, 'file');
    return `${countText(task.filesDone)} of ${counted(task.files, 'file')}`;
  }
  const whole = task.bytesDone >= task.bytes || (task.state.kind === 'waiting' && !task.bytesDone);
  return whole ? sizeText(task.bytes) : partText(task.bytesDone, task.bytes);
}

/** "34.1 MB/s"; nothing while nothing moves. */
export function rateText(rate: number): string {
  return rate > 0 ? `${sizeText(rate)}/s` : '';
}

/** "1 min 15 s", or how it stands if that says more. */
export function leftText(task: TaskInfo): string {
  switch (task.state.kind) {
    case 'waiting':
      return 'Waiting';
    case 'asking':
      return 'Asks';
    case 'paused':
      return 'Paused';
    case 'reconnecting':
      return 'Connecting';
    case 'done':
      if (task.kind === 'verify') return 'All the same';
      return task.skipped > 0 ? `Done, ${countText(task.skipped)} skipped` : 'Done';
    case 'cancelled':
      return 'Cancelled';
    case 'failed':
      return 'Failed';
    case 'running':
      if (task.kind === 'delete' || task.rate <= 0 || task.bytes <= task.bytesDone) return '';
      return durationText((task.bytes - task.bytesDone) / task.rate);
  }
}

/** What all open tasks are together. */
export interface Sum {
  open: number;
  percent: number;
  /** Bytes a second from here, and to here. */
  up: number;
  down: number;
}

export function sumOf(tasks: readonly TaskInfo[]): Sum {
  const open = tasks.filter(isOpen);
  const sum = { kind: 'copy' as const, files: 0, filesDone: 0, bytes: 0, bytesDone: 0 };
  let [up, down] = [0, 0];
  for (const task of open) {
    sum.files += task.files;
    sum.filesDone += task.filesDone;
    if (task.kind !== 'delete') {
      sum.bytes += task.bytes;
      sum.bytesDone += task.bytesDone;
    }
    if (task.state.kind !== 'running') continue;
    if (task.kind === 'upload') up += task.rate;
    if (task.kind === 'download') down += task.rate;
  }
  return { open: open.length, percent: percentOf(sum), up, down };
}

/** "Connection to web-1 lost. Connecting again (2 of 10)…" */
export function reconnectText(state: { machine: string; attempt: number; most: number }): string {
  const which = `${countText(state.attempt)} of ${countText(state.most)}`;
  return `Connection to ${state.machine} lost. Connecting again (${which})…`;
}

/** "3 running", "1 failed", "14 done": what there is of each. */
export function standings(tasks: readonly TaskInfo[]): { text: string; bad: boolean }[] {
  const words = [
    ['running', 'running'],
    ['reconnecting', 'connecting again'],
    ['asking', 'waiting for you'],
    ['paused', 'paused'],
    ['waiting', 'waiting'],
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    ['done', 'done'],
  ] as const;
  return words.flatMap(([kind, word]) => {
    const count = tasks.filter(({ state }) => state.kind === kind).length;
    return count > 0 ? [{ text: `${countText(count)} ${word}`, bad: kind === 'failed' }] : [];
  });
}
