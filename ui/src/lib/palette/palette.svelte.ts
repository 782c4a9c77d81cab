/** Whether the palette is open. What it lists is in items.ts. */
import { call, type NodeId } from '$lib/host';
import type { Scope } from './items';

class PaletteState {
  open = $state(false);
  scope = $state<Scope | 'all'>('all');
  recents = $state.raw<readonly NodeId[]>([]);
  /** Commands that were run, the latest first. */
  lastRun = $state.raw<readonly string[]>([]);

  show(scope: Scope | 'all' = 'all'): void {
    this.scope = scope;
    this.open = true;
    // The last known list is shown at once; a newer one replaces it within a frame or two.
    call('recents_list').then(
      (recents) => (this.recents = recents),
      () => undefined,
    );
  }

  ran(id: string): void {
    this.lastRun = [id, ...this.lastRun.filter((other) => other !== id)].slice(0, 6);
  }

  toggle(): void {
    if (this.open) this.open = false;
    else this.show();
  }
}

export const palette = new PaletteState();
