/**
 * The runs there are, as the core tells of them, and what is looked at of each.
 *
 * Events tell that something changed; machines, groups and output are asked for while a page shows them. Runs go on
 * when their tab is closed and when the vault is locked; what is known of them here is let go of while it is.
 */

import { attempt } from '$lib/frame/notices.svelte';
import { asApiError, call, onEvent } from '$lib/host';
import type { ApiError, NodeId, RunDetail, RunGrouping, RunId, RunInfo } from '$lib/host';
import { coalesced } from './coalesced';
import { RunForm } from './form.svelte';
import { firstToShow } from './listing';

/** What a page shows of a run. */
export class RunView {
  detail = $state.raw<RunDetail | null>(null);
  form = $state.raw<RunForm | null>(null);
  problem = $state.raw<ApiError | null>(null);
  /** The machine a person chose to look at. */
  chosen = $state<NodeId | null>(null);
  look = $state<'difference' | 'output'>('difference');
  layout = $state<'unified' | 'sideBySide'>('unified');
  /** The machine that others are compared with; the usual output if none is named. */
  against = $state<NodeId | null>(null);

  /** The machine that is shown. */
  readonly shown: NodeId | null = $derived(
    this.chosen ?? (this.detail ? firstToShow(this.detail) : null),
  );

  constructor(
    readonly id: RunId,
    form: RunForm | null,
  ) {
    this.form = form;
  }

  /** Reads it anew. */
  readonly load = coalesced(async () => {
    try {
      this.detail = await call('run_get', { id: this.id });
      this.form ??= RunForm.of(this.detail);
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  });

  async group(grouping: RunGrouping): Promise<void> {
    if (this.form) this.form.grouping = grouping;
    await attempt(() => call('run_group', { id: this.id, grouping }));
    await this.load();
  }

  /** Once more on these machines, or on all that did not end well. */
  async retry(machines: NodeId[] | null): Promise<void> {
    await attempt(() => call('run_retry', { id: this.id, machines }));
  }

  async cancel(machine: NodeId | null): Promise<void> {
    await attempt(() => call('run_cancel', { id: this.id, machine }));
  }
}

class RunsState {
  #all = $state.raw<ReadonlyMap<RunId, RunInfo>>(new Map());
  readonly #views = new Map<RunId, RunView>();
  /** What is being put together on the page of no run yet. */
  compose = $state.raw(new RunForm());

  /** The latest first. */
  readonly list: readonly RunInfo[] = $derived(
    [...this.#all.values()].sort((a, b) => b.began - a.began),
  );

  /** Follows the runs; call once the vault is open. The returned function stops and forgets them. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'run') this.take(event.run);
      else if (event.kind === 'runGone') this.#drop(event.id);
    });
    void attempt(async () => {
      for (const run of await call('run_list')) this.take(run);
    });
    return () => {
      unlisten();
      this.#all = new Map();
      this.#views.clear();
      this.compose = new RunForm();
    };
  }

  get(id: RunId): RunInfo | undefined {
    return this.#all.get(id);
  }

  /** What is looked at of a run; kept while the run is. */
  view(id: RunId): RunView {
    let view = this.#views.get(id);
    if (!view) {
      view = new RunView(id, null);
      this.#views.set(id, view);
    }
    return view;
  }

  /** A run was begun from a form. */
  began(run: RunInfo, form: RunForm): void {
    this.take(run);
    this.#views.set(run.id, new RunView(run.id, form.copy()));
    if (form === this.compose) this.compose = new RunForm();
  }

  async forget(id: RunId): Promise<void> {
    await attempt(() => call('run_forget', { id }));
  }

  /** Events and answers may cross: the newer one counts. */
  take(run: RunInfo): void {
    const known = this.#all.get(run.id);
    if (known && known.revision > run.revision) return;
    this.#all = new Map(this.#all).set(run.id, run);
  }

  #drop(id: RunId): void {
    const all = new Map(this.#all);
    all.delete(id);
    this.#all = all;
    this.#views.delete(id);
  }
}

export const runs = new RunsState();
