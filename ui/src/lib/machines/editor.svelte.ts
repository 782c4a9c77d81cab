// One editor of a machine or folder: what was loaded, what is typed, what is wrong, and saving it.

import { asApiError, call, inWords, onEvent } from '$lib/host';
import type { ApiError, Entry, Folder, NodeDetail, NodeId } from '$lib/host';
import {
  type FieldName,
  type FormValues,
  emptyForm,
  entryDraft,
  folderDraft,
  formOf,
  inheritAgain,
  isDirty,
} from './form';
import type { SettingName } from './form';
import { type FieldErrors, fieldOf, firstError, formErrors } from './validate';
import { splitAddress } from './address';
import { differences, merged, type Difference } from './conflict';
import { names } from './names';

export interface EditorTarget {
  nodeId?: NodeId;
  parent?: NodeId | null;
  folder?: boolean;
}

export class Editor {
  /** The node, once it exists. */
  id = $state<NodeId | null>(null);
  /** Where a new node goes; null is the root. */
  parent = $state<NodeId | null>(null);
  folder = $state(false);
  detail = $state.raw<NodeDetail | null>(null);
  form = $state<FormValues>(emptyForm());
  saving = $state(false);
  /** What is wrong that no field can say. */
  problem = $state.raw<ApiError | null>(null);
  /** Somebody else saved it since it was read: what differs, and what they saved. */
  conflict = $state.raw<{ theirs: NodeDetail; differences: Difference[] } | null>(null);
  /** The node was deleted while it was being edited. */
  gone = $state(false);

  #loaded = $state.raw<FormValues>(emptyForm());
  /** The version of what was loaded, which a save is held against. */
  #basedOn: string | null = null;
  /** Fields that were left once: only they complain before the first try to save. */
  #left = $state.raw<readonly FieldName[]>([]);
  #tried = $state(false);
  /** What the core said of values that were not changed since. */
  #refused = $state.raw<{ errors: FieldErrors; at: FormValues } | null>(null);

