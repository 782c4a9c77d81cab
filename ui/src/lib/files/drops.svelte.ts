/**
 * Files dragged in from the system's file manager: those that are let go over a side of a files page are copied to the
 * folder it shows, or to the one under the pointer.
 *
 * The system tells the shell, and the shell the page, so that folders come as folders and nothing is read into the page.
 * What else takes files, as a field for a key does, hears of them by the event `filesdropped`.
 */

import { call, onDrop, type HostDrop } from '$lib/host';
import { joinPath } from './paths';
import { filesOf } from './registry.svelte';
import { tasks } from './tasks.svelte';
import { uploads } from './uploads.svelte';
import type { FilesView } from './view.svelte';

/** What an element hears whose place files were let go over. */
export type FilesDropped = CustomEvent<readonly string[]>;

class Drops {
  /** The side that files are held over, and the folder in it. */
  over = $state.raw<{ view: FilesView; side: 'here' | 'machine'; into: string } | null>(null);

  /** Listens; call once the vault is open. The returned function stops. */
  start(): () => void {
    const stop = onDrop((drop) => this.#hear(drop));
    return () => {
      stop();
      this.over = null;
    };
  }

  #hear(drop: HostDrop): void {
    if (drop.kind === 'leave') {
      this.over = null;
      return;
    }
    const under = document.elementFromPoint(drop.x, drop.y);
    this.over = aim(under);
    if (drop.kind === 'over') return;
    const { over } = this;
    this.over = null;
    if (drop.kind === 'given') {
      if (over) uploads.begin(over.view[over.side], drop.files, over.into);
    } else if (over) void this.#copy(over, drop.paths);
    else
      under?.dispatchEvent(new CustomEvent('filesdropped', { detail: drop.paths, bubbles: true }));
  }

  async #copy({ view, side, into }: NonNullable<Drops['over']>, paths: string[]): Promise<void> {
    const pane = view[side];
    if (pane.path === '' || paths.length === 0) return;
    const folder = into === '' ? pane.path : joinPath(pane.path, into, pane.style);
    pane.dismiss();
    try {
      const from = { kind: 'here' } as const;
      const args = { from, paths, to: pane.place, folder, conflict: 'ask', moves: false } as const;
      tasks.began(await call('files_copy', args));
    } catch (problem) {
      pane.complain(problem);
    }
  }
}

function aim(under: Element | null): Drops['over'] {
  const side = under?.closest<HTMLElement>('[data-files-side]');
  const session = side?.dataset['session'];
  const which = side?.dataset['filesSide'];
  if (session === undefined || (which !== 'here' && which !== 'machine')) return null;
  const folder = under?.closest<HTMLElement>('[data-folder]')?.dataset['folder'] ?? '';
  return { view: filesOf(session), side: which, into: folder };
}

export const drops = new Drops();
