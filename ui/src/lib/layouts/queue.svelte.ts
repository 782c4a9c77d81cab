/**
 * Sessions that are to be opened, some at a time: the panes that wait are the queue, in the order of their tabs.
 *
 * A session that asks something keeps its turn until it is answered, so that no more than a few questions wait at once;
 * each is asked in its own tab, and none takes the keyboard.
 */

import type { SessionId } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { untrack } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

/** How many are connected at a time. */
const MOST = 4;

class Queue {
  readonly MOST = MOST;
  /** Panes whose session is being opened. */
  readonly #opening = new SvelteSet<string>();
  /** Sessions from here that may not be open yet. */
  readonly #begun = new SvelteSet<SessionId>();

  readonly #waiting = $derived(
    tabs.panes.filter((pane) => pane.spec.kind === 'queued' && !this.#opening.has(pane.id)),
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
    this.#opening.add(paneId);
    const session = await sessions.open(spec.target);
    this.#opening.delete(paneId);
    const there = tabs.panes.some((pane) => pane.id === paneId);
    if (session && there) {
      this.#begun.add(session.id);
      tabs.show(paneId, { kind: 'session', sessionId: session.id });
    } else if (session) {
      // The person closed the pane meanwhile.
      await sessions.close(session.id);
    } else tabs.closePane(paneId);
  }
}

export const queue = new Queue();
