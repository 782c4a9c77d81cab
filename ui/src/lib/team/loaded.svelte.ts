/** Something that a page asks the server for: there, not there yet, or refused. Read again after every change. */
import { asApiError, type ApiError } from '$lib/host';

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<ApiError | null>(null);
  #asked = 0;

  constructor(private readonly read: () => Promise<T>) {}

  /** Reads it; what is shown stays until the answer is there. An answer that was overtaken is dropped. */
  async load(): Promise<void> {
    const mine = ++this.#asked;
    try {
      const value = await this.read();
      if (mine !== this.#asked) return;
      this.value = value;
      this.problem = null;
    } catch (failed) {
      if (mine === this.#asked) this.problem = asApiError(failed);
    }
  }

  /** Does something, then reads it again; throws what the doing throws. */
  async change<R>(work: () => Promise<R>): Promise<R> {
    const result = await work();
    await this.load();
    return result;
  }
}
