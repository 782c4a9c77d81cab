/**
 * Clusters as live folders of the tree: below a machine that leads to one stand its nodes and guests, as they are now.
 *
 * They are closed until somebody opens them, and nothing is asked of a cluster that is closed.
 */

import Box from '@lucide/svelte/icons/box';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import Monitor from '@lucide/svelte/icons/monitor';
import Server from '@lucide/svelte/icons/server';
import { ways } from '$lib/devices/ways.svelte';
import type { Fact } from '$lib/components/facts';
import {
  inWords,
  type ApiError,
  type Cluster,
  type ClusterUsage,
  type ErrorCode,
  type NodeId,
} from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import type { Live, LiveFolder, LiveRow } from '$lib/tree/live';
import { flipped, readIds, writeIds } from '$lib/tree/opened';
import { tree } from '$lib/tree/tree.svelte';
import { clusters } from './clusters.svelte';
import { guestMenu, nodeMenu } from './consoles';
import { nodeKey, rowsOf, type ClusterRow } from './rows';
import {
  cpuText,
  guestDot,
  guestTitle,
  KIND_WORDS,
  nodeDot,
  statusWords,
  uptimeText,
  usedText,
} from './words';

const OPEN_KEY = 'patchbay.open-clusters';

class InTree implements Live {
  #open = $state.raw<ReadonlySet<NodeId>>(new Set());
  /** Closed nodes: ids of their rows. */
  #closed = $state.raw<ReadonlySet<string>>(new Set());
  /** Those that are open and still lead to a cluster; a text, so that it stays the same while they do. */
  readonly #followed = $derived([...this.#open].filter(isCluster).join(' '));

  /** Puts them into the tree and follows those that are open; the returned function stops and forgets. */
  start(): () => void {
    this.#show(readIds(OPEN_KEY));
    tree.source = this;
    const stop = $effect.root(() => {
      $effect(() => {
        const stops = this.#followed
          .split(' ')
          .flatMap((id) => (id ? clusters.of(id).watch() : []));
        return () => stops.forEach((each) => each());
      });
    });
    return () => {
      stop();
      tree.source = null;
      this.#closed = new Set();
    };
  }

