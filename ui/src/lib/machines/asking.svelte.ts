// The questions about machines that float over the window: delete these, move these. One at a time.
//
// Drawn by MachineDialogs.svelte, which the frame holds once.

import type { NodeId } from '$lib/host';

type Question = { kind: 'delete' | 'move'; ids: NodeId[] };

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

  done(): void {
    this.question = null;
  }
}

export const asking = new Asking();
