/** Small pictures of a recording at even times, fetched one after the other when there is somebody to see them. */

import type { RecordingPicture } from '$lib/host';

/** CSS pixels of a picture, at most. */
export const SMALL = { width: 112, height: 63 } as const;

interface Small {
  at: number;
  image: ImageData | null;
}

/** The middles of as many even parts of the time as have room. */
export function evenTimes(length: number, room: number): number[] {
  const count = Math.max(1, Math.floor(room / (SMALL.width + 4)));
  return Array.from({ length: count }, (_, at) => Math.round(((at + 0.5) * length) / count));
}

export class Strip {
  pictures = $state.raw<Small[]>([]);
  #turn = new AbortController();

  constructor(
    private readonly picture: (
      at: number,
      width: number,
      height: number,
    ) => Promise<RecordingPicture | null>,
    private readonly fetch: (
      picture: RecordingPicture,
      signal: AbortSignal,
    ) => Promise<Uint8Array<ArrayBuffer>>,
  ) {}

  /** Fills the room anew; what was being fetched is given up. */
  async fill(length: number, room: number, density: number): Promise<void> {
    const times = evenTimes(length, room);
    if (times.join() === this.pictures.map(({ at }) => at).join()) return;
    this.stop();
    const { signal } = (this.#turn = new AbortController());
    this.pictures = times.map((at) => ({ at, image: null }));
    for (const at of times) {
      const image = await this.#load(at, density, signal);
      if (signal.aborted) return;
      this.pictures = this.pictures.map((small) => (small.at === at ? { at, image } : small));
    }
  }

  stop(): void {
    this.#turn.abort();
  }

  async #load(at: number, density: number, signal: AbortSignal): Promise<ImageData | null> {
    try {
      const found = await this.picture(
        at,
        Math.round(SMALL.width * density),
        Math.round(SMALL.height * density),
      );
      if (!found || signal.aborted) return null;
      const bytes = await this.fetch(found, signal);
      return new ImageData(new Uint8ClampedArray(bytes.buffer), found.width, found.height);
    } catch {
      // One that is missing is an empty place: the player itself says what is wrong.
      return null;
    }
  }
}
