/**
 * Stands in for host/choose.ts: the in-memory host in the state the address bar names, `?state=locked&theme=light`. States that begin
 * with `team` are those of a browser at a team server (`server.ts`), with `workspace` of a vault with team servers in its tree
 * (`workspaces.ts`).
 */
import { MemoryHost, type MemoryState } from './index';
import type { ApiError, Host } from '$lib/host';
import { problem } from './problem';
import { MemoryServer } from './server';
import { joinSome } from './workspaces';

const states: MemoryState[] = ['first-run', 'locked', 'unlocked', 'empty', 'big'];

/** States in which the vault cannot even be looked at. */
const problems: Record<string, ApiError> = {
  'in-use': problem(
    'vaultInUse',
    'Patchbay, process 1234 has this vault open.',
    'Close it there, then try again.',
  ),
  damaged: problem(
    'vaultDamaged',
    'The vault file is damaged: page 3 does not match its seal.',
    'Nothing was changed. Restore a backup, or open another vault.',
  ),
};

function fromAddressBar(search: string): MemoryHost {
  const query = new URLSearchParams(search);
  const host = new MemoryHost(states.find((state) => state === query.get('state')) ?? 'unlocked');
  const unreadable = problems[query.get('state') ?? ''];
  if (unreadable) host.handlers.vault_status = () => Promise.reject(unreadable);
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') host.settings = { ...host.settings, theme };
  return host;
}

export function chosenHost(): Promise<Host> {
  const search = typeof location === 'undefined' ? '' : location.search;
  const state = new URLSearchParams(search).get('state') ?? '';
  const core = fromAddressBar(search);
  // For what others decide, and devices do, meanwhile.
  Object.assign(globalThis, { patchbayHost: core });
  if (state.startsWith('workspace')) joinSome(core);
  if (!state.startsWith('team')) return Promise.resolve(core);
  const server = new MemoryServer(core, state);
  // For what others do meanwhile.
  Object.assign(globalThis, { patchbayServer: server });
  return Promise.resolve(server.host);
}
