/**
 * Keeping the open tabs of one vault in it: a moment after they changed, one write at a time and the latest last.
 *
 * What could not be written is still wanted: it goes with the next change, and with the next unlocking.
 */

const AFTER_MS = 500;

export class Keeping {
  /** What is to be kept and is not yet. */
  #wanted: string | null = null;
  #kept: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | null = null;

  /** `write` says whether it was written; it may not throw. */
  constructor(private readonly write: (json: string) => Promise<boolean>) {}

  /** This is what there is now. The same once more puts nothing off. */
  want(json: string): void {
    if (json === this.#wanted && this.#timer !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // While another one is written, that will be what is kept.
    const same = json === this.#kept && this.#writing === null;
    this.#wanted = same ? null : json;
    if (!same) this.#timer = setTimeout(() => void this.flush(), AFTER_MS);
  }

  /** Writes now what is wanted, and waits for what is being written. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
    await this.#writing;
  }

  /** These tabs are nobody's any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted = null;
  }

  async #writeAll(): Promise<void> {
    while (this.#wanted !== null) {
      const json = this.#wanted;
      this.#wanted = null;
      if (await this.write(json)) this.#kept = json;
      else {
        this.#wanted ??= json;
        return;
      }
    }
  }
}
