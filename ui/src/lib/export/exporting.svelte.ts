// Whether something is being exported, or was just now. Drawn by MachineDialogs.svelte, which the frame holds once.

import type { ExportDone, NodeId } from '$lib/host';

class Exporting {
  /** What is asked about; a folder of null is everything. */
  asked = $state.raw<{ folder: NodeId | null } | null>(null);
  done = $state.raw<ExportDone | null>(null);

  ask(folder: NodeId | null): void {
    this.asked = { folder };
  }

  finished(done: ExportDone): void {
    this.done = done;
  }
}

export const exporting = new Exporting();
