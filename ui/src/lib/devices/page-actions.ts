/** The pages of managed machines, by name. */

import Boxes from '@lucide/svelte/icons/boxes';
import Cable from '@lucide/svelte/icons/cable';
import EthernetPort from '@lucide/svelte/icons/ethernet-port';
import Plug from '@lucide/svelte/icons/plug';
import Server from '@lucide/svelte/icons/server';
import type { Action } from '$lib/actions';
import type { IconComponent } from '$lib/components/Icon.svelte';
import { machineMeant } from '$lib/sessions/in-front';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { pagesOf, type DevicePage } from './pages';

/** The machine that is chosen in the tree, then the one in front, with such a page. */
const machine = (page: DevicePage) => machineMeant((entry) => pagesOf(entry).includes(page));

function page(kind: DevicePage, title: string, icon: IconComponent, keywords: string): Action {
  return {
    id: `device.${kind}`,
    needs: 'devices',
    title,
    group: 'Machines',
    icon,
    keywords,
    detail: () => tree.byId(machine(kind))?.name ?? '',
    when: () => machine(kind) !== null,
    run: () => {
      const entry = machine(kind);
      if (entry !== null) tabs.open({ kind, entry });
    },
  };
}

export const pageActions: readonly Action[] = [
  page('guests', 'Open guests', Boxes, 'proxmox cluster vm container snapshot backup storage node'),
  page('ports', 'Open ports', EthernetPort, 'switch vlan interface traffic snmp'),
  {
    id: 'fleet.open',
    needs: 'devices',
    title: 'Fleet',
    group: 'Machines',
    icon: Server,
    keywords: 'all machines power sensors ports down guests tasks many',
    run: () => tabs.open({ kind: 'fleet' }),
  },
  page('outlets', 'Open outlets', Plug, 'pdu power unit socket load snmp'),
  page('consoles', 'Open console ports', Cable, 'console server kvm serial port raritan snmp'),
];
