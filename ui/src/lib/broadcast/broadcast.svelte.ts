/**
 * Broadcast: what is typed or pasted into one of some terminals goes to all of them.
 *
 * The set is chosen by a person, is always to be seen, and is never kept: not over a restart, a lock or a reload. How a
 * key reaches each terminal is in `sessions/terminal/together.ts`.
 */

import { notices } from '$lib/frame/notices.svelte';
import type { SessionId, SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { existingTerminal } from '$lib/sessions/terminal/registry';
import { typeTogether } from '$lib/sessions/terminal/together';
import { panes } from '$lib/tabs/model';
import { tabs } from '$lib/tabs/tabs.svelte';
import { untrack } from 'svelte';

class Broadcast {
  /** The terminals that belong together; empty while broadcast is off. */
  members = $state.raw<ReadonlySet<SessionId>>(new Set());
  /** Titles of those that left by themselves since it began. */
  left = $state.raw<readonly string[]>([]);
  /** The person chooses which. */
  choosing = $state(false);

  readonly on = $derived(this.members.size > 0);
  /** "4 terminals", as the bar and the paste dialog say it. */
  readonly words = $derived(`${this.members.size} terminals`);

  /** All terminals of this window that take input, in the order of their tabs. */
  get open(): SessionInfo[] {
    return this.#openIn(tabs.all.flatMap((tab) => panes(tab.root)));
  }

  /** Those of the tab in front. */
  get inTab(): SessionInfo[] {
    return tabs.current ? this.#openIn(panes(tabs.current.root)) : [];
  }

  /** Follows sessions and tabs; call once. The returned function stops, and broadcast with it. */
  start(): () => void {
    const apart = typeTogether((id) => this.#othersOf(id));
    const stop = $effect.root(() => {
      $effect(() => {
        const there = new Set(this.open.map((session) => session.id));
        untrack(() => this.#keep(there));
      });
    });
    return () => {
      stop();
      apart();
      this.stop();
      this.choosing = false;
    };
  }

  has(id: SessionId): boolean {
    return this.members.has(id);
  }

  /** Begins with these, or goes on with these; fewer than two are no set. */
  set(ids: Iterable<SessionId>): void {
    const open = new Set(this.open.map((session) => session.id));
    const members = new Set([...ids].filter((id) => open.has(id)));
    if (!this.on) this.left = [];
    this.members = members.size > 1 ? members : new Set();
  }

  /** On for the terminals of the tab in front, or off. With fewer than two of them the person chooses. */
  toggle(): void {
    if (this.on) this.stop();
    else if (this.inTab.length > 1) this.set(this.inTab.map((session) => session.id));
    else this.choosing = true;
  }

  /** Puts a terminal into the set, or takes it out. */
  toggleMember(id: SessionId): void {
    const members = new Set(this.members);
    if (!members.delete(id)) members.add(id);
    this.set(members);
  }

  stop(): void {
    this.members = new Set();
    this.left = [];
  }

  /** Who is not open any more leaves, and does not come back by itself. */
  #keep(there: ReadonlySet<SessionId>): void {
    const gone = [...this.members].filter((id) => !there.has(id));
    if (gone.length === 0) return;
    const names = gone.map((id) => sessions.get(id)?.title ?? 'a closed terminal');
    const rest = new Set([...this.members].filter((id) => there.has(id)));
    if (rest.size > 1) {
      this.members = rest;
      this.left = [...this.left, ...names];
      return;
    }
    this.stop();
    notices.say('Broadcast has ended: typing goes to one terminal again.', {
      detail: `${names.join(', ')} left it.`,
    });
  }

  #othersOf(id: SessionId) {
    if (!this.members.has(id)) return [];
    return [...this.members]
      .filter((other) => other !== id)
      .map(existingTerminal)
      .filter((view) => view !== undefined);
  }

  #openIn(leaves: ReturnType<typeof panes>): SessionInfo[] {
    return leaves
      .map(({ spec }) => (spec.kind === 'session' ? sessions.get(spec.sessionId) : undefined))
      .filter((session) => session !== undefined)
      .filter(({ target, state }) => target.kind !== 'files' && state.kind === 'open');
  }
}

export const broadcast = new Broadcast();
