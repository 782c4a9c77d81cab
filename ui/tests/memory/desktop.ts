/** The stream of a desktop without a machine: a picture of its own, and an ear for what is done on it. */
import type { StreamSocket } from '$lib/host';

const little = true;

export class DesktopSocket implements StreamSocket {
  binaryType: BinaryType = 'arraybuffer';
  readyState: StreamSocket['readyState'] = WebSocket.OPEN;
  onopen: StreamSocket['onopen'] = null;
  onmessage: StreamSocket['onmessage'] = null;
  onclose: StreamSocket['onclose'] = null;
  onerror: StreamSocket['onerror'] = null;
  /** Everything that was sent, without the greeting. */
  readonly sent: Uint8Array[] = [];
  #frame = 0;

  constructor(
    private readonly width = 640,
    private readonly height = 400,
  ) {
    queueMicrotask(() => this.onopen?.call(undefined as never, new Event('open')));
  }

  send(message: Parameters<WebSocket['send']>[0]): void {
    if (!(message instanceof Uint8Array)) return;
    if (message[0] === 0x80) this.#greet();
    else this.sent.push(new Uint8Array(message));
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.call(undefined as never, new CloseEvent('close'));
  }

  /** What was sent of a kind. */
  of(kind: number): Uint8Array[] {
    return this.sent.filter((message) => message[0] === kind);
  }

  #greet(): void {
    // It changes its size, takes text, and has a clipboard.
    this.say(new Uint8Array([0x1c, 7]));
    this.resized(this.width, this.height);
    const pixels = new Uint8Array(this.width * this.height * 4);
    for (let at = 0; at < pixels.length; at += 4) {
      const [x, y] = [(at / 4) % this.width, Math.floor(at / 4 / this.width)];
      pixels.set([(x * 255) / this.width, 90, (y * 255) / this.height, 255], at);
    }
    this.frame(0, 0, this.width, this.height, pixels);
  }

  resized(width: number, height: number): void {
    const message = new DataView(new ArrayBuffer(5));
    message.setUint8(0, 0x10);
    message.setUint16(1, width, little);
    message.setUint16(3, height, little);
    this.say(new Uint8Array(message.buffer));
  }

  /** A whole frame of one part; its number. */
  frame(x: number, y: number, width: number, height: number, pixels: Uint8Array): number {
    const message = new Uint8Array(10 + pixels.length);
    const view = new DataView(message.buffer);
    view.setUint8(0, 0x11);
    [x, y, width, height].forEach((value, at) => view.setUint16(2 + at * 2, value, little));
    message.set(pixels, 10);
    this.say(message);
    this.#frame += 1;
    const end = new DataView(new ArrayBuffer(5));
    end.setUint8(0, 0x12);
    end.setUint32(1, this.#frame, little);
    this.say(new Uint8Array(end.buffer));
    return this.#frame;
  }

  say(message: Uint8Array<ArrayBuffer>): void {
    this.onmessage?.call(
      undefined as never,
      new MessageEvent('message', { data: message.slice().buffer }),
    );
  }
}