  folders(text: string): ReadonlyMap<NodeId, LiveFolder> {
    const folders = new Map<NodeId, LiveFolder>();
    for (const { id, kinds } of tree.rows.managed)
      if (kinds.includes('proxmox')) folders.set(id, this.#folder(id, text.trim()));
    return folders;
  }

  toggle(id: string): void {
    if (isCluster(id)) {
      this.#show(flipped(this.#open, id));
      writeIds(OPEN_KEY, this.#open);
    } else this.#closed = flipped(this.#closed, id);
  }

  #show(open: ReadonlySet<NodeId>): void {
    // What is made while the rows are worked out would not be followed by them.
    for (const entry of open) clusters.of(entry);
    this.#open = open;
  }

  #folder(entry: NodeId, text: string): LiveFolder {
    if (!this.#open.has(entry)) return { open: false, rows: [], found: 0 };
    const { value, problem } = clusters.of(entry).reading;
    const rows = value ? this.#rows(entry, value, text) : [];
    const found = text ? rows.filter(({ open }) => open === null).length : 0;
    if (problem) rows.unshift(note(entry, WRONG[problem.code] ?? 'Does not answer', problem));
    else if (!value) rows.unshift(note(entry, 'Reading…', null));
    else if (rows.length === 0 && !text) rows.unshift(note(entry, 'No nodes to see', null));
    return text && found === 0 ? { open: false, rows: [], found } : { open: true, rows, found };
  }

  #rows(entry: NodeId, cluster: Cluster, text: string): LiveRow[] {
    const prefix = `${entry} ${nodeKey('')}`;
    const closed = new Set(
      [...this.#closed].flatMap((id) => (id.startsWith(prefix) ? id.slice(prefix.length) : [])),
    );
    // A tag is found as any other word of a guest.
    const wanted = { text: text.replaceAll('tag:', ''), show: 'all' } as const;
    const rows = rowsOf(cluster, wanted, closed);
    const nodes = rows.filter(({ kind }) => kind === 'node').length;
    const drawn: LiveRow[] = [];
    let [place, node, siblings, guest] = [0, '', 0, 0];
    for (const row of rows) {
      if (row.kind === 'node') {
        [node, siblings, guest] = [`${entry} ${row.key}`, row.guests, 0];
        drawn.push(nodeRow(entry, row, ++place, nodes));
      } else drawn.push(guestRow(entry, row, { node, position: ++guest, siblings }));
    }
    return drawn;
  }
}

/** Why there are no guests, in a few words. */
const WRONG: Partial<Record<ErrorCode, string>> = {
  hostKey: 'Its certificate is not trusted yet',
  needsCode: 'Asks for a code',
};

const isCluster = (entry: NodeId) => ways.has(entry, 'proxmox');

type Of<K extends ClusterRow['kind']> = Extract<ClusterRow, { kind: K }>;

function nodeRow(entry: NodeId, row: Of<'node'>, position: number, siblings: number): LiveRow {
  const { node, running, guests } = row;
  const id = `${entry} ${row.key}`;
  return {
    id,
    machine: entry,
    parent: entry,
    depth: 1,
    name: node.name,
    note: `${running}/${guests}`,
    spoken: `${node.name}, node, ${node.online ? 'online' : 'offline'}, ${running} of ${guests} guests run`,
    icon: Server,
    dot: nodeDot(node),
    open: row.open,
    position,
    siblings,
    run: () => inTree.toggle(id),
    menu: () => nodeMenu(entry, node),
    facts: () => [
      ['Node', node.online ? 'online' : 'offline'],
      ['Guests', `${running} of ${guests} run`],
      ...used(node.usage),
    ],
  };
}

function guestRow(
  entry: NodeId,
  { key, guest }: Of<'guest'>,
  { node, position, siblings }: { node: string; position: number; siblings: number },
): LiveRow {
  return {
    id: `${entry} ${key}`,
    machine: entry,
    parent: node,
    depth: 2,
    name: guest.name || String(guest.id),
    note: String(guest.id),
    spoken: `${guestTitle(guest)}, ${statusWords(guest)}`,
    icon: guest.kind === 'vm' ? Monitor : Box,
    dot: guestDot(guest),
    open: null,
    position,
    siblings,
    run: () => guestMenu(entry, guest)[0]?.run(),
    menu: () => guestMenu(entry, guest),
    facts: () => [
      ['Number', String(guest.id), true],
      ['Kind', guest.template ? 'Template' : KIND_WORDS[guest.kind]],
      ['Status', statusWords(guest)],
      ['Node', guest.node],
      ...used(guest.usage),
      ...(guest.tags.length ? [['Tags', guest.tags.join(', ')] as const] : []),
    ],
  };
}

/** How it is used, as far as that is known. */
function used(usage: ClusterUsage): Fact[] {
  const facts: Fact[] = [
    ['CPU', cpuText(usage)],
    ['Memory', usedText(usage.memory, usage.memoryAll)],
    ['Disk', usedText(usage.disk, usage.diskAll)],
    ['Up', uptimeText(usage.uptime)],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** What is said in place of guests, or above those that were there before. */
function note(entry: NodeId, name: string, problem: ApiError | null): LiveRow {
  // A certificate is looked at where all ways of the machine are.
  const kind = problem?.code === 'hostKey' ? 'power' : 'guests';
  const show = () => tabs.open({ kind, entry });
  return {
    id: `${entry} note`,
    machine: entry,
    parent: entry,
    depth: 1,
    name,
    note: '',
    spoken: problem ? `${name}: ${problem.message}` : name,
    icon: problem ? CircleAlert : null,
    dot: null,
    open: null,
    position: 1,
    siblings: 1,
    run: show,
    menu: () => [{ label: problem ? 'Show what is wrong' : 'Show the guests', run: show }],
    facts: () => (problem ? [['Why', inWords(problem)]] : []),
  };
}

export const inTree = new InTree();
