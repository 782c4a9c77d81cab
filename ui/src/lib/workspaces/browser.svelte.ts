/**
 * Signing in to a team server with the browser: the core asks the server for a code and waits until a person has compared it there. What
 * the core asks with never comes here.
 */
import {
  asApiError,
  call,
  type ApiError,
  type WorkspaceDoor,
  type WorkspaceHandoff,
  type WorkspaceInfo,
} from '$lib/host';
import { workspaces } from './workspaces.svelte';

export class BrowserSignIn {
  /** What is shown to be compared; none before the server has answered, and after the end. */
  begun = $state.raw<WorkspaceHandoff | null>(null);
  /** Why it came to nothing. */
  problem = $state.raw<ApiError | null>(null);
  #turn = 0;

  /** Begins anew and waits for the answer; the workspace if the server lets the person in, and nobody gave up meanwhile. */
  async go(door: WorkspaceDoor): Promise<WorkspaceInfo | null> {
    this.cancel();
    const mine = this.#turn;
    const goesOn = () => mine === this.#turn;
    try {
      const begun = await call('workspace_browser_begin', { door });
      if (!goesOn()) {
        giveUp(begun);
        return null;
      }
      this.begun = begun;
      const info = await call('workspace_browser_wait', { id: begun.id });
      if (goesOn()) return workspaces.put(info);
      // Let in at the very moment of giving up: nothing of it stays here.
      if (door.kind === 'new') await workspaces.remove(info.id);
      else await call('workspace_sign_out', { id: info.id });
    } catch (failed) {
      if (goesOn()) this.problem = asApiError(failed);
    } finally {
      if (goesOn()) this.begun = null;
    }
    return null;
  }

  /** Gives up: nobody can be let in with the code any more. */
  cancel(): void {
    this.#turn += 1;
    if (this.begun) giveUp(this.begun);
    this.begun = null;
    this.problem = null;
  }
}

/** Nobody waits for the end of that: what cannot be given up runs out by itself. */
function giveUp({ id }: WorkspaceHandoff): void {
  call('workspace_browser_cancel', { id }).catch(() => undefined);
}
