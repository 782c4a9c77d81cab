/** The rows of a cluster: its nodes, and below each the guests on it. */

import type { Cluster, ClusterGuest, ClusterNode } from '$lib/host';

export type ClusterRow =
  | {
      kind: 'node';
      key: string;
      node: ClusterNode;
      open: boolean;
      /** Guests on it that run, and those that are listed. */
      running: number;
      guests: number;
    }
  | { kind: 'guest'; key: string; guest: ClusterGuest };

export type GuestFilter = 'all' | 'running' | 'stopped' | 'templates';

export interface Wanted {
  text: string;
  show: GuestFilter;
}

export const nodeKey = (name: string): string => `node ${name}`;
export const guestKey = (id: number): string => `guest ${id}`;

/** Every word must be found in its name, number, node, state or tags. */
export function matches(guest: ClusterGuest, { text, show }: Wanted): boolean {
  if (show === 'templates' && !guest.template) return false;
  if (show === 'running' && guest.status !== 'running') return false;
  if (show === 'stopped' && (guest.template || guest.status === 'running')) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const hay = [guest.name, String(guest.id), guest.node, guest.status, ...guest.tags]
    .join(' ')
    .toLowerCase();
  return words.every((word) => hay.includes(word));
}

const UNSEEN = {
  cpu: null,
  cpus: null,
  memory: null,
  memoryAll: null,
  disk: null,
  diskAll: null,
  uptime: null,
};

/** Nodes by name, their guests by number. Nodes without a guest that is found are left out while something is looked for. */
export function rowsOf(
  { nodes, guests }: Pick<Cluster, 'nodes' | 'guests'>,
  wanted: Wanted,
  closed: ReadonlySet<string>,
): ClusterRow[] {
  const looking = wanted.text.trim() !== '' || wanted.show !== 'all';
  const found = new Map<string, ClusterGuest[]>(nodes.map(({ name }) => [name, []]));
  for (const guest of guests) {
    if (!matches(guest, wanted)) continue;
    const there = found.get(guest.node);
    if (there) there.push(guest);
    else found.set(guest.node, [guest]);
  }
  const known = new Map(nodes.map((node) => [node.name, node]));
  const rows: ClusterRow[] = [];
  for (const name of [...found.keys()].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )) {
    const there = found.get(name) ?? [];
    if (looking && there.length === 0) continue;
    // Guests of a node that is not listed are not lost.
    const node = known.get(name) ?? { name, online: false, usage: UNSEEN };
    const open = looking || !closed.has(name);
    const running = there.filter(({ status }) => status === 'running').length;
    rows.push({ kind: 'node', key: nodeKey(name), node, open, running, guests: there.length });
    if (!open) continue;
    there.sort((a, b) => a.id - b.id);
    for (const guest of there) rows.push({ kind: 'guest', key: guestKey(guest.id), guest });
  }
  return rows;
}
