/** Looking for text in recordings, step by step: a search that nobody waits for any more asks for no further step. */

import {
  asApiError,
  call,
  type ApiError,
  type RecordingCursor,
  type RecordingHit,
  type RecordingId,
} from '$lib/host';

/** More than anybody reads; then a person says whether to go on. */
const ENOUGH = 500;

export class Search {
  /** What the hits are of. */
  text = $state('');
  hits = $state.raw<RecordingHit[]>([]);
  busy = $state(false);
  kilobytes = $state(0);
  /** There may be more than is shown. */
  more = $state(false);
  unreadable = $state.raw<RecordingId[]>([]);
  problem = $state.raw<ApiError | null>(null);

  #turn = 0;
  #next: RecordingCursor | null = null;

  constructor(private readonly only: RecordingId | null = null) {}

  /** Looks for a text from the beginning; whatever was looked for before is over. */
  async run(text: string): Promise<void> {
    this.stop();
    this.text = text.trim();
    this.hits = [];
    this.kilobytes = 0;
    this.unreadable = [];
    this.problem = null;
    this.#next = null;
    if (this.text !== '') await this.#go();
  }

  /** Goes on where it stopped. */
  async goOn(): Promise<void> {
    if (this.more && !this.busy) await this.#go();
  }

  stop(): void {
    this.#turn += 1;
    if (this.busy) this.more = this.#next !== null;
    this.busy = false;
  }

  async #go(): Promise<void> {
    const turn = ++this.#turn;
    const upTo = this.hits.length + ENOUGH;
    this.busy = true;
    this.more = false;
    try {
      do {
        const step = await call('recording_search', {
          text: this.text,
          id: this.only,
          from: this.#next,
        });
        if (turn !== this.#turn) return;
        this.hits = [...this.hits, ...step.hits];
        this.kilobytes += step.kilobytes;
        this.unreadable = [...this.unreadable, ...step.unreadable];
        this.#next = step.next;
      } while (this.#next !== null && this.hits.length < upTo);
      this.more = this.#next !== null;
    } catch (problem) {
      if (turn === this.#turn) this.problem = asApiError(problem);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
