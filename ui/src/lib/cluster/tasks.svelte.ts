/** Tasks of clusters that were begun from here. They go on when their page is closed. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import {
  call,
  can,
  onEvent,
  type ApiError,
  type ClusterTask,
  type ClusterTaskId,
  type NodeId,
} from '$lib/host';

class ClusterTasks {
  #all = $state.raw<ReadonlyMap<ClusterTaskId, ClusterTask>>(new Map());

  /** The latest first, those under way before the others. */
  readonly list: readonly ClusterTask[] = $derived(
    [...this.#all.values()].sort(
      (a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.started - a.started,
    ),
  );
  readonly running = $derived(this.list.filter(isRunning));
  /** Those that need not be looked at any more. */
  readonly settled = $derived(
    this.list.filter(({ state }) => state.kind === 'done' || state.kind === 'cancelled'),
  );
  readonly failed = $derived(this.list.filter(({ state }) => state.kind === 'failed').length);

  /** Follows them; the returned function stops and forgets. */
  start(): () => void {
    if (!can('devices')) return () => undefined;
    const unlisten = onEvent((event) => {
      if (event.kind === 'clusterTask') this.#hear(event.task);
    });
    void attempt(async () => {
      const all = new Map(
        (await call('cluster_tasks', {})).map((task) => [task.id, task] as const),
      );
      // What was told meanwhile is newer.
      for (const [id, task] of this.#all) all.set(id, task);
      this.#all = all;
    });
    return () => {
      unlisten();
      this.#all = new Map();
    };
  }

  /** Those about one guest. */
  of(entry: NodeId, guest: number): ClusterTask[] {
    return this.list.filter((task) => task.entry === entry && task.guest === guest);
  }

  get(id: ClusterTaskId): ClusterTask | undefined {
    return this.#all.get(id);
  }

  /** Something was asked for. Throws what is known to be wrong already. */
  began(task: ClusterTask): ClusterTask {
    if (!this.#all.has(task.id)) this.#put(task);
    if (task.state.kind === 'failed') throw task.state.error;
    return task;
  }

  async cancel(id: ClusterTaskId): Promise<void> {
    await attempt(() => call('cluster_task_cancel', { id }));
  }

  async forget(id: ClusterTaskId): Promise<void> {
    const task = this.get(id);
    if (!task || isRunning(task)) return;
    await attempt(async () => {
      await call('cluster_task_forget', { id });
      const all = new Map(this.#all);
      all.delete(id);
      this.#all = all;
    });
  }

  async clear(): Promise<void> {
    await Promise.all(this.settled.map(({ id }) => this.forget(id)));
  }

  #hear(task: ClusterTask): void {
    const before = this.#all.get(task.id);
    this.#put(task);
    if (before && isRunning(before) && task.state.kind === 'failed')
      notices.problem(failedWords(task, task.state.error));
  }

  #put(task: ClusterTask): void {
    this.#all = new Map(this.#all).set(task.id, task);
  }
}

/** A task that was taken and failed later says which one it was. */
function failedWords(task: ClusterTask, error: ApiError): ApiError {
  return { ...error, message: `${task.title}: ${error.message}` };
}

export function isRunning({ state }: Pick<ClusterTask, 'state'>): boolean {
  return state.kind === 'running';
}

export const clusterTasks = new ClusterTasks();
