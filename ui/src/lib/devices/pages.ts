/** The pages that a machine has because of the ways to manage it. */

import type { NodeId } from '$lib/host';
import { ways } from './ways.svelte';

export type DevicePage = 'guests' | 'ports' | 'outlets' | 'consoles';

/** What answers by SNMP, with the page for it. */
const ASKED = { switch: 'ports', pdu: 'outlets', consoles: 'consoles' } as const;

/** Those that apply; what answers by SNMP may be any of these until it was asked, unless it has a command line. */
export function pagesOf(entry: NodeId): DevicePage[] {
  const pages: DevicePage[] = [];
  if (ways.has(entry, 'proxmox')) pages.push('guests');
  if (ways.has(entry, 'cli')) return [...pages, 'ports'];
  if (!ways.has(entry, 'snmp')) return pages;
  const found = ways.found(entry);
  return [...pages, ...(found ? [ASKED[found]] : Object.values(ASKED))];
}
