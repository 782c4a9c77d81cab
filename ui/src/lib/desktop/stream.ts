/**
 * A page's connection to a session's desktop: one WebSocket that speaks the codec of desktops.
 *
 * When the socket is made again (`host/joining.ts`) the core sends the whole picture. What is done meanwhile goes
 * nowhere: a click that arrives late lands on something else.
 */

import type { StreamSocket } from '$lib/host';
import { hello } from '$lib/host/codec';
import { JoiningSocket, type StreamAddress } from '$lib/host/joining';
import { decode, resize, shown, type FromCore } from './codec';

export class DesktopStream {
  readonly #socket: JoiningSocket;
  #shown: boolean;
  #wanted: Parameters<typeof resize> | null = null;
  /** Bytes received in all. */
  received = 0;

  constructor(
    attach: () => Promise<StreamAddress>,
    private readonly hear: (message: FromCore) => void,
    private readonly joined: () => void,
    isShown: boolean,
    connect?: (url: string) => StreamSocket,
  ) {
    this.#shown = isShown;
    const stream = {
      greet: (token: string) => this.#greet(token),
      hear: (data: ArrayBuffer) => this.#hear(data),
    };
    this.#socket = new JoiningSocket(attach, stream, connect);
  }

  /** Sends what was done; nothing while there is no socket. */
  send(message: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(message);
  }

  /** Tells whether anybody sees the desktop. */
  show(now: boolean): void {
    if (this.#shown === now) return;
    this.#shown = now;
    this.send(shown(now));
  }

  /** Tells the size that is wanted; the last one is told again after joining again. */
  resize(width: number, height: number, scale: number): void {
    if (this.#wanted?.join() === [width, height, scale].join()) return;
    this.#wanted = [width, height, scale];
    this.send(resize(width, height, scale));
  }

  /** The size is the machine's own business from now on. */
  leaveSize(): void {
    this.#wanted = null;
  }

  /** Another connection: what was wanted of the last one is told to it, too. */
  tellSize(): void {
    if (this.#wanted) this.send(resize(...this.#wanted));
  }

  close(): void {
    this.#socket.close();
  }

  #greet(token: string): void {
    this.send(hello(0, token));
    if (!this.#shown) this.send(shown(false));
    this.tellSize();
    this.joined();
  }

  #hear(data: ArrayBuffer): void {
    const message = decode(data);
    this.received += data.byteLength;
    this.#socket.settled();
    if (message?.kind === 'end') this.close();
    if (message) this.hear(message);
  }
}
