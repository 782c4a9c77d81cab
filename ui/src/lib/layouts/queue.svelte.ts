/**
 * Sessions that are to be opened, some at a time: the panes that wait are the queue, in the order of their tabs.
 *
 * A session that asks something keeps its turn until it is answered, so that no more than a few questions wait at once;
 * each is asked in its own tab, and none takes the keyboard. One that could not be opened waits until the person wants
 * it tried again; the pane of a machine that is gone goes, too.
 */

import { notices } from '$lib/frame/notices.svelte';
import { asApiError, type ApiError, type SessionId } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

/** How many are connected at a time. */
const MOST = 4;

class Queue {
  readonly MOST = MOST;
  /** Panes whose session is being opened. */
  readonly #opening = new SvelteSet<string>();
  /** Sessions from here that may not be open yet. */
  readonly #begun = new SvelteSet<SessionId>();
  /** Panes whose session could not be opened, and why. */
  readonly #refused = new SvelteMap<string, ApiError>();

  readonly #waiting = $derived(
    tabs.panes.filter(
      ({ id, spec }) => spec.kind === 'queued' && !this.#opening.has(id) && !this.#refused.has(id),
    ),
  );
  readonly #busy = $derived(
    [...this.#begun].filter((id) =>
      ['connecting', 'asking', 'hostKey'].includes(sessions.get(id)?.state.kind ?? ''),
    ).length + this.#opening.size,
  );

  /** Opens what waits for as long as the vault is open; the returned function stops. */
  start(): () => void {
    return $effect.root(() => {
      $effect(() => {
        if (vault.unlocked) untrack(() => this.#letGo());
      });
      $effect(() => {
        if (!vault.unlocked || !tabs.ready) return;
        const next = this.#waiting.slice(0, Math.max(0, MOST - this.#busy));
        untrack(() => next.forEach((pane) => void this.open(pane.id)));
      });
    });
  }

  /** How many are before a pane. */
  before(paneId: string): number {
    return Math.max(
      0,
      this.#waiting.findIndex((pane) => pane.id === paneId),
    );
  }

  /** Opens the session of a pane now, whoever else waits. */
  async open(paneId: string): Promise<void> {
    const spec = tabs.panes.find((pane) => pane.id === paneId)?.spec;
    if (spec?.kind !== 'queued' || this.#opening.has(paneId)) return;
    this.#refused.delete(paneId);
    this.#opening.add(paneId);
    try {
      const session = await sessions.begin(spec.target);
      if (!tabs.panes.some((pane) => pane.id === paneId)) {
        // The person closed the pane meanwhile.
        await sessions.close(session.id);
        return;
      }
      this.#begun.add(session.id);
      tabs.show(paneId, { kind: 'session', sessionId: session.id });
    } catch (problem) {
      const error = asApiError(problem);
      this.#refused.set(paneId, error);
      if (error.code !== 'notFound') return;
      notices.problem(error);
      tabs.closePane(paneId);
    } finally {
      this.#opening.delete(paneId);
    }
  }

  /** Why the session of a pane could not be opened. */
  refusal(paneId: string): ApiError | undefined {
    return this.#refused.get(paneId);
  }

  /** The vault is open: what failed because it was not is tried again, and panes that are gone are forgotten. */
  #letGo(): void {
    const there = new Set(tabs.panes.map((pane) => pane.id));
    for (const [id, { code }] of [...this.#refused])
      if (code === 'vaultLocked' || !there.has(id)) this.#refused.delete(id);
  }
}

export const queue = new Queue();
