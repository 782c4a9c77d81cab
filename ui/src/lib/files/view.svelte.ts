/** The files page of one session: this computer and the machine side by side, and what passes between them. */

import { call, type FileEntry, type SessionId } from '$lib/host';
import { FileDrag } from './drag.svelte';
import { FilesPane } from './pane.svelte';
import { tasks } from './tasks.svelte';

/** What floats over the page and waits for the person. */
export type Question =
  | { kind: 'delete' | 'permissions'; pane: FilesPane; entries: readonly FileEntry[] }
  | { kind: 'preview'; pane: FilesPane; entry: FileEntry }
  | { kind: 'newFolder'; pane: FilesPane };

export class FilesView {
  readonly here = new FilesPane({ kind: 'here' });
  readonly machine: FilesPane;
  /** The side that has, or had last, the keyboard. */
  side = $state<'here' | 'machine'>('machine');
  hereShown = $state(true);
  /** Percent of the width that this computer has. */
  share = $state(50);
  asking = $state.raw<Question | null>(null);
  /** Counts up when the keyboard should go to the side that has it. */
  focusWanted = $state(0);
  readonly drag = new FileDrag((from, entries, folder) => void this.copy(from, entries, folder));

  readonly pane: FilesPane = $derived.by(() => (this.side === 'here' ? this.here : this.machine));

  constructor(session: SessionId) {
    this.machine = new FilesPane({ kind: 'machine', session });
  }

  open(): void {
    this.here.open();
    this.machine.open();
  }

  dispose(): void {
    this.here.dispose();
    this.machine.dispose();
  }

  across(pane: FilesPane): FilesPane {
    return pane === this.here ? this.machine : this.here;
  }

  /** The keyboard to a side. */
  focus(side: 'here' | 'machine'): void {
    if (side === 'here') this.hereShown = true;
    this.side = side;
    this.focusWanted += 1;
  }

  toggleHere(): void {
    this.hereShown = !this.hereShown;
    if (!this.hereShown) this.focus('machine');
  }

  /** Copies, or moves, to the folder that the other side shows, or to another one there. */
  async copy(
    from: FilesPane,
    entries: readonly FileEntry[],
    folder = this.across(from).path,
    moves = false,
  ): Promise<void> {
    const to = this.across(from);
    if (entries.length === 0 || folder === '') return;
    // Where things go is in sight.
    this.hereShown = true;
    from.dismiss();
    try {
      const task = await call('files_copy', {
        from: from.place,
        paths: entries.map((entry) => from.pathOf(entry)),
        to: to.place,
        folder,
        conflict: 'ask',
        moves,
      });
      tasks.began(task);
    } catch (problem) {
      from.complain(problem);
    }
  }

  async delete(pane: FilesPane, entries: readonly FileEntry[]): Promise<void> {
    const paths = entries.map((entry) => pane.pathOf(entry));
    tasks.began(await call('files_delete', { place: pane.place, paths }));
  }
}
