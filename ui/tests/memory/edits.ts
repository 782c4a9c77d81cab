/** Edited files that are saved when a test says so. */
import type { Args, EditInfo, EditState } from '$lib/host';
import { problem } from './problem';

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

export class MemoryEdits {
  #all = new Map<string, EditInfo>();
  #next = 1;

  constructor(
    private readonly machineOf: (session: string) => { node: string; machine: string },
    private readonly changed: (edit: EditInfo) => void,
    private readonly gone: (id: string) => void,
  ) {}

  list(): EditInfo[] {
    return [...this.#all.values()];
  }

  edit({ place, path }: Args<'files_edit'>): EditInfo {
    if (place.kind === 'here') throw problem('invalid', 'It is here already.', 'Open it.');
    const known = this.list().find((edit) => edit.path === path);
    if (known) return known;
    const of = this.machineOf(place.session);
    const id = `edit-${this.#next++}`;
    return this.put({
      id,
      name: nameOf(path),
      ...of,
      path,
      state: { kind: 'saved' },
      uploaded: null,
    });
  }

  put(edit: EditInfo): EditInfo {
    this.#all.set(edit.id, edit);
    this.changed(edit);
    return edit;
  }

  state(id: string, state: EditState): EditInfo {
    const uploaded = state.kind === 'saved' ? Date.now() : this.#get(id).uploaded;
    return this.put({ ...this.#get(id), state, uploaded });
  }

  stop({ id, discard }: Args<'edit_stop'>): void {
    if (this.#get(id).state.kind !== 'saved' && !discard)
      throw problem('invalid', 'What was saved is not there yet.', 'Upload it first.');
    this.#all.delete(id);
    this.gone(id);
  }

  #get(id: string): EditInfo {
    const edit = this.#all.get(id);
    if (!edit) throw problem('notFound', 'It is not edited any more.', 'Edit it again.');
    return edit;
  }
}
