/** The pages that a machine has because of the ways to manage it. */

import type { NodeId } from '$lib/host';
import { ways } from './ways.svelte';

export type DevicePage = 'guests' | 'ports' | 'outlets';

/** Those that apply; what answers by SNMP may be a switch or a power unit until it was asked. */
export function pagesOf(entry: NodeId): DevicePage[] {
  const pages: DevicePage[] = [];
  if (ways.has(entry, 'proxmox')) pages.push('guests');
  if (!ways.has(entry, 'snmp')) return pages;
  const found = ways.found(entry);
  if (found !== 'pdu') pages.push('ports');
  if (found !== 'switch') pages.push('outlets');
  return pages;
}
