/** The desktop shell as the UI's host. The only file, with its neighbours here, that imports `@tauri-apps`. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { AppEvent } from './bindings';
import type { Host, WindowEvent } from './host';

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
