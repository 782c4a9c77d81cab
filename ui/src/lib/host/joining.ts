/**
 * A socket that joins again: one WebSocket to a session in the core, made anew when it breaks.
 *
 * Every connection needs an address and a token of its own, and greets with that token. What is said after the greeting,
 * and what a message means, is the business of the streams on top: `stream.ts` and `desktop/stream.ts`.
 */

import { CodecError } from './codec';
import type { StreamSocket } from './host';
import { openSocket } from './index';

/** Where to connect, good for one connection. */
export interface StreamAddress {
  url: string;
  token: string;
}

/** What a stream does with its socket. */
export interface Joined {
  /** A new connection is open: greets the core. Whatever is sent later comes after this. */
  greet(token: string): void;
  /** A message of the core. A {@link CodecError} gives the connection up. */
  hear(data: ArrayBuffer): void;
  /** The connection broke; another will be made. */
  lost?(): void;
}

/** Waits before joining again; the last is repeated. */
const RETRY_MS = [0, 100, 250, 500, 1000, 2000];

export class JoiningSocket {
  #socket: StreamSocket | null = null;
  #ready = false;
  #closed = false;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** `attach` gets a fresh address and token for every connection; `connect` opens it. */
  constructor(
    private readonly attach: () => Promise<StreamAddress>,
    private readonly stream: Joined,
    private readonly connect: (url: string) => StreamSocket = openSocket,
  ) {
    void this.#join();
  }

  /** Whether what is sent goes anywhere. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Closed for good. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a message; it is lost if there is no connection. */
  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#ready) this.#socket?.send(message);
  }

  /** The connection serves: should it break, another is made at once. */
  settled(): void {
    this.#tries = 0;
  }

  /** Closes for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  async #join(): Promise<void> {
    let address: StreamAddress;
    let socket: StreamSocket;
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
      this.stream.greet(address.token);
    };
    socket.onmessage = (event) => this.#message(socket, event.data);
    socket.onclose = () => this.#lost(socket);
    socket.onerror = () => this.#lost(socket);
  }

  #message(socket: StreamSocket, data: unknown): void {
    if (socket !== this.#socket || !(data instanceof ArrayBuffer)) return;
    try {
      this.stream.hear(data);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#lost(socket);
    }
  }

  #lost(socket: StreamSocket): void {
    if (socket !== this.#socket) return;
    this.#drop();
    this.stream.lost?.();
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
