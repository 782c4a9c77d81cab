// The questions about machines that float over the window: delete these, move these, who has access to this. One at a time.
//
// Drawn by MachineDialogs.svelte, which the frame holds once.

import type { NodeId } from '$lib/host';

type Question =
  | { kind: 'delete'; ids: NodeId[] }
  | { kind: 'move'; ids: NodeId[] }
  | { kind: 'access'; id: NodeId };

class Asking {
  question = $state.raw<Question | null>(null);

  /** Asks whether to delete nodes, with what hangs on them. */
  delete(ids: readonly NodeId[]): void {
    if (ids.length > 0) this.question = { kind: 'delete', ids: [...ids] };
  }

  /** Asks which folder to move nodes to. */
  move(ids: readonly NodeId[]): void {
    if (ids.length > 0) this.question = { kind: 'move', ids: [...ids] };
  }

  /** Shows who has access to a node, and lets it be changed. */
  access(id: NodeId | undefined): void {
    if (id !== undefined) this.question = { kind: 'access', id };
  }

  done(): void {
    this.question = null;
  }
}

export const asking = new Asking();
