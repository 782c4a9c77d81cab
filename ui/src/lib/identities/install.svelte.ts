// Installing a public key on a machine: which key and which machine is asked in a dialog, what the machine asks on the way
// is asked in its own tab, and the outcome is told in the dialog again.

import { asApiError, call } from '$lib/host';
import type { ApiError, IdentityId, KeyInstalled, NodeId, SessionId, SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';

interface Wanted {
  identity: IdentityId | null;
  machine: NodeId | null;
}

type Stage =
  | { kind: 'none' }
  | ({ kind: 'asking' } & Wanted)
  /** Its tab is in front and may ask something. */
  | { kind: 'connecting'; identity: IdentityId; session: SessionId; ours: boolean }
  | { kind: 'installing'; title: string }
  | { kind: 'done'; done: KeyInstalled }
  | { kind: 'failed'; error: ApiError };

class Installing {
  stage = $state.raw<Stage>({ kind: 'none' });

  /** Opens the dialog; what is known already is chosen in it. */
  ask(wanted: Partial<Wanted>): void {
    this.stage = { kind: 'asking', identity: null, machine: null, ...wanted };
  }

  close(): void {
    this.stage = { kind: 'none' };
  }

  /** Connects for files, unless a session for files of the machine is open. */
  async begin(identity: IdentityId, machine: NodeId): Promise<void> {
    const files = sessions.to(machine).find(({ target }) => target.kind === 'files');
    const session = files ?? (await sessions.open({ kind: 'files', id: machine }));
    // A notice says why.
    if (!session) return this.close();
    if (session.state.kind !== 'open') tabs.open({ kind: 'session', sessionId: session.id });
    this.stage = { kind: 'connecting', identity, session: session.id, ours: !files };
    this.follow(sessions.get(session.id));
  }

  /** The session became something else: it is open, or over, or gone. */
  follow(session: SessionInfo | undefined): void {
    const { stage } = this;
    if (stage.kind !== 'connecting') return;
    if (session?.state.kind === 'open') void this.#install(stage, session);
    // Its page says what happened and what to do.
    else if (!session || session.state.kind === 'closed') this.close();
  }

  async #install(
    { identity, ours }: { identity: IdentityId; ours: boolean },
    session: SessionInfo,
  ): Promise<void> {
    this.stage = { kind: 'installing', title: session.title };
    try {
      const done = await call('identity_install_key', { id: identity, session: session.id });
      this.stage = { kind: 'done', done };
    } catch (problem) {
      this.stage = { kind: 'failed', error: asApiError(problem) };
    }
    if (ours) await sessions.close(session.id);
  }
}

export const installing = new Installing();
