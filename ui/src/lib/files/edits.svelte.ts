/** The files of machines that are edited on this computer, as the core tells of them. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import {
  call,
  onEvent,
  type EditAnswer,
  type EditId,
  type EditInfo,
  type FileEntry,
} from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { displayName } from './names';
import type { FilesPane } from './pane.svelte';

class Edits {
  /** The list is open over the window. */
  shown = $state(false);
  /** The one about which something is asked: what is to become of it, or whether it is given up. */
  asking = $state.raw<{ kind: 'conflict' | 'stop'; id: EditId } | null>(null);
  #all = $state.raw<ReadonlyMap<EditId, EditInfo>>(new Map());

  /** In the order they were opened: their ids tell. */
  readonly list: readonly EditInfo[] = $derived(
    [...this.#all.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  readonly asked: EditInfo | undefined = $derived(this.#all.get(this.asking?.id ?? ''));

  /** Follows them; call once the vault is open. The returned function stops and forgets them. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'edit') this.#take(event.edit);
      else if (event.kind === 'editGone') this.#drop(event.id);
    });
    void attempt(() => this.#load());
    return () => {
      unlisten();
      this.#all = new Map();
      this.asking = null;
      this.shown = false;
    };
  }

  /** Fetches a file of a machine and opens it with the system's editor. */
  async edit(pane: FilesPane, entry: FileEntry): Promise<void> {
    pane.dismiss();
    const name = displayName(entry.name);
    const noticing = setTimeout(() => (pane.fetching = name), 200);
    try {
      const edit = await call('files_edit', { place: pane.place, path: pane.pathOf(entry) });
      if (!this.#all.has(edit.id)) this.#take(edit);
      await this.open(edit.id);
    } catch (problem) {
      pane.complain(problem);
    } finally {
      clearTimeout(noticing);
      pane.fetching = null;
    }
  }

  /** Opens it with the system's editor, or the folder it is in. */
  async open(id: EditId, folder = false): Promise<void> {
    await attempt(() => call('host_edit_open', { id, folder }));
  }

  async answer(id: EditId, answer: EditAnswer): Promise<void> {
    this.asking = null;
    await attempt(() => call('edit_answer', { id, answer }));
  }

  /** Uploads what could not be uploaded, over a connection that is opened if there is none. */
  async upload(edit: EditInfo): Promise<void> {
    await this.answer(edit.id, 'upload');
    const open = sessions
      .to(edit.node)
      .some(({ target, state }) => target.kind === 'files' && state.kind === 'open');
    if (!open) await sessions.goTo({ kind: 'files', id: edit.node });
  }

  /** Edits it no longer; asks first if that would lose something. */
  async stop(edit: EditInfo): Promise<void> {
    try {
      await call('edit_stop', { id: edit.id, discard: false });
    } catch {
      // It is not uploaded: only the person can say that it may go.
      this.asking = { kind: 'stop', id: edit.id };
    }
  }

  async discard(id: EditId): Promise<void> {
    await call('edit_stop', { id, discard: true });
  }

  async #load(): Promise<void> {
    for (const edit of await call('edit_list')) if (!this.#all.has(edit.id)) this.#take(edit);
    const left = this.list.filter(({ state }) => state.kind === 'left');
    if (left.length === 0) return;
    const what =
      left.length === 1
        ? `${displayName(left[0]?.name ?? '')} was edited and not uploaded.`
        : `${left.length} edited files were not uploaded.`;
    notices.say(what, {
      action: { label: 'Show', run: () => (this.shown = true) },
    });
  }

  #take(edit: EditInfo): void {
    this.#all = new Map(this.#all).set(edit.id, edit);
  }

  #drop(id: EditId): void {
    const all = new Map(this.#all);
    all.delete(id);
    this.#all = all;
    if (this.asking?.id === id) this.asking = null;
  }
}

export const edits = new Edits();
