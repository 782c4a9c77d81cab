// The snippets of the open vault.

import { asApiError, call } from '$lib/host';
import type { ApiError, Snippet, SnippetDraft, SnippetId } from '$lib/host';

const byName = (a: Snippet, b: Snippet): number =>
  a.name.localeCompare(b.name, undefined, { numeric: true });

class SnippetsState {
  list = $state.raw<Snippet[]>([]);
  loaded = $state(false);
  problem = $state<ApiError | null>(null);
  /** The snippet that is being filled in for the terminal in front. */
  asking = $state.raw<{ snippet: Snippet; session: string; machine: string } | null>(null);

  /** Follows the vault: reads when it is open. Call while it is; the returned function forgets everything. */
  start(): () => void {
    void this.load();
    return () => {
      this.list = [];
      this.loaded = false;
      this.asking = null;
    };
  }

  byId(id: SnippetId): Snippet | undefined {
    return this.list.find((snippet) => snippet.id === id);
  }

  async load(): Promise<void> {
    try {
      this.list = (await call('snippet_list')).toSorted(byName);
      this.loaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Saves, and throws what is wrong. */
  async save(id: SnippetId | null, draft: SnippetDraft): Promise<Snippet> {
    const kept = await call('snippet_save', { id, draft });
    this.list = [...this.list.filter((snippet) => snippet.id !== kept.id), kept].toSorted(byName);
    return kept;
  }

  /** Deletes, and throws what is wrong. */
  async remove(id: SnippetId): Promise<void> {
    await call('snippet_delete', { id });
    this.list = this.list.filter((snippet) => snippet.id !== id);
  }
}

export const snippets = new SnippetsState();
