/**
 * The codec of desktops: binary messages between a page and a session's desktop in the core.
 *
 * Integers are little endian, as in `host/codec.ts`, whose greeting is the first message here, too. Nothing here knows
 * sockets or canvases: see `stream.ts` and `view.svelte.ts`.
 */

import { CodecError, message, need, unknown } from '$lib/host/codec';

export { shown } from '$lib/host/codec';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How the pointer looks. */
export type Cursor =
  | { form: 'usual' }
  | { form: 'hidden' }
  | { form: 'picture'; width: number; height: number; x: number; y: number; rgba: Pixels };

type Pixels = Uint8ClampedArray<ArrayBuffer>;

/** What the core says. */
export type FromCore =
  | { kind: 'resized'; width: number; height: number }
  /** Red, green, blue and 255 of each pixel, row by row. */
  | { kind: 'frame'; rect: Rect; pixels: Pixels }
  | { kind: 'frameEnd'; id: number }
  | { kind: 'cursor'; cursor: Cursor }
  | { kind: 'pointerMoved'; x: number; y: number }
  | { kind: 'clipboard'; text: string }
  /** A picture was copied there; it does not pass through the page. */
  | { kind: 'picture' }
  | { kind: 'monitors'; monitors: Monitor[] }
  | { kind: 'thumbnail'; width: number; height: number; pixels: Pixels }
  /** Signed 16-bit samples, channels interleaved. */
  | { kind: 'audio'; rate: number; channels: number; samples: DataView }
  | { kind: 'bell' }
  | { kind: 'leds'; leds: Leds }
  | { kind: 'title'; text: string }
  | { kind: 'latency'; ms: number }
  | { kind: 'quality'; text: string }
  | { kind: 'abilities'; resize: boolean; text: boolean; clipboard: boolean; files: boolean }
  | { kind: 'end' };

/** One screen of a desktop. */
export interface Monitor {
  id: number;
  area: Rect;
}

export interface Leds {
  scroll: boolean;
  num: boolean;
  caps: boolean;
}

/** The buttons of a mouse that are held, as bits. */
export const BUTTON = { left: 1, middle: 2, right: 4, back: 8, forward: 16 } as const;

/** The longest text for the clipboard there, in bytes; a longer one is not passed on. */
export const MOST_COPIED = 1024 * 1024;
/** The most text that is typed by one message, in bytes. */
export const MOST_TYPED = 64 * 1024;

const END = 0x04;
const RESIZED = 0x10;
const FRAME = 0x11;
const FRAME_END = 0x12;
const CURSOR = 0x13;
const MOVED = 0x14;
const COPIED = 0x15;
const AUDIO = 0x56;
const BELL = 0x57;
const LEDS = 0x18;
const TITLE = 0x19;
const LATENCY = 0x5a;
const QUALITY = 0x1b;
const ABILITIES = 0x1c;
const PICTURE = 0x1d;
const MONITORS = 0x1e;
const THUMBNAIL = 0x5f;

const POINTER = 0x90;
const WHEEL = 0x91;
const KEY = 0x92;
const TEXT = 0x93;
const CLIPBOARD = 0x94;
const WANTED = 0x95;
const FOCUS = 0x96;
const LEDS_HERE = 0x97;
const WANTED_QUALITY = 0x98;
const SEEN = 0x99;
const AGAIN = 0x9a;
const WANTED_THUMBNAIL = 0x9c;

const AUTO = 0xff;

const words = new TextDecoder();
const encode = new TextEncoder();

/** Reads a message of the core; `null` is one of a kind made later that may be dropped. */
export function decode(data: ArrayBuffer): FromCore | null {
  const view = new DataView(data);
  if (view.byteLength === 0) throw new CodecError('empty message');
  const kind = view.getUint8(0);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const text = () => words.decode(new Uint8Array(data, 1));
  switch (kind) {
    case RESIZED:
      need(view, 5);
      return { kind: 'resized', width: u16(1), height: u16(3) };
    case FRAME: {
      need(view, 10);
      if (view.getUint8(1) !== 0) throw new CodecError('pixels that are packed');
      const rect = { x: u16(2), y: u16(4), width: u16(6), height: u16(8) };
      const length = rect.width * rect.height * 4;
      need(view, 10 + length);
      return { kind: 'frame', rect, pixels: new Uint8ClampedArray(data, 10, length) };
    }
    case FRAME_END:
      need(view, 5);
      return { kind: 'frameEnd', id: u32(1) };
    case CURSOR:
      return { kind: 'cursor', cursor: cursor(view) };
    case MOVED:
      need(view, 5);
      return { kind: 'pointerMoved', x: u16(1), y: u16(3) };
    case COPIED:
      return { kind: 'clipboard', text: text() };
    case PICTURE:
      return { kind: 'picture' };
    case AUDIO:
      need(view, 6);
      return {
        kind: 'audio',
        rate: u32(1),
        channels: view.getUint8(5),
        samples: new DataView(data, 6),
      };
    case BELL:
      return { kind: 'bell' };
    case LEDS:
      need(view, 2);
      return { kind: 'leds', leds: ledsOf(view.getUint8(1)) };
    case TITLE:
      return { kind: 'title', text: text() };
    case LATENCY:
      need(view, 5);
      return { kind: 'latency', ms: u32(1) };
    case QUALITY:
      return { kind: 'quality', text: text() };
    case ABILITIES: {
      need(view, 2);
      const bits = view.getUint8(1);
      return {
        kind: 'abilities',
        resize: (bits & 1) !== 0,
        text: (bits & 2) !== 0,
        clipboard: (bits & 4) !== 0,
        files: (bits & 8) !== 0,
      };
    }
    case MONITORS: {
      const monitors: Monitor[] = [];
      for (let at = 1; at < view.byteLength; at += 12) {
        need(view, at + 12);
        const area = { x: u16(at + 4), y: u16(at + 6), width: u16(at + 8), height: u16(at + 10) };
        monitors.push({ id: u32(at), area });
      }
      return { kind: 'monitors', monitors };
    }
    case THUMBNAIL: {
      need(view, 5);
      const [width, height] = [u16(1), u16(3)];
      const length = width * height * 4;
      need(view, 5 + length);
      return { kind: 'thumbnail', width, height, pixels: new Uint8ClampedArray(data, 5, length) };
    }
    case END:
      return { kind: 'end' };
    default:
      return unknown(kind);
  }
}

