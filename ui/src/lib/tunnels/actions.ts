/** What can be done with tunnels, by name. */

import CirclePlay from '@lucide/svelte/icons/circle-play';
import CircleStop from '@lucide/svelte/icons/circle-stop';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Action } from '$lib/actions';
import type { NodeId } from '$lib/host';
import { machineChosen, machineInFront } from '$lib/sessions/in-front';
import { tree } from '$lib/tree/tree.svelte';
import { tunnels } from './tunnels.svelte';
import { isOn } from './words';

const GROUP = 'Tunnels';

/** The machine in front, or the one chosen in the tree. */
const machine = () => machineInFront() ?? machineChosen();

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
