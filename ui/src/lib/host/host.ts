import type { AppEvent } from './bindings';

/** Something about the windows of this process. */
export interface WindowEvent {
  /** They changed; messages wait to be taken; somebody wants to close the window. */
  kind: 'windows' | 'mail' | 'close';
  /** The label of the window it is for; all if null. */
  to: string | null;
}

/** A window as the shell knows it. */
export interface WindowInfo {
  label: string;
  /** 1 is the main window. */
  number: number;
  /** Its tabs as its page told them, or as it was given them. */
  tabs: string;
  /** Editors in it with changes that are not saved. */
  unsaved: number;
}

/** Files of the system that are held over the window, or let go. */
export type HostDrop =
  /** Pixels of the page from its upper left corner. */
  | { kind: 'over'; x: number; y: number }
  | { kind: 'drop'; x: number; y: number; paths: string[] }
  | { kind: 'leave' };

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
  /** Hears of windows, for as long as this one lives. A host of one window has nothing to tell. */
  listenToWindows?(heard: (event: WindowEvent) => void): Promise<unknown>;
  /** Hears of files that are dragged over the window, for as long as it lives. */
  listenToDrops?(heard: (drop: HostDrop) => void): Promise<unknown>;
  /** Opens the byte stream of a session. */
  socket(url: string): StreamSocket;
}