function cursor(view: DataView): Cursor {
  need(view, 2);
  const form = view.getUint8(1);
  if (form !== 2) return form === 1 ? { form: 'hidden' } : { form: 'usual' };
  need(view, 10);
  const [width, height] = [view.getUint16(2, true), view.getUint16(4, true)];
  need(view, 10 + width * height * 4);
  return {
    form: 'picture',
    width,
    height,
    x: view.getUint16(6, true),
    y: view.getUint16(8, true),
    rgba: new Uint8ClampedArray(view.buffer as ArrayBuffer, 10, width * height * 4),
  };
}

const ledsOf = (bits: number): Leds => ({
  scroll: (bits & 1) !== 0,
  num: (bits & 2) !== 0,
  caps: (bits & 4) !== 0,
});

type Message = Uint8Array<ArrayBuffer>;

/** The pointer is here, with these buttons held. */
export function pointer(x: number, y: number, buttons: number): Message {
  const { bytes, view } = message(POINTER, 5);
  view.setUint16(1, x, true);
  view.setUint16(3, y, true);
  view.setUint8(5, buttons);
  return bytes;
}

/** The wheel turned; 120 is a step, to the right and down. */
export function wheel(x: number, y: number, across: number, down: number): Message {
  const { bytes, view } = message(WHEEL, 8);
  view.setUint16(1, x, true);
  view.setUint16(3, y, true);
  view.setInt16(5, clip(across), true);
  view.setInt16(7, clip(down), true);
  return bytes;
}

export function key(keysym: number, scancode: number, down: boolean): Message {
  const { bytes, view } = message(KEY, 7);
  view.setUint32(1, keysym, true);
  view.setUint16(5, scancode, true);
  view.setUint8(7, down ? 1 : 0);
  return bytes;
}

/** Characters to be typed as they are. */
export const typed = (text: string): Message => textMessage(TEXT, text, MOST_TYPED);

/** What was copied here; `null` if it is too long. */
export function copied(text: string): Message | null {
  const bytes = encode.encode(text);
  return bytes.length > MOST_COPIED ? null : textMessage(CLIPBOARD, text, MOST_COPIED);
}

/** The size that is wanted, and the scale in percent. */
export function resize(width: number, height: number, scale: number): Message {
  const { bytes, view } = message(WANTED, 6);
  const side = (value: number) => Math.max(1, Math.min(0xffff, Math.round(value)));
  view.setUint16(1, side(width), true);
  view.setUint16(3, side(height), true);
  view.setUint16(5, Math.max(50, Math.min(500, Math.round(scale))), true);
  return bytes;
}

export const focus = (has: boolean): Message => new Uint8Array([FOCUS, has ? 1 : 0]);

export const leds = ({ scroll, num, caps }: Leds): Message =>
  new Uint8Array([LEDS_HERE, (scroll ? 1 : 0) | (num ? 2 : 0) | (caps ? 4 : 0)]);

/** From 0, least data, to 9, lossless; `null` lets the link decide. */
export const quality = (level: number | null): Message =>
  new Uint8Array([WANTED_QUALITY, level ?? AUTO]);

/** This frame is on the screen. */
export function seen(frame: number): Message {
  const { bytes, view } = message(SEEN, 4);
  view.setUint32(1, frame, true);
  return bytes;
}

/** Everything is wanted again. */
export const again = (): Message => new Uint8Array([AGAIN]);

/** All of the desktop is wanted once, small: as soon as it is not what the last one showed. */
export function thumbnail(width: number, height: number): Message {
  const { bytes, view } = message(WANTED_THUMBNAIL, 4);
  view.setUint16(1, width, true);
  view.setUint16(3, height, true);
  return bytes;
}

function textMessage(kind: number, text: string, most: number): Message {
  let bytes = encode.encode(text);
  if (bytes.length > most) {
    let end = most;
    // Not in the middle of a character.
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    bytes = bytes.slice(0, end);
  }
  const { bytes: out } = message(kind, bytes.length);
  out.set(bytes, 1);
  return out;
}

const clip = (value: number) => Math.max(-0x8000, Math.min(0x7fff, Math.round(value)));
