/**
 * The stream codec: binary messages between a terminal here and its session in the core.
 *
 * Integers are little endian. Bit 0x40 of the kind says "may be dropped, the newest wins", bit 0x80
 * "from the viewer". Nothing here knows sockets or terminals: see `stream.ts`.
 */

/** What the core says. */
export type FromCore =
  | { kind: 'output'; offset: number; bytes: Uint8Array }
  | { kind: 'start'; offset: number; lost: boolean }
  | { kind: 'live' }
  | { kind: 'end' };

/** Columns, rows, and the size in pixels (0 is unknown). */
export interface Size {
  cols: number;
  rows: number;
  width: number;
  height: number;
}

const OUTPUT = 0x01;
const START = 0x02;
const LIVE = 0x03;
const END = 0x04;
const HELLO = 0x80;
const INPUT = 0x81;
const ACK = 0x82;
const RESIZE = 0x83;
const SHOWN = 0xc4;

const MAY_BE_DROPPED = 0x40;

/** The most bytes one Input message carries; longer pastes are cut into several. */
export const INPUT_LIMIT = 32 * 1024;

/** A message that does not follow the codec: the connection is given up. */
export class CodecError extends Error {}

/**
 * Reads a message of the core.
 *
 * `null` is a kind this version does not know and that may be dropped; any other unknown kind is an
 * error, because output that is skipped would leave a wrong screen.
 */
export function decode(data: ArrayBuffer): FromCore | null {
  const view = new DataView(data);
  if (view.byteLength === 0) throw new CodecError('empty message');
  const kind = view.getUint8(0);
  switch (kind) {
    case OUTPUT:
      need(view, 9);
      return { kind: 'output', offset: u64(view, 1), bytes: new Uint8Array(data, 9) };
    case START:
      need(view, 10);
      return { kind: 'start', offset: u64(view, 1), lost: view.getUint8(9) === 1 };
    case LIVE:
      return { kind: 'live' };
    case END:
      return { kind: 'end' };
    default:
      return unknown(kind);
  }
}

/** The first message: where to go on from (0 is everything that is kept), and the single-use token. */
export function hello(resume: number, token: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(token);
  const { bytes, view } = message(HELLO, 8 + text.length);
  view.setBigUint64(1, BigInt(resume), true);
  bytes.set(text, 9);
  return bytes;
}

/** Bytes typed or pasted. */
export function input(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { bytes } = message(INPUT, data.length);
  bytes.set(data, 1);
  return bytes;
}

/** Everything below this offset was parsed. */
export function ack(offset: number): Uint8Array<ArrayBuffer> {
  const { bytes, view } = message(ACK, 8);
  view.setBigUint64(1, BigInt(offset), true);
  return bytes;
}

/** Whether anybody sees it: a terminal nobody sees is sent little things less often, a desktop nothing. */
export function shown(now: boolean): Uint8Array<ArrayBuffer> {
  return new Uint8Array([SHOWN, now ? 1 : 0]);
}

/** The terminal has another size. Values beyond 16 bits are clipped. */
export function resize(size: Size): Uint8Array<ArrayBuffer> {
  const { bytes, view } = message(RESIZE, 8);
  [size.cols, size.rows, size.width, size.height].forEach((value, index) => {
    view.setUint16(1 + index * 2, Math.max(0, Math.min(0xffff, Math.round(value))), true);
  });
  return bytes;
}

/** A kind that this version does not know: passed over if it may be dropped, or else the connection is given up. */
export function unknown(kind: number): null {
  if (kind & MAY_BE_DROPPED) return null;
  throw new CodecError(`unknown message kind 0x${kind.toString(16)}`);
}

/** A message of a kind, with room for what it says behind the first byte. */
export function message(kind: number, payload: number) {
  const bytes = new Uint8Array(1 + payload);
  bytes[0] = kind;
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Gives the connection up if a message is shorter than what it is said to hold. */
export function need(view: DataView, length: number): void {
  if (view.byteLength < length) throw new CodecError('message too short');
}

function u64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new CodecError('offset out of range');
  return Number(value);
}
