/** The parts of one recording, read when they are needed; those used last are kept. */

import type { RecordingPart } from '$lib/host';

/** 256 KiB each. */
const KEPT = 48;

export class Source {
  readonly #kept = new Map<number, RecordingPart>();

  constructor(private readonly read: (from: number) => Promise<RecordingPart>) {}

  async part(from: number): Promise<RecordingPart> {
    const known = this.#kept.get(from);
    if (known) {
      // The last in the order of the map is the one used last.
      this.#kept.delete(from);
      this.#kept.set(from, known);
      return known;
    }
    const part = await this.read(from);
    // What ends there may go on while it is still being recorded.
    if (part.next !== null) this.#kept.set(from, part);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return part;
  }
}
