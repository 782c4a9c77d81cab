import type { Ability } from './abilities';
import type { AppEvent, EditId, IdentityId, IdentitySecret, SessionId } from './bindings';

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
  /** In a browser: a page has the files themselves, and not where they are. */
  | { kind: 'given'; x: number; y: number; files: File[] }
  | { kind: 'leave' };

type None = Record<string, never>;

/**
 * What is between the page and what it runs in; the generated commands work in every host. A browser has other means for
 * some of them (`browser.ts`) and none for others: `abilities.ts` says which are not to be offered there.
 */
export interface HostCommands {
  host_pick_file: {
    args: { title: string; save: boolean; defaultName?: string };
    result: { path: string | null };
  };
  /** Any number of files; none if the person cancels. */
  host_pick_files: { args: { title: string }; result: { paths: string[] } };
  host_pick_folder: { args: { title: string }; result: { path: string | null } };
  /** http and https only. */
  host_open_url: { args: { url: string }; result: null };
  /** Opens the copy of an edited file with the system's editor, or the folder it is in. */
  host_edit_open: { args: { id: EditId; folder: boolean }; result: null };
  /** Goes from the vault to the clipboard without passing the webview. */
  host_copy_identity_secret: {
    args: { id: IdentityId; secret: IdentitySecret; passphrase?: string | null };
    result: { clearsIn: number };
  };
  host_copy_text: { args: { text: string }; result: null };
  /** HTML for programs that take it, and text for those that do not. */
  host_copy_html: { args: { html: string; text: string }; result: null };
  /** Asks for a file with the desktop's own dialog and writes the text there; null if the person cancels. */
  host_save_text: {
    args: { title: string; defaultName: string; text: string };
    result: { path: string | null };
  };
  /** A PNG in base64. */
  host_copy_png: { args: { png: string }; result: null };
  /** Asks for a file with the desktop's own dialog and writes the PNG, given in base64, there; null if the person cancels. */
  host_save_png: {
    args: { title: string; defaultName: string; png: string };
    result: { path: string | null };
  };
  /** The picture that was copied last on a desktop comes into the system's clipboard, if it is another one. */
  host_take_picture: { args: { id: SessionId }; result: { passed: boolean } };
  /** The picture in the system's clipboard can be pasted on a desktop from then on, if there is one and it takes any. */
  host_offer_picture: { args: { id: SessionId }; result: { passed: boolean } };
  host_read_clipboard: { args: None; result: { text: string } };
  /** What was marked last in any program, for the middle mouse button; empty on systems without such a thing. */
  host_read_selection: { args: None; result: { text: string } };
  host_select_text: { args: { text: string }; result: null };
  /** Hands files of this computer over to a drag of the system; the button must be down. Only on Linux. */
  host_drag_out: { args: { paths: string[] }; result: null };
  host_window: { args: { action: 'minimize' | 'maximize' | 'close' | 'drag' }; result: null };
  /** The windows there are; from then on the page is told about them. */
  host_windows: { args: None; result: { own: string; windows: WindowInfo[]; canKeep: boolean } };
  /** What this window shows, as text that the shell keeps. */
  host_window_tell: { args: { tabs: string; unsaved: number }; result: null };
  /** Opens a window for tabs; its label. */
  host_window_new: { args: { tabs: string }; result: string };
  /** Leaves a message for the page of another window. */
  host_window_send: { args: { to: string; message: string; focus: boolean }; result: null };
  /** Takes the messages for this window. */
  host_window_take: { args: None; result: { messages: string[] } };
  host_window_close: {
    args: { how: 'asking' | 'leave' | 'drop' | 'keep' | 'quit' };
    result: null;
  };
  /** The first paint is on the screen. */
  host_ready: { args: None; result: null };
}

/** What a stream needs of a WebSocket; the in-memory host gives out its own. */
export type StreamSocket = Pick<
  WebSocket,
  'binaryType' | 'readyState' | 'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'send' | 'close'
>;

/** A file that a browser sends to a machine. */
export interface FileSending {
  file: Blob;
  /** It takes the place of what is there. */
  replace: boolean;
  /** Hears how many bytes have been sent. */
  sent: (bytes: number) => void;
  /** Stops it. */
  stop: AbortSignal;
}

/** What a page asks of the team server that it came from, beyond the commands of the product. */
export interface TeamServer {
  /** Asks a route below `/api/v1`. Rejects with an ApiError. */
  request(method: string, path: string, body?: object): Promise<unknown>;
  /** Where the browser fetches a file of a machine from, by a session that has the machine's files open. */
  fileUrl(session: SessionId, path: string): string;
  /** Sends a file to a machine. Rejects with an ApiError; with `null` if it was stopped. */
  sendFile(session: SessionId, path: string, sending: FileSending): Promise<void>;
  /** Somebody is signed in: resolves once events are heard, or will not be for a while. */
  join(): Promise<void>;
  /** Nobody is signed in any more. */
  leave(): void;
  /** Hears when the server no longer takes the page for somebody's, or no longer answers, or does again. */
  onState(heard: (state: 'signedOut' | 'away' | 'back') => void): () => void;
}

/** The process the UI runs in: the desktop shell, a team server, or the in-memory double of tests. */
export interface Host {
  /** What may be offered here; all that a desktop window has if nothing is said. */
  readonly abilities?: ReadonlySet<Ability>;
  /** The server the page came from, if it came from one. */
  readonly team?: TeamServer;
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
