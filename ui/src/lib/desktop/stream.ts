/**
 * A page's connection to a session's desktop: one WebSocket that speaks the codec of desktops.
 *
 * It joins again by itself when the socket breaks; the core then sends the whole picture. What is done meanwhile goes
 * nowhere: a click that arrives late lands on something else.
 */

import { CodecError, hello } from '$lib/host/codec';
import { openSocket, type StreamSocket } from '$lib/host';
import { decode, resize, shown, type FromCore } from './codec';

interface Address {
  url: string;
  token: string;
}

/** Waits before joining again; the last is repeated. */
const RETRY_MS = [0, 100, 250, 500, 1000, 2000];

export class DesktopStream {
  #socket: StreamSocket | null = null;
  #ready = false;
  #closed = false;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #shown: boolean;
  #wanted: Parameters<typeof resize> | null = null;
  /** Bytes received in all. */
  received = 0;

  constructor(
    private readonly attach: () => Promise<Address>,
    private readonly hear: (message: FromCore) => void,
    private readonly joined: () => void,
    isShown: boolean,
    private readonly connect: (url: string) => StreamSocket = openSocket,
  ) {
    this.#shown = isShown;
    void this.#join();
  }

  /** Sends what was done; nothing while there is no socket. */
  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#ready) this.#socket?.send(message);
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
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  async #join(): Promise<void> {
    let socket: StreamSocket;
    let address: Address;
    try {
      address = await this.attach();
      if (this.#closed) return;
      socket = this.connect(address.url);
    } catch {
      this.#again();
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#ready = true;
      socket.send(hello(0, address.token));
      if (!this.#shown) socket.send(shown(false));
      this.tellSize();
      this.joined();
    };
    socket.onmessage = (event) => this.#message(socket, event.data);
    socket.onclose = () => this.#lost(socket);
    socket.onerror = () => this.#lost(socket);
  }

  #message(socket: StreamSocket, data: unknown): void {
    if (socket !== this.#socket || !(data instanceof ArrayBuffer)) return;
    try {
      const message = decode(data);
      this.received += data.byteLength;
      this.#tries = 0;
      if (message?.kind === 'end') this.close();
      if (message) this.hear(message);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#lost(socket);
    }
  }

  #lost(socket: StreamSocket): void {
    if (socket !== this.#socket) return;
    this.#drop();
    this.#again();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  #again(): void {
    if (this.#closed) return;
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    this.#retry = setTimeout(() => void this.#join(), wait);
  }
}
