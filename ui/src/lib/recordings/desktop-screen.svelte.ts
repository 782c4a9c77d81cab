/** The picture of a recording of a desktop, as the core sends it: pixels, and where the pointer was. */

import { seen, type Cursor, type FromCore, type Rect } from '$lib/desktop/codec';
import type { Extent } from '$lib/desktop/scaling';
import { DesktopStream } from '$lib/desktop/stream';

interface Address {
  url: string;
  token: string;
}

export class DesktopScreen {
  readonly canvas = document.createElement('canvas');
  size = $state.raw<Extent>({ width: 0, height: 0 });
  cursor = $state.raw<Cursor>({ form: 'usual' });
  pointer = $state.raw<{ x: number; y: number } | null>(null);

  readonly #stream: DesktopStream;
  #parts: { rect: Rect; pixels: Uint8ClampedArray<ArrayBuffer> }[] = [];

  /** `joined` is called whenever there is a connection that knows nothing yet. */
  constructor(attach: () => Promise<Address>, joined: () => void) {
    this.canvas.dataset['testid'] = 'recorded-desktop';
    this.#stream = new DesktopStream(attach, (message) => this.#hear(message), joined, true);
  }

  dispose(): void {
    this.#stream.close();
    this.canvas.remove();
  }

  #hear(message: FromCore): void {
    if (message.kind === 'resized') {
      this.#parts = [];
      this.canvas.width = message.width;
      this.canvas.height = message.height;
      this.size = { width: message.width, height: message.height };
    } else if (message.kind === 'frame') this.#parts.push(message);
    else if (message.kind === 'frameEnd') this.#draw(message.id);
    else if (message.kind === 'cursor') this.cursor = message.cursor;
    else if (message.kind === 'pointerMoved') this.pointer = { x: message.x, y: message.y };
    // The core says nothing else of a recording.
  }

  /** All of a frame at once. */
  #draw(id: number): void {
    const context = this.canvas.getContext('2d', { alpha: false });
    for (const { rect, pixels } of this.#parts)
      context?.putImageData(new ImageData(pixels, rect.width, rect.height), rect.x, rect.y);
    this.#parts = [];
    this.canvas.dataset['frame'] = String(id);
    this.#stream.send(seen(id));
  }
}
