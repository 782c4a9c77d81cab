/** The files page of one session: two sides, this computer and the machine at first, and what passes between them. */

import { call, can, type FileEntry, type FilePlace, type NodeId, type SessionId } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { FileDrag } from './drag.svelte';
import { keepLook, keptLook } from './look';
import { FilesPane } from './pane.svelte';
import { tasks } from './tasks.svelte';

/** What floats over the page and waits for the person. */
export type Question =
  | { kind: 'delete' | 'permissions'; pane: FilesPane; entries: readonly FileEntry[] }
  | { kind: 'preview'; pane: FilesPane; entry: FileEntry }
  | { kind: 'newFolder'; pane: FilesPane };

export class FilesView {
  /** The left side. */
  here = $state.raw(new FilesPane({ kind: 'here' }));
  /** The right side. */
  machine: FilesPane = $state.raw() as unknown as FilesPane;
  /** The side that has, or had last, the keyboard. */
  side = $state<'here' | 'machine'>('machine');
  hereShown = $state(true);
  /** Percent of the width that the left side has. */
  share = $state(50);
  /** The side for which another place is being chosen. */
  choosing = $state<'here' | 'machine' | null>(null);
  asking = $state.raw<Question | null>(null);
  /** Counts up when the keyboard should go to the side that has it. */
  focusWanted = $state(0);
  readonly drag = new FileDrag(
    (from, entries, folder) => void this.copy(from, entries, folder),
    (from, entries) => this.#dragOut(from, entries),
  );

  readonly pane: FilesPane = $derived.by(() => (this.side === 'here' ? this.here : this.machine));

  /** Sessions that were opened for a side of this page, and end with it. */
  readonly #own = new Set<SessionId>();

  constructor(readonly session: SessionId) {
    this.machine = new FilesPane({ kind: 'machine', session });
    ({ hereShown: this.hereShown, share: this.share } = keptLook());
    // Where there are none of this computer, the left side is another machine's, once one is chosen.
    if (!this.local) this.hereShown = false;
  }

  dispose(): void {
    this.here.dispose();
    this.machine.dispose();
    this.#closeOwn([]);
  }

  /** Shows the files of a machine on a side, over a session that is open for them or a new one; null is this computer. */
  async show(side: 'here' | 'machine', machine: NodeId | null): Promise<void> {
    if (machine === null) {
      this.#place(side, { kind: 'here' });
      return;
    }
    const open = sessions.to(machine).filter(({ target }) => target.kind === 'files');
    const there = open.find(({ id }) => id === this.session) ?? open[0];
    const session = there ?? (await sessions.open({ kind: 'files', id: machine }));
    if (!session) return;
    if (!there) this.#own.add(session.id);
    this.#place(side, { kind: 'machine', session: session.id });
  }

  #place(side: 'here' | 'machine', place: FilePlace): void {
    const before = this[side];
    if (samePlace(before.place, place)) return;
    before.dispose();
    this[side] = new FilesPane(place);
    this.#closeOwn([this.here, this.machine]);
    this.focus(side);
  }

  #closeOwn(shown: readonly FilesPane[]): void {
    for (const id of this.#own) {
      if (shown.some(({ place }) => place.kind === 'machine' && place.session === id)) continue;
      this.#own.delete(id);
      // It may have got a tab of its own meanwhile.
      if (!tabs.sessionIds.has(id)) void sessions.close(id);
    }
  }

  /** Whether files of this computer can stand beside: a browser has none. */
  get local(): boolean {
    return can('localFiles');
  }

  /** Whether a side shows nothing, because no machine was chosen for it. */
  isEmpty({ place }: FilesPane): boolean {
    return place.kind === 'here' && !this.local;
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
    this.keepLook();
    if (this.hereShown && this.isEmpty(this.here)) this.choosing = 'here';
    if (!this.hereShown) this.focus('machine');
  }

  /** The next page looks the same. */
  keepLook(): void {
    keepLook({ hereShown: this.hereShown, share: this.share });
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

  /** To the desktop or another program, which can take only what is on this computer. Says why not. */
  #dragOut(from: FilesPane, entries: readonly FileEntry[]): string | null {
    if (from.place.kind !== 'here') return 'Copy it to this computer first';
    // Elsewhere the system takes no drag that has begun inside the page.
    if (!/linux/i.test(navigator.userAgent)) return 'Copy it to a folder instead';
    const paths = entries.map((entry) => from.pathOf(entry));
    void call('host_drag_out', { paths }).catch((problem: unknown) => from.complain(problem));
    return null;
  }

  /** Copies to a folder of this computer that the person chooses. */
  async saveTo(from: FilesPane, entries: readonly FileEntry[]): Promise<void> {
    const paths = entries.map((entry) => from.pathOf(entry));
    from.dismiss();
    try {
      const title = 'Choose the folder to save to';
      const { path: folder } = await call('host_pick_folder', { title });
      if (folder === null) return;
      const to = { kind: 'here' } as const;
      const args = { from: from.place, paths, to, folder, conflict: 'ask', moves: false } as const;
      tasks.began(await call('files_copy', args));
    } catch (problem) {
      from.complain(problem);
    }
  }

  /** Sets permissions of folders and everything inside. */
  async setModeInside(pane: FilesPane, entries: readonly FileEntry[], mode: number): Promise<void> {
    const paths = entries.map((entry) => pane.pathOf(entry));
    tasks.began(await call('files_set_mode_inside', { place: pane.place, paths, mode }));
  }

  async delete(pane: FilesPane, entries: readonly FileEntry[]): Promise<void> {
    const paths = entries.map((entry) => pane.pathOf(entry));
    tasks.began(await call('files_delete', { place: pane.place, paths }));
  }
}

function samePlace(a: FilePlace, b: FilePlace): boolean {
  if (a.kind === 'machine' && b.kind === 'machine') return a.session === b.session;
  return a.kind === b.kind;
}
