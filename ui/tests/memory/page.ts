/** Chooses the memory host's state from the address bar: `?state=locked`. */
import { MemoryHost, type MemoryState } from './index';

const states: MemoryState[] = ['first-run', 'locked', 'unlocked', 'empty', 'big'];

export function memoryHostFromUrl(search: string): MemoryHost {
  const query = new URLSearchParams(search);
  const host = new MemoryHost(states.find((state) => state === query.get('state')) ?? 'unlocked');
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') host.settings = { ...host.settings, theme };
  return host;
}
