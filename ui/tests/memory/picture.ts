/** A picture of one pixel, over a socket that is no socket. */
import type { FilePicture, StreamSocket } from '$lib/host';

const PIXEL = Uint8Array.from(
  atob('R0lGODlhAQABAPAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=='),
  (character) => character.charCodeAt(0),
);

export function picture(): FilePicture {
  const attachment = { url: 'ws://127.0.0.1:1/stream?picture', token: 'token' };
  return { attachment, format: 'gif', width: 1, height: 1, size: PIXEL.length };
}

export class PictureSocket implements StreamSocket {
  binaryType: BinaryType = 'arraybuffer';
  readyState: StreamSocket['readyState'] = WebSocket.OPEN;
  onopen: StreamSocket['onopen'] = null;
  onmessage: StreamSocket['onmessage'] = null;
  onclose: StreamSocket['onclose'] = null;
  onerror: StreamSocket['onerror'] = null;

  constructor() {
    queueMicrotask(() => this.onopen?.call(undefined as never, new Event('open')));
  }

  send(message: Parameters<WebSocket['send']>[0]): void {
    if (!(message instanceof Uint8Array) || message[0] !== 0x80) return;
    const output = new Uint8Array(9 + PIXEL.length);
    output[0] = 0x01;
    output.set(PIXEL, 9);
    const start = new Uint8Array(10);
    start[0] = 0x02;
    for (const each of [start, output, new Uint8Array([0x03]), new Uint8Array([0x04])])
      this.onmessage?.call(undefined as never, new MessageEvent('message', { data: each.buffer }));
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }
}
