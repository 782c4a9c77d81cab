import type { AppEvent } from './bindings';

/** What a stream needs of a WebSocket; the in-memory host gives out its own. */
export type StreamSocket = Pick<
  WebSocket,
  'binaryType' | 'readyState' | 'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'send' | 'close'
>;

/** The process the UI runs in: the desktop shell, or the in-memory double of tests. */
export interface Host {
  /** Calls a command. Rejects with an ApiError. */
  call(name: string, args: object): Promise<unknown>;
  /** Hears every AppEvent until the returned function is called. */
  listen(heard: (event: AppEvent) => void): Promise<() => void>;
  /** Opens the byte stream of a session. */
  socket(url: string): StreamSocket;
}
