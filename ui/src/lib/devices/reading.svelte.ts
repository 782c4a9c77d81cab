/** Something that a machine is asked for: what it said last, whether it is being asked, and what is wrong. */

import { asApiError, type ApiError } from '$lib/host';

/** Waits that are shorter are not worth a word. */
const SLOW_MS = 200;

export class Reading<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<ApiError | null>(null);
  busy = $state(false);
  /** It takes long enough to say so. */
  slow = $state(false);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: (refresh: boolean) => Promise<T>) {}

  /** Asks; of several at a time the last one counts. */
  async load(refresh = false): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.slow = this.busy), SLOW_MS);
    try {
      const value = await this.ask(refresh);
      if (turn !== this.#turn) return;
      this.value = value;
      this.problem = null;
    } catch (failed) {
      if (turn !== this.#turn) return;
      this.problem = asApiError(failed);
    }
    this.#over();
  }

  /** Whatever it is asked for is not waited for any longer. */
  stop(): void {
    this.#turn += 1;
    this.#over();
  }

  #over(): void {
    clearTimeout(this.#timer);
    this.busy = false;
    this.slow = false;
  }
}
