// One snippet being edited or made, and the page it is on: a look at another tab loses nothing that was typed.

import { asApiError, inWords } from '$lib/host';
import type { ApiError, Snippet } from '$lib/host';
import {
  formErrors,
  newParameter,
  newSnippet,
  snippetDirty,
  snippetDraft,
  snippetForm,
  type SnippetErrors,
} from './draft';
import { unknownHoles } from './holes';
import { snippets } from './snippets.svelte';

export class SnippetEdit {
  /** The snippet on record; null for a new one. */
  snippet = $state.raw<Snippet | null>(null);
  form = $state(newSnippet());
  saving = $state(false);
  problem = $state.raw<ApiError | null>(null);
  #loaded = $state.raw(newSnippet());
  /** What was refused, and for what form: it is no longer wrong once the form is another. */
  #refused = $state.raw<{ errors: SnippetErrors; at: string } | null>(null);

  readonly dirty = $derived(snippetDirty(this.form, this.#loaded));
  readonly errors: SnippetErrors = $derived(
    this.#refused && this.#refused.at === JSON.stringify(this.form) ? this.#refused.errors : {},
  );
  /** Holes of the text that have no parameter yet. */
  readonly unknown = $derived(
    unknownHoles(
      this.form.body,
      this.form.parameters.map(({ name }) => name.trim()),
    ),
  );

  constructor(snippet: Snippet | null = null) {
    this.take(snippet);
  }

  take(snippet: Snippet | null): void {
    this.snippet = snippet;
    this.#loaded = snippet ? snippetForm(snippet) : newSnippet();
    this.revert();
  }

  revert(): void {
    this.form = structuredClone(this.#loaded);
    this.#refused = null;
    this.problem = null;
  }

  addParameter(name = ''): void {
    this.form.parameters.push(newParameter(name));
  }

  removeParameter(key: number): void {
    this.form.parameters = this.form.parameters.filter((parameter) => parameter.key !== key);
  }

  /** A parameter one place up or down: the order in which is asked. */
  moveParameter(at: number, by: -1 | 1): void {
    const list = [...this.form.parameters];
    const [moved] = list.splice(at, 1);
    if (!moved) return;
    list.splice(at + by, 0, moved);
    this.form.parameters = list;
  }

  async save(): Promise<{ saved: Snippet } | { focus: string | undefined }> {
    if (this.saving) return { focus: undefined };
    const at = JSON.stringify(this.form);
    const errors = formErrors(this.form);
    const [first] = Object.keys(errors);
    if (first !== undefined) {
      this.#refused = { errors, at };
      return { focus: first };
    }
    this.saving = true;
    this.problem = null;
    try {
      const draft = snippetDraft($state.snapshot(this.form));
      const saved = await snippets.save(this.snippet?.id ?? null, draft);
      this.take(saved);
      return { saved };
    } catch (problem) {
      const refusal = asApiError(problem);
      const field = refusal.field ?? undefined;
      if (field !== undefined) this.#refused = { errors: { [field]: inWords(refusal) }, at };
      else this.problem = refusal;
      return { focus: field };
    } finally {
      this.saving = false;
    }
  }
}

class SnippetsPageState {
  edit = $state.raw<SnippetEdit | null>(null);

  /** Shows the first snippet, unless one is being edited. */
  begin(): void {
    if (this.edit?.dirty) return;
    const kept = this.edit?.snippet && snippets.byId(this.edit.snippet.id);
    const first = kept ?? snippets.list[0];
    this.edit = first ? new SnippetEdit(first) : null;
  }

  forget(): void {
    this.edit = null;
  }
}

export const snippetsPage = new SnippetsPageState();
