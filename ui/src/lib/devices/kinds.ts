/** What the kinds of ways to manage a machine are called, and how one is told from another. */

import Box from '@lucide/svelte/icons/box';
import Cable from '@lucide/svelte/icons/cable';
import Cpu from '@lucide/svelte/icons/cpu';
import EthernetPort from '@lucide/svelte/icons/ethernet-port';
import Network from '@lucide/svelte/icons/network';
import Plug from '@lucide/svelte/icons/plug';
import Server from '@lucide/svelte/icons/server';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { ManagementKind } from '$lib/host';
import { isOwn, PLATFORMS, usualPort, type WayForm } from './form';

export interface Kind {
  kind: ManagementKind;
  /** As a heading. */
  title: string;
  icon: IconComponent;
  /** What the machine of the tree is to it, for the kinds that are a part of one. */
  other?: string;
  /** What its place is called there, and an example of it. */
  place?: [name: string, example: string];
}

export const KINDS: readonly Kind[] = [
  { kind: 'bmc', title: 'Management controller (BMC)', icon: Cpu },
  { kind: 'proxmox', title: 'Proxmox VE', icon: Server },
  { kind: 'snmp', title: 'SNMP', icon: Network },
  { kind: 'cli', title: 'Command line of a switch', icon: SquareTerminal },
  {
    kind: 'guest',
    title: 'Guest of a cluster',
    icon: Box,
    other: 'Cluster',
    place: ['Guest number', '104'],
  },
  {
    kind: 'port',
    title: 'Port of a switch',
    icon: EthernetPort,
    other: 'Switch',
    place: ['Port', 'ge-0/0/7'],
  },
  {
    kind: 'outlet',
    title: 'Outlet of a power unit',
    icon: Plug,
    other: 'Power unit',
    place: ['Outlet', '7'],
  },
  {
    kind: 'console',
    title: 'Serial console',
    icon: Cable,
    other: 'Console',
    place: ['Port of a console server', 'Optional'],
  },
  {
    kind: 'conserver',
    title: 'Console at a conserver',
    icon: Cable,
    other: 'Console server',
    place: ['Console', 'the machine’s name'],
  },
];

export function kindOf(kind: ManagementKind): Kind {
  const found = KINDS.find((one) => one.kind === kind);
  if (!found) throw new Error(`There is no kind “${kind}”.`);
  return found;
}

const VERSIONS = { v1: 'SNMP v1', v2c: 'SNMP v2c', v3: 'SNMP v3' } as const;

/** "Redfish", "SNMP v3", "Arista EOS", "Outlet of a power unit". */
export function kindText(
  form: Pick<WayForm, 'kind' | 'protocol' | 'version' | 'platform'>,
): string {
  if (form.kind === 'cli')
    return PLATFORMS.find(({ value }) => value === form.platform)?.label ?? '';
  if (form.kind === 'bmc') return form.protocol === 'ipmi' ? 'BMC, IPMI' : 'BMC, Redfish';
  return form.kind === 'snmp' ? VERSIONS[form.version] : kindOf(form.kind).title;
}

/** Where it is: "198.51.100.202", "[2001:db8::1]:8443", "7 of pdu-a2". `here` is the machine's own address. */
export function placeText(
  form: WayForm,
  here: string,
  nameOf: (id: string) => string | undefined,
): string {
  if (isOwn(form)) {
    const address = form.address.trim() || here;
    const port = form.port.trim();
    if (port === '' || Number(port) === usualPort(form)) return address;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }
  if (form.kind === 'cli') return here;
  const other = form.other === null ? '' : (nameOf(form.other) ?? 'a machine that is gone');
  const place = form.place.trim();
  if (place === '') return other;
  if (form.kind === 'console') return `${other}, port ${place}`;
  return other === '' ? place : `${place} of ${other}`;
}
