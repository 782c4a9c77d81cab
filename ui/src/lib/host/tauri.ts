/** The desktop shell as the UI's host. The only file, with its neighbours here, that imports `@tauri-apps`. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { AppEvent, EditId, IdentityId, IdentitySecret, SessionId } from './bindings';
import type { Host, WindowEvent, WindowInfo } from './host';

type None = Record<string, never>;

/** What only a desktop window can do; the generated commands work in every host. */
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

export const tauriHost: Host = {
  call: (name, args) => invoke('call', { name, args: JSON.stringify(args) }),
  listen: (heard) => listen<AppEvent>('patchbay', (event) => heard(event.payload)),
  listenToWindows: (heard) =>
    listen<WindowEvent>('patchbay-window', (event) => heard(event.payload)),
  listenToDrops: (heard) =>
    getCurrentWebview().onDragDropEvent(({ payload }) => {
      if (payload.type === 'leave') {
        heard({ kind: 'leave' });
        return;
      }
      // Windows counts the pixels of the screen, the others those of the page.
      const scale = navigator.userAgent.includes('Windows') ? devicePixelRatio : 1;
      const { x, y } = { x: payload.position.x / scale, y: payload.position.y / scale };
      if (payload.type === 'drop') heard({ kind: 'drop', x, y, paths: payload.paths });
      else heard({ kind: 'over', x, y });
    }),
  socket: (url) => new WebSocket(url),
};
