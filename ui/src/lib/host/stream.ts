/**
 * A terminal's connection to its session: one WebSocket that speaks the stream codec.
 *
 * When the socket is made again (`joining.ts`) it goes on from the first byte it has not received, so a
 * broken socket costs neither output nor input typed meanwhile. It neither parses terminal output
 * nor decides what may be sent: see `sessions/terminal`.
 */

import {
  CodecError,
  INPUT_LIMIT,
  ack,
  decode,
  hello,
  input,
  resize,
  shown,
  type Size,
} from './codec';
import type { StreamSocket } from './host';
import { JoiningSocket, type StreamAddress } from './joining';

/** What a stream tells its terminal. */
export interface StreamListener {
  /** A replay begins; `gap` says that output between the last one and this is lost. */
  start(gap: boolean): void;
  /** Output. `end` is the offset after it, to be given to {@link SessionStream.consumed}. */
  output(bytes: Uint8Array, end: number): void;
  /** The replay is over: from here on the session is live. */
  live(): void;
  /** The session is gone; the stream is closed. */
  end(): void;
  /** The socket is up or down. */
  connected(up: boolean): void;
}

/** Acknowledge at the latest after this many parsed bytes. */
export const ACK_EVERY = 32 * 1024;
/** An acknowledgement that is not full waits this long for more. */
const ACK_IDLE_MS = 40;
/** Input kept while there is no socket; beyond it typing is dropped, as a full line buffer does. */
const HELD_INPUT = 64 * 1024;

/** The connection of one terminal. */
export class SessionStream {
  readonly #socket: JoiningSocket;
  #received = 0;
  #consumed = 0;
  #acked = 0;
  #shown = true;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #size: Size | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #flushing = false;

  /**
   * `attach` gets a fresh address and token for every connection; `connect` opens it.
   */
  constructor(
    attach: () => Promise<StreamAddress>,
    private readonly listener: StreamListener,
    connect?: (url: string) => StreamSocket,
  ) {
    const stream = {
      greet: (token: string) => this.#greet(token),
      hear: (data: ArrayBuffer) => this.#take(data),
      lost: () => this.listener.connected(false),
    };
    this.#socket = new JoiningSocket(attach, stream, connect);
  }

  /** Bytes received so far, replay included. */
  get received(): number {
    return this.#received;
  }

  /** Bytes received and not yet parsed. */
  get pending(): number {
    return this.#received - this.#consumed;
  }

  /** Sends what was typed. What is typed in one turn of the event loop travels together. */
  send(bytes: Uint8Array): void {
    if (this.#socket.closed) return;
    if (!this.#socket.ready && this.#heldBytes + bytes.length > HELD_INPUT) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#flushing || !this.#socket.ready) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Tells the far end the terminal's size; the last one is told again after joining again. */
  resize(size: Size): void {
    if (this.#size && same(this.#size, size)) return;
    this.#size = size;
    this.#socket.send(resize(size));
  }

  /** Tells whether anybody sees the terminal. */
  show(now: boolean): void {
    if (this.#shown === now) return;
    this.#shown = now;
    this.#socket.send(shown(now));
  }

  /** Everything below `offset` was parsed. Called from the terminal's write callback. */
  consumed(offset: number): void {
    if (offset <= this.#consumed) return;
    this.#consumed = offset;
    if (offset - this.#acked >= ACK_EVERY) this.#ack();
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_IDLE_MS);
  }

  /** Closes for good. */
  close(): void {
    clearTimeout(this.#ackTimer);
    this.#socket.close();
  }

  #greet(token: string): void {
    this.#socket.send(hello(this.#received, token));
    if (this.#size) this.#socket.send(resize(this.#size));
    if (!this.#shown) this.#socket.send(shown(false));
    this.#flush();
    this.listener.connected(true);
  }

  #take(data: ArrayBuffer): void {
    const message = decode(data);
    switch (message?.kind) {
      case 'start': {
        const gap = message.offset > this.#received;
        if (gap) this.#skipTo(message.offset);
        this.listener.start(gap && message.lost);
        break;
      }
      case 'output':
        this.#output(message.offset, message.bytes);
        break;
      case 'live':
        this.#socket.settled();
        this.listener.live();
        break;
      case 'end':
        this.close();
        this.listener.end();
        break;
    }
  }

  #output(offset: number, bytes: Uint8Array): void {
    if (offset > this.#received) throw new CodecError('output is missing');
    const fresh = bytes.subarray(this.#received - offset);
    if (fresh.length === 0) return;
    this.#received += fresh.length;
    this.listener.output(fresh, this.#received);
  }

  #skipTo(offset: number): void {
    this.#received = offset;
    this.#consumed = Math.max(this.#consumed, offset);
    this.#acked = this.#consumed;
  }

  #ack(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (!this.#socket.ready || this.#consumed <= this.#acked) return;
    this.#acked = this.#consumed;
    this.#socket.send(ack(this.#acked));
  }

  #flush(): void {
    if (!this.#socket.ready || this.#heldBytes === 0) return;
    const all = new Uint8Array(this.#heldBytes);
    let at = 0;
    for (const part of this.#held) {
      all.set(part, at);
      at += part.length;
    }
    this.#held = [];
    this.#heldBytes = 0;
    for (let from = 0; from < all.length; from += INPUT_LIMIT) {
      this.#socket.send(input(all.subarray(from, from + INPUT_LIMIT)));
    }
  }
}

function same(a: Size, b: Size): boolean {
  return a.cols === b.cols && a.rows === b.rows && a.width === b.width && a.height === b.height;
}
