// A snippet being filled in: what was typed, and what it would send. The core fills in; a secret comes back as dots.

import { asApiError, call } from '$lib/host';
import type { ApiError, SessionId, Snippet, SnippetPreview } from '$lib/host';

export class Fill {
  values = $state.raw<Record<string, string>>({});
  preview = $state.raw<SnippetPreview | null>(null);
  problem = $state.raw<ApiError | null>(null);
  /** A person wanted it sent: from here on what is missing is said. */
  tried = $state(false);
  #asked = 0;

  readonly problems: Record<string, string> = $derived(
    this.tried
      ? Object.fromEntries(this.preview?.problems.map(({ name, message }) => [name, message]) ?? [])
      : {},
  );
  readonly ready = $derived(this.preview?.problems.length === 0);

  constructor(
    readonly snippet: Snippet,
    readonly session: SessionId | null,
  ) {
    this.values = Object.fromEntries(snippet.parameters.map((each) => [each.name, each.default]));
  }

  /** Asks the core what it would send. The last question is the one that counts. */
  async look(): Promise<void> {
    const mine = ++this.#asked;
    try {
      const preview = await call('snippet_preview', {
        id: this.snippet.id,
        values: this.values,
        session: this.session,
      });
      if (mine === this.#asked) [this.preview, this.problem] = [preview, null];
    } catch (problem) {
      if (mine === this.#asked) this.problem = asApiError(problem);
    }
  }

  /** Whether it can be sent now; says what is missing if not. */
  async check(): Promise<boolean> {
    this.tried = true;
    await this.look();
    return this.ready && this.problem === null;
  }
}
