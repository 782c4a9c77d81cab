import type { Ticker } from '$lib/recordings/steering';

/** Time that passes when the test says so. */
export class Hand implements Ticker {
  time = 0;
  #run: (() => void) | null = null;
  now(): number {
    return this.time;
  }
  next(run: () => void): () => void {
    this.#run = run;
    return () => (this.#run = null);
  }
  /** A frame, after so many milliseconds, and whatever follows from it. */
  async pass(ms: number): Promise<void> {
    this.time += ms;
    const run = this.#run;
    this.#run = null;
    run?.();
    await new Promise((done) => setTimeout(done));
  }
}
