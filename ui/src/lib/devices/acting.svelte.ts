/** Doing something with a machine's power: what is asked first, and what came of it. */

import {
  asApiError,
  call,
  type ApiError,
  type ManagementId,
  type NodeId,
  type PowerAction,
  type PowerDone,
  type PowerGuard,
} from '$lib/host';
import { SvelteMap } from 'svelte/reactivity';
import { devices } from './devices.svelte';
import { isHard, isStopping } from './words';

interface Wanted {
  entry: NodeId;
  action: PowerAction;
  /** By this way alone; none is the best that works. */
  way: ManagementId | null;
}

/** What came of the last action, for the page to show in its place. */
export type Outcome = { kind: 'done'; done: PowerDone } | { kind: 'failed'; problem: ApiError };

class Acting {
  /** What is asked about, over the window. */
  question = $state.raw<(Wanted & { guard: PowerGuard }) | null>(null);
  #busy = new SvelteMap<NodeId, PowerAction>();
  #outcomes = new SvelteMap<NodeId, Outcome>();

  /** What is being done with a machine. */
  busy(entry: NodeId): PowerAction | undefined {
    return this.#busy.get(entry);
  }

  outcome(entry: NodeId): Outcome | undefined {
    return this.#outcomes.get(entry);
  }

  /** The person has read what came of it. */
  dismiss(entry: NodeId): void {
    this.#outcomes.delete(entry);
  }

  /** Does it, after what has to be known first was shown. The machine's page comes to the front: it says what came of it. */
  async start(entry: NodeId, action: PowerAction, way: ManagementId | null = null): Promise<void> {
    devices.show(entry);
    if (this.#busy.has(entry)) return;
    this.#outcomes.delete(entry);
    if (!isStopping(action)) {
      await this.#do({ entry, action, way }, null);
      return;
    }
    this.#busy.set(entry, action);
    try {
      const guard = await call('power_guard', { entries: [entry], action, way });
      if (guard.name !== null || guard.dependants.length > 0 || isHard(action)) {
        this.#busy.delete(entry);
        this.question = { entry, action, way, guard };
        return;
      }
    } catch (failed) {
      this.#busy.delete(entry);
      this.#outcomes.set(entry, { kind: 'failed', problem: asApiError(failed) });
      return;
    }
    await this.#do({ entry, action, way }, null);
  }

  /** The answer to the question: the name as it was typed. */
  async confirm(confirmed: string | null): Promise<void> {
    const wanted = this.question;
    this.question = null;
    if (wanted) await this.#do(wanted, confirmed);
  }

  /** Does the softer thing that the guard named. */
  async instead(): Promise<void> {
    const wanted = this.question;
    this.question = null;
    if (wanted?.guard.instead) await this.start(wanted.entry, wanted.guard.instead);
  }

  cancel(): void {
    this.question = null;
  }

  /** Names of machines must not outlive the open vault. */
  clear(): void {
    this.question = null;
    this.#busy.clear();
    this.#outcomes.clear();
  }

  async #do({ entry, action, way }: Wanted, confirmed: string | null): Promise<void> {
    this.#busy.set(entry, action);
    try {
      const done = await call('power_do', { entry, action, way, confirmed });
      this.#outcomes.set(entry, { kind: 'done', done });
    } catch (failed) {
      this.#outcomes.set(entry, { kind: 'failed', problem: asApiError(failed) });
    } finally {
      this.#busy.delete(entry);
    }
  }
}

export const acting = new Acting();
