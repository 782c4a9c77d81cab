/**
 * A small picture of a session's desktop that follows it: asked for by a connection of its own, made small by the core,
 * sent only when something changed, and not more often than a few times a second.
 */

import { call, type SessionId, type StreamSocket } from '$lib/host';
import { thumbnail, type FromCore } from './codec';
import { DesktopStream } from './stream';

/** Milliseconds between two of them. */
export const THUMBNAIL_EVERY = 400;
/** Pixels of the screen it has at most. */
const MOST = { width: 480, height: 300 };

export class Thumbnail {
  readonly #stream: DesktopStream;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shown: boolean;
  /** One is on its way, or comes when something changes. */
  #asked = false;
  /** One is due, as soon as it is shown. */
  #due = false;

  constructor(
    id: SessionId,
    private readonly draw: (picture: ImageData) => void,
    shown = true,
    connect?: (url: string) => StreamSocket,
  ) {
    this.#shown = shown;
    // Never shown as a whole: the core sends no frames.
    this.#stream = new DesktopStream(
      () => call('session_attach', { id }),
      (message) => this.#hear(message),
      () => {
        // Another socket was asked for nothing yet.
        this.#asked = false;
        this.#ask();
      },
      false,
      connect,
    );
  }

  /** Nothing is asked for while nobody sees it. */
  show(now: boolean): void {
    this.#shown = now;
    if (now && this.#due) this.#ask();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stream.close();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#due = !this.#shown;
    if (this.#due) return;
    this.#asked = true;
    this.#stream.send(thumbnail(MOST.width, MOST.height));
  }

  #hear(message: FromCore): void {
    if (message.kind !== 'thumbnail') return;
    this.draw(new ImageData(message.pixels, message.width, message.height));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#asked = false;
      this.#ask();
    }, THUMBNAIL_EVERY);
  }
}
