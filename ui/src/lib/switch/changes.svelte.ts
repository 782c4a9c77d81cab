/** Changes of switches that are on their way. They are followed also when their page is closed: unless kept, they are taken back. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, can, onEvent, type SwitchChange, type SwitchChangeId } from '$lib/host';
import { switches } from './switches.svelte';

class SwitchChanges {
  #all = $state.raw<ReadonlyMap<SwitchChangeId, SwitchChange>>(new Map());
  /** What came to its end here and was read. */
  #dismissed = $state.raw<ReadonlySet<SwitchChangeId>>(new Set());

  /** Those that somebody has to look at: under way, waiting, or not as they should be. */
  readonly shown: readonly SwitchChange[] = $derived(
    [...this.#all.values()]
      .filter((change) => needsEyes(change) && !this.#dismissed.has(change.id))
      .sort((a, b) => a.started - b.started),
  );

  /** Follows them; the returned function stops and forgets. */
  start(): () => void {
    if (!can('devices')) return () => undefined;
    const unlisten = onEvent((event) => {
      if (event.kind === 'switchChange') this.hear(event.change);
    });
    void attempt(async () => {
      const all = (await call('switch_changes', {})).map((change) => [change.id, change] as const);
      // What was told meanwhile is newer.
      this.#all = new Map([...all, ...this.#all]);
    });
    return () => {
      unlisten();
      this.#all = new Map();
      this.#dismissed = new Set();
    };
  }

  hear(change: SwitchChange): void {
    const before = this.#all.get(change.id);
    this.#all = new Map(this.#all).set(change.id, change);
    const { state, name, entry } = change;
    if (before?.state.kind === state.kind) return;
    if (state.kind === 'kept') notices.say(`${name}: the change is kept.`);
    else if (state.kind === 'reverted')
      notices.say(`${name}: the change was taken back.`, { detail: state.why });
    if (state.kind !== 'applying' && state.kind !== 'reverting') switches.changed(entry);
  }

  async keep(id: SwitchChangeId): Promise<void> {
    await attempt(async () => this.hear(await call('switch_keep', { id })));
  }

  async revert(id: SwitchChangeId): Promise<void> {
    await attempt(async () => this.hear(await call('switch_revert', { id })));
  }

  dismiss(id: SwitchChangeId): void {
    this.#dismissed = new Set(this.#dismissed).add(id);
  }
}

function needsEyes({ state }: SwitchChange): boolean {
  return state.kind !== 'kept' && state.kind !== 'reverted';
}

/** Seconds until a change is taken back; never below 0. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

export const switchChanges = new SwitchChanges();
