// Trying a machine before it is saved: connect, sign in, close.

import { asApiError, call, inWords, onEvent } from '$lib/host';
import type { EntryDraft, NodeId, SessionInfo } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';

type Outcome =
  | { kind: 'none' }
  | { kind: 'running'; text: string }
  | { kind: 'asking'; text: string }
  | { kind: 'worked'; text: string }
  | { kind: 'failed'; text: string };

/** What a session that is being tried says, in one line. */
export function outcomeOf(session: SessionInfo): Outcome {
  const { state } = session;
  switch (state.kind) {
    case 'connecting':
      return { kind: 'running', text: `Trying ${state.machine}…` };
    case 'lost':
      return { kind: 'running', text: state.error.message };
    case 'open':
      return { kind: 'running', text: 'Connected, closing…' };
    case 'asking':
      return { kind: 'asking', text: `${state.prompt.machine} asks something.` };
    case 'hostKey':
      return { kind: 'asking', text: `${state.question.machine} shows a host key to check.` };
    case 'closed':
      if (state.reason.kind === 'failed')
        return { kind: 'failed', text: inWords(state.reason.error) };
      if (state.reason.kind === 'byPerson') return { kind: 'none' };
      return {
        kind: 'worked',
        text: session.protocol === 'ssh' ? 'Connected and signed in.' : 'Connected.',
      };
  }
}

export class Trial {
  outcome = $state.raw<Outcome>({ kind: 'none' });
  #session: string | null = null;
  #shown = false;
  #unlisten: (() => void) | undefined;

  get running(): boolean {
    return this.outcome.kind === 'running' || this.outcome.kind === 'asking';
  }

  async start(draft: EntryDraft, id: NodeId | null, parent: NodeId | null): Promise<void> {
    await this.stop();
    this.outcome = { kind: 'running', text: `Trying ${draft.name}…` };
    // Heard before the call returns: a refusal may be quicker than its answer.
    const early: SessionInfo[] = [];
    this.#unlisten = onEvent((event) => {
      if (event.kind !== 'session') return;
      if (this.#session === null) early.push(event.session);
      else if (event.session.id === this.#session) this.#hear(event.session);
    });
    try {
      const session = await call('session_test', { draft, id, parent });
      this.#session = session.id;
      this.#hear(early.findLast((heard) => heard.id === session.id) ?? session);
    } catch (problem) {
      this.outcome = { kind: 'failed', text: inWords(asApiError(problem)) };
      this.#unlisten();
    }
  }

  /** Shows the session, to answer what it asks. */
  show(): void {
    if (this.#session === null) return;
    this.#shown = true;
    tabs.open({ kind: 'session', sessionId: this.#session });
  }

  async cancel(): Promise<void> {
    await this.stop();
    this.outcome = { kind: 'none' };
  }

  /** Ends and forgets the session. Safe to call at any time. */
  async stop(): Promise<void> {
    this.#unlisten?.();
    this.#unlisten = undefined;
    const session = this.#session;
    this.#session = null;
    if (session === null || this.#shown) return;
    // Already gone is as good as closed.
    await call('session_close', { id: session }).catch(() => undefined);
  }

  #hear(session: SessionInfo): void {
    this.outcome = outcomeOf(session);
    if (session.state.kind === 'closed') void this.stop();
  }
}
