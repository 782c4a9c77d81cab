/** The pages that a machine has because of the ways to manage it. */

import type { NodeId } from '$lib/host';
import { ways } from './ways.svelte';

export type DevicePage = 'guests' | 'ports' | 'outlets';

/** Those that apply; what answers by SNMP is taken for a switch until it says otherwise. */
export function pagesOf(entry: NodeId): DevicePage[] {
  const pages: DevicePage[] = [];
  if (ways.has(entry, 'proxmox')) pages.push('guests');
  if (ways.has(entry, 'snmp')) pages.push(ways.found(entry) === 'pdu' ? 'outlets' : 'ports');
  return pages;
}
