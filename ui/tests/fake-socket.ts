import type { StreamSocket } from '$lib/host';

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  binaryType = '';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  sent: Uint8Array[] = [];
  closed = false;
  constructor(readonly url: string) {}
  /** One more of them, as a stream sees it. */
  static add(to: FakeSocket[], url: string): StreamSocket {
    const socket = new FakeSocket(url);
    to.push(socket);
    return socket as unknown as StreamSocket;
  }
  send(data: Uint8Array) {
    this.sent.push(data.slice());
  }
  close() {
    this.closed = true;
  }
  open() {
    this.onopen?.(undefined as never);
  }
  break() {
    this.onclose?.(undefined as never);
  }
  say(...bytes: number[]) {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer });
  }
  output(offset: number, length: number) {
    const data = new Uint8Array(9 + length).fill(0x61);
    data[0] = 1;
    new DataView(data.buffer).setBigUint64(1, BigInt(offset), true);
    this.onmessage?.({ data: data.buffer });
  }
  kinds() {
    return this.sent.map((message) => message[0]);
  }
}