  readonly dirty = $derived(isDirty(this.form, this.#loaded));
  readonly wrong = $derived(formErrors(this.form, this.folder));
  /** The errors to show. */
  readonly errors = $derived.by((): FieldErrors => {
    const shown: FieldErrors = {};
    for (const name of Object.keys(this.wrong) as FieldName[]) {
      if (this.#tried || this.#left.includes(name)) shown[name] = this.wrong[name];
    }
    for (const name of Object.keys(this.#refused?.errors ?? {}) as FieldName[]) {
      const same = JSON.stringify(this.#refused?.at[name]) === JSON.stringify(this.form[name]);
      if (same) shown[name] ??= this.#refused?.errors[name];
    }
    return shown;
  });

  constructor(target: EditorTarget) {
    this.id = target.nodeId ?? null;
    this.parent = target.parent ?? null;
    this.folder = target.folder ?? false;
  }

  /** Follows changes of the tree; the returned function stops. */
  start(): () => void {
    void this.load();
    return onEvent((event) => {
      if (event.kind === 'tree' && !this.saving) void this.load();
    });
  }

  /** Reads the node, and what the folders above say. What was typed stays. */
  async load(): Promise<void> {
    try {
      if (this.id === null) {
        this.detail = await call('node_new_detail', { parent: this.parent });
        this.problem = null;
        return;
      }
      const detail = await call('node_get', { id: this.id });
      if (this.detail !== null && this.dirty) this.detail = detail;
      else this.#take(detail);
      // A deletion was taken back.
      if (this.gone) this.problem = null;
      this.gone = false;
    } catch (problem) {
      this.#fail(asApiError(problem));
    }
  }

  /** Puts a new node into another folder. */
  async moveTo(parent: NodeId | null): Promise<void> {
    this.parent = parent;
    await this.load();
  }

  leave(name: FieldName): void {
    if (!this.#left.includes(name) && this.form[name] !== emptyForm()[name])
      this.#left = [...this.#left, name];
  }

  inherit(name: SettingName): void {
    this.form = inheritAgain($state.snapshot(this.form), name);
  }

  /** Spreads `user@host:port` over the fields it belongs to. */
  takeApart(): void {
    const parts = splitAddress(this.form.address);
    if (parts === null) return;
    if (parts.protocol !== undefined) this.form.protocol = parts.protocol;
    if (parts.protocol === 'serial') {
      this.form.device = parts.address;
      this.form.address = '';
      if (parts.baud !== undefined) this.form.baud = parts.baud;
      return;
    }
    this.form.address = parts.address;
    if (parts.user !== undefined) this.form.user = parts.user;
    if (parts.port !== undefined) this.form.port = parts.port;
  }

  revert(): void {
    this.form = structuredClone(this.#loaded);
    this.#left = [];
    this.#tried = false;
    this.#refused = null;
    this.problem = null;
  }

  /** Saves. The answer is the node, or the field to go to. */
  async save(): Promise<{ saved: NodeId } | { focus: FieldName | undefined }> {
    if (this.saving) return { focus: undefined };
    this.#tried = true;
    const focus = firstError(this.wrong);
    if (focus !== undefined) return { focus };
    this.saving = true;
    this.problem = null;
    const sent = $state.snapshot(this.form);
    try {
      const node = await this.#send(sent);
      this.id = node.id;
      this.#take(await call('node_get', { id: node.id }));
      return { saved: node.id };
    } catch (failed) {
      const problem = asApiError(failed);
      if (problem.code === 'conflict' && this.id !== null) await this.#compare(problem, this.id);
      else return { focus: this.#refuse(problem, sent) };
      return { focus: undefined };
    } finally {
      this.saving = false;
    }
  }

  /** What they saved against what is typed here; says what is wrong if that was not what stopped the save. */
  async #compare(problem: ApiError, id: NodeId): Promise<void> {
    try {
      const theirs = await call('node_get', { id });
      const node = theirs.entry ?? theirs.folder;
      if (node === null || theirs.version === this.#basedOn) this.#fail(problem);
      else {
        const mine = $state.snapshot(this.form);
        const found = differences(this.#loaded, mine, formOf(node), names);
        // They saved the very same.
        if (found.length === 0) this.#take(theirs);
        else this.conflict = { theirs, differences: found };
      }
    } catch (failed) {
      this.#fail(asApiError(failed));
    }
  }

  /** From here on it is a change of what they saved: what was changed here stays, and is to be saved again. */
  keepMine(): void {
    const theirs = this.conflict?.theirs;
    if (!theirs) return;
    const mine = $state.snapshot(this.form);
    const base = this.#loaded;
    this.#take(theirs);
    this.form = merged(base, mine, this.#loaded);
    this.conflict = null;
  }

  /** What was typed here is let go of. */
  takeTheirs(): void {
    if (this.conflict) this.#take(this.conflict.theirs);
    this.conflict = null;
  }

  #send(sent: FormValues): Promise<Entry | Folder> {
    const where =
      this.id === null ? { parent: this.parent } : { id: this.id, basedOn: this.#basedOn };
    return this.folder
      ? call('folder_save', { ...where, draft: folderDraft(sent) })
      : call('entry_save', { ...where, draft: entryDraft(sent) });
  }

  #take(detail: NodeDetail): void {
    const node = detail.entry ?? detail.folder;
    if (node === null) return;
    this.detail = detail;
    this.folder = detail.folder !== null;
    this.parent = node.parent;
    this.#loaded = formOf(node);
    this.#basedOn = detail.version || null;
    this.revert();
  }

  #refuse(problem: ApiError, at: FormValues): FieldName | undefined {
    const named = fieldOf(problem.field);
    const field = named === 'address' && at.protocol === 'serial' ? 'device' : named;
    if (field === undefined) this.#fail(problem);
    else
      this.#refused = {
        errors: { [field]: inWords(problem) },
        at,
      };
    return field;
  }

  #fail(problem: ApiError): void {
    this.gone = problem.code === 'notFound' && this.id !== null;
    this.problem = problem;
  }
}
