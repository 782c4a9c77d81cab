/**
 * The tasks there are, as the core tells of them: copying and deleting files, whichever tab asked for it.
 *
 * A task goes on when its tab is closed and when the vault is locked; its names are let go of while it is.
 */

import { attempt } from '$lib/frame/notices.svelte';
import { call, onEvent, type Conflict, type TaskId, type TaskInfo } from '$lib/host';
import { canPause, isOpen, sumOf } from './progress';
import { panesAt } from './registry.svelte';
import { uploads } from './uploads.svelte';

/** Where a question of a task would take the keyboard from somebody who types. */
const TYPING = '.xterm *, input, textarea';

class Tasks {
  /** The drawer is open. */
  shown = $state(false);
  #all = $state.raw<ReadonlyMap<TaskId, TaskInfo>>(new Map());
  /** Questions that are to be asked later, or were put off: by task, the path they are about. */
  #later = $state.raw<ReadonlyMap<TaskId, string>>(new Map());
  /** Counts events, and which was each task's last. */
  #heard = 0;
  readonly #lastHeard = new Map<TaskId, number>();

  /** In the order they were asked for. */
  readonly list: readonly TaskInfo[] = $derived(
    [...this.#all.values()].sort((a, b) => a.began - b.began),
  );
  /** What still goes on in its order, then what is over, the latest first. */
  readonly inOrder: readonly TaskInfo[] = $derived([
    ...this.list.filter(isOpen),
    ...this.list.filter((task) => !isOpen(task)).reverse(),
  ]);
  readonly sum = $derived(sumOf(this.list));
  readonly failed = $derived(this.list.filter(({ state }) => state.kind === 'failed').length);
  /** Those that need not be looked at any more. */
  readonly settled = $derived(
    this.list.filter(({ state }) => state.kind === 'done' || state.kind === 'cancelled'),
  );
  /** The task whose question is asked now. */
  readonly asking: TaskInfo | undefined = $derived(
    this.list.find(
      ({ id, state }) => state.kind === 'asking' && this.#later.get(id) !== state.conflict.path,
    ),
  );

  /** Follows the tasks; call once the vault is open. The returned function stops and forgets them. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'task') this.#hear(event.task);
      else if (event.kind === 'taskGone') this.#drop(event.id);
    });
    uploads.told = (task) => this.#take(task);
    void attempt(() => this.#load());
    return () => {
      unlisten();
      uploads.told = () => undefined;
      this.#all = new Map();
      this.#later = new Map();
      this.#lastHeard.clear();
    };
  }

  get(id: TaskId): TaskInfo | undefined {
    return this.#all.get(id);
  }

  /** A task was asked for. Events may have told of newer things already. */
  began(task: TaskInfo): void {
    if (!this.#all.has(task.id)) this.#take(task);
  }

  async cancel(id: TaskId): Promise<void> {
    if (uploads.has(id)) return uploads.halt(id, 'cancelled');
    await attempt(() => call('task_cancel', { id }));
  }

  async answer(id: TaskId, conflict: Conflict, all: boolean): Promise<void> {
    if (uploads.has(id)) return uploads.answer(id, conflict, all);
    await attempt(() => call('task_answer', { id, conflict, all }));
  }

  async retry(id: TaskId): Promise<void> {
    if (uploads.has(id)) return uploads.goOn(id);
    await attempt(() => call('task_retry', { id }));
  }

  async pause(id: TaskId): Promise<void> {
    if (uploads.has(id)) return uploads.halt(id, 'paused');
    await attempt(() => call('task_pause', { id }));
  }

  async resume(id: TaskId): Promise<void> {
    if (uploads.has(id)) return uploads.goOn(id);
    await attempt(() => call('task_resume', { id }));
  }

  async pauseAll(): Promise<void> {
    for (const task of this.list.filter(canPause)) {
      if (uploads.has(task.id)) uploads.halt(task.id, 'paused');
    }
    await attempt(() => call('tasks_pause', {}));
  }

  async resumeAll(): Promise<void> {
    for (const { id, state } of this.list) {
      if (state.kind === 'paused' && uploads.has(id)) uploads.goOn(id);
    }
    await attempt(() => call('tasks_resume', {}));
  }

  /** Compares what a task has copied with where it came from. */
  async verify(id: TaskId): Promise<void> {
    await attempt(async () => this.began(await call('task_verify', { id })));
  }

  /** Takes a task that is over from the list. */
  async forget(id: TaskId): Promise<void> {
    if (uploads.has(id)) {
      uploads.forget(id);
      return this.#drop(id);
    }
    await attempt(() => call('task_forget', { id }));
  }

  async clearSettled(): Promise<void> {
    await Promise.all(this.settled.map(({ id }) => this.forget(id)));
  }

  /** Asks the question of a task later. */
  putOff(task: TaskInfo): void {
    if (task.state.kind !== 'asking') return;
    this.#later = new Map(this.#later).set(task.id, task.state.conflict.path);
  }

  /** Asks it now. */
  ask(id: TaskId): void {
    const later = new Map(this.#later);
    later.delete(id);
    this.#later = later;
  }

  async #load(): Promise<void> {
    const asked = this.#heard;
    const list = await call('task_list');
    const there = new Set(list.map(({ id }) => id));
    // Events may have told of newer things while the answer was on its way.
    const newer = (id: TaskId): boolean => (this.#lastHeard.get(id) ?? 0) > asked;
    const all = new Map(list.map((task) => [task.id, task] as const));
    for (const [id, task] of this.#all) if (newer(id) || !there.has(id)) all.set(id, task);
    this.#all = all;
  }

  #hear(task: TaskInfo): void {
    this.#heard += 1;
    this.#lastHeard.set(task.id, this.#heard);
    this.#take(task);
  }

  #take(task: TaskInfo): void {
    const known = this.#all.get(task.id);
    // The first of a row of tasks: from here on it can be found in the status bar.
    if (!known && isOpen(task) && this.sum.open === 0) this.shown = true;
    if (task.state.kind === 'asking' && known?.state.kind !== 'asking') {
      this.shown = true;
      if (document.activeElement?.matches(TYPING)) {
        this.#later = new Map(this.#later).set(task.id, task.state.conflict.path);
      }
    }
    // It may ask about the same file once more when it is done again.
    if (task.state.kind !== 'asking' && this.#later.has(task.id)) this.ask(task.id);
    this.#all = new Map(this.#all).set(task.id, task);
    this.#touch(task);
  }

  /** Whoever shows a folder that a task changes will see it. */
  #touch(task: TaskInfo): void {
    if (task.state.kind === 'waiting') return;
    for (const pane of task.touches.flatMap(panesAt)) {
      if (isOpen(task)) pane.refreshSoon();
      else void pane.refresh(true);
    }
  }

  #drop(id: TaskId): void {
    const all = new Map(this.#all);
    all.delete(id);
    this.#all = all;
    this.#lastHeard.delete(id);
  }
}

export const tasks = new Tasks();
