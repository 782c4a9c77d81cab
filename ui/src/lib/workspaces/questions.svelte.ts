/** The questions about workspaces that float over the window, one at a time. Drawn by WorkspaceDialogs.svelte. */
import type { WorkspaceId } from '$lib/host';

type Question =
  | { kind: 'add'; address: string }
  | { kind: 'signIn'; id: WorkspaceId }
  | { kind: 'trust'; id: WorkspaceId }
  | { kind: 'leave'; id: WorkspaceId };

class Questions {
  asked = $state.raw<Question | null>(null);

  /** Asks for a team server to add, beginning with an address or a link. */
  add(address = ''): void {
    this.asked = { kind: 'add', address };
  }

  ask(kind: 'signIn' | 'trust' | 'leave', id: WorkspaceId): void {
    this.asked = { kind, id };
  }

  done(): void {
    this.asked = null;
  }
}

export const questions = new Questions();
