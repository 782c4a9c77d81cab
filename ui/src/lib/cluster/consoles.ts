/** What opens for a guest or a node, and what its menu offers. */

import Monitor from '@lucide/svelte/icons/monitor';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import type { MenuItem } from '$lib/components/menu';
import { openSession } from '$lib/devices/show';
import type { ClusterGuest, ClusterNode, GuestDetail, NodeId } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { clusters } from './clusters.svelte';
import { nodeKey } from './rows';

export function openConsole(entry: NodeId, guest: number, screen: boolean): Promise<void> {
  return openSession({ kind: 'guest', id: entry, guest, screen });
}

export function openShell(entry: NodeId, node: string): Promise<void> {
  return openSession({ kind: 'nodeShell', id: entry, node });
}

/** Whether it has a console now. */
export function hasConsole({ status, template }: ClusterGuest): boolean {
  return !template && status !== 'stopped';
}

/** Whether a virtual machine has a serial port, which a terminal can be opened to. */
export function hasSerial({ other }: Pick<GuestDetail, 'other'>): boolean {
  return other.some(([name]) => /^serial\d+$/.test(name));
}

/** The first is what Enter does. */
export function guestMenu(entry: NodeId, guest: ClusterGuest): MenuItem[] {
  const items: MenuItem[] = [];
  if (hasConsole(guest)) {
    const screen = guest.kind === 'vm';
    items.push({
      label: 'Open console',
      icon: screen ? Monitor : SquareTerminal,
      run: () => void openConsole(entry, guest.id, screen),
    });
  }
  const machine = guest.entry;
  if (machine !== null)
    items.push({ label: 'Connect to the machine', run: () => void sessions.connect(machine) });
  items.push({
    label: 'Show the guest',
    run: () => tabs.open({ kind: 'guests', entry, guest: guest.id }),
  });
  return items;
}

export function nodeMenu(entry: NodeId, { name, online }: ClusterNode): MenuItem[] {
  return [
    {
      label: 'Open shell',
      icon: SquareTerminal,
      disabled: !online,
      run: () => void openShell(entry, name),
    },
    {
      label: 'Show the node',
      run: () => {
        clusters.of(entry).chosen = nodeKey(name);
        tabs.open({ kind: 'guests', entry });
      },
    },
  ];
}
