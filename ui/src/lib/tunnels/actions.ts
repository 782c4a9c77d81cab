/** What can be done with tunnels, by name. */

import CirclePlay from '@lucide/svelte/icons/circle-play';
import CircleStop from '@lucide/svelte/icons/circle-stop';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Action } from '$lib/actions';
import type { NodeId } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { machineOf } from '$lib/sessions/words';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { tunnels } from './tunnels.svelte';
import { isOn } from './words';

const GROUP = 'Tunnels';

/** The machine in front, or the one chosen in the tree. */
function machine(): NodeId | null {
  const spec = tabs.current?.spec;
  if (spec?.kind === 'tunnels') return spec.entry;
  const session = spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  const id = session && !sessions.isOrphan(session) ? machineOf(session.target) : null;
  if (id !== null) return id;
  const [only, second] = tree.selectedMachines;
  return second === undefined ? (only ?? null) : null;
}

const there = () => machine() !== null;
const detail = () => tree.byId(machine() ?? '')?.name ?? '';

function withMachine(run: (entry: NodeId) => unknown): () => void {
  return () => {
    const entry = machine();
    if (entry !== null) void run(entry);
  };
}

export const tunnelActions: readonly Action[] = [
  {
    id: 'tunnels.open',
    needs: 'tunnels',
    title: 'Open tunnels',
    group: GROUP,
    icon: Waypoints,
    keywords: 'port forward forwarding socks proxy',
    detail,
    when: there,
    run: withMachine((entry) => tunnels.show(entry)),
  },
  {
    id: 'tunnels.startAll',
    needs: 'tunnels',
    title: 'Start all tunnels',
    group: GROUP,
    icon: CirclePlay,
    keywords: 'port forward connect',
    detail,
    when: there,
    run: withMachine(async (entry) => {
      tunnels.show(entry);
      await tunnels.startAll(entry);
    }),
  },
  {
    id: 'tunnels.stopAll',
    needs: 'tunnels',
    title: 'Stop all tunnels',
    group: GROUP,
    icon: CircleStop,
    keywords: 'port forward disconnect',
    detail,
    when: () => (tunnels.of(machine() ?? '')?.tunnels ?? []).some(isOn),
    run: withMachine((entry) => tunnels.stopAll(entry)),
  },
];
