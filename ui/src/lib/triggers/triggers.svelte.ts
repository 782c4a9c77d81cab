// The triggers of the open vault, and telling when one found what it looks for.

import { notices } from '$lib/frame/notices.svelte';
import { asApiError, call, onEvent } from '$lib/host';
import type { ApiError, Trigger, TriggerDraft, TriggerHit, TriggerId } from '$lib/host';
import { existingTerminal } from '$lib/sessions/terminal/registry';
import { tabs } from '$lib/tabs/tabs.svelte';
import { marking } from './marking.svelte';
import { hitWords, isSeen } from './words';

const byName = (a: Trigger, b: Trigger): number =>
  a.name.localeCompare(b.name, undefined, { numeric: true });

const marks = ({ enabled, action }: Trigger): boolean => enabled && action.kind === 'highlight';

class TriggersState {
  list = $state.raw<Trigger[]>([]);
  loaded = $state(false);
  /** Pieces of output that came too fast to be looked at. */
  skipped = $state(0);
  problem = $state<ApiError | null>(null);

  /** Tells of hits while the vault is open; the returned function stops and forgets everything. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'trigger') this.#hear(event.hit);
      else if (event.kind === 'triggers') void this.load();
    });
    void this.load();
    return () => {
      unlisten();
      this.#take([]);
      this.loaded = false;
    };
  }

  async load(): Promise<void> {
    try {
      const { triggers, skipped } = await call('trigger_list');
      this.#take(triggers.toSorted(byName));
      this.skipped = skipped;
      this.loaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Saves, and throws what is wrong. */
  async save(id: TriggerId | null, draft: TriggerDraft): Promise<void> {
    const kept = await call('trigger_save', { id, draft });
    this.#take([...this.list.filter((other) => other.id !== kept.id), kept].toSorted(byName));
  }

  /** Deletes, and throws what is wrong. */
  async remove(id: TriggerId): Promise<void> {
    await call('trigger_delete', { id });
    this.#take(this.list.filter((other) => other.id !== id));
  }

  #take(list: Trigger[]): void {
    const before = JSON.stringify(this.list.filter(marks));
    this.list = list;
    const now = list.filter(marks);
    // Terminals look through everything again.
    if (JSON.stringify(now) !== before) marking.set(now.length > 0);
  }

  #hear(hit: TriggerHit): void {
    const front = tabs.current?.spec;
    const inFront = front?.kind === 'session' && front.sessionId === hit.session;
    const seen = inFront && document.hasFocus();
    const view = existingTerminal(hit.session);
    if (view && !seen) view.rang = true;
    // Nothing is said of what the eye is on; what was typed by itself is always said.
    if (isSeen(hit, seen)) return;
    const { text, detail } = hitWords(hit);
    notices.say(text, {
      kind: hit.problem === null ? 'info' : 'danger',
      detail,
      action: inFront
        ? undefined
        : {
            label: 'Go there',
            run: () => tabs.open({ kind: 'session', sessionId: hit.session }),
          },
    });
  }
}

export const triggers = new TriggersState();
