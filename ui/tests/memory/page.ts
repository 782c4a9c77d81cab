/** Stands in for host/tauri.ts: the in-memory host in the state the address bar names, `?state=locked&theme=light`. */
import { MemoryHost, type MemoryState } from './index';

const states: MemoryState[] = ['first-run', 'locked', 'unlocked', 'empty', 'big'];

function fromAddressBar(search: string): MemoryHost {
  const query = new URLSearchParams(search);
  const host = new MemoryHost(states.find((state) => state === query.get('state')) ?? 'unlocked');
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') host.settings = { ...host.settings, theme };
  return host;
}

export const tauriHost = fromAddressBar(typeof location === 'undefined' ? '' : location.search);
