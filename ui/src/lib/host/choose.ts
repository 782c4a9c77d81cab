/** Where the page runs, decided once, at its start. Each host is a chunk of its own: a browser never loads the shell's. */
import type { Host } from './host';

export async function chosenHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauriHost;
  return (await import('./http')).httpHost();
}
