/** Bytes that end, over the socket that carries those of sessions: a picture and the like. */

import type { StreamAddress } from './joining';
import { SessionStream } from './stream';

/** Fetches `size` bytes. Rejects if the connection breaks or other than that many come; `signal` gives it up. */
export function fetchBytes(
  address: StreamAddress,
  size: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const bytes = new Uint8Array(size);
    let at = 0;
    let used = false;
    const fail = (): void => {
      stream.close();
      reject(new Error('The connection to Patchbay itself broke.'));
    };
    const stream = new SessionStream(
      () => {
        // A token is good once.
        if (used) return Promise.reject(new Error('It was used.'));
        used = true;
        return Promise.resolve(address);
      },
      {
        start: () => undefined,
        output: (piece, end) => {
          if (at + piece.length > size) {
            fail();
            return;
          }
          bytes.set(piece, at);
          at += piece.length;
          stream.consumed(end);
        },
        live: () => undefined,
        end: () => (at === size ? resolve(bytes) : fail()),
        connected: (up) => {
          if (!up) fail();
        },
      },
    );
    signal?.addEventListener('abort', () => {
      stream.close();
      reject(new DOMException('It was given up.', 'AbortError'));
    });
  });
}
