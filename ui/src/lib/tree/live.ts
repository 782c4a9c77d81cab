/**
 * Live folders: machines that hold what they have right now, and not nodes of the vault. What a row is and does is known to
 * who puts it there; here it is only drawn, walked over and run.
 */
import type { Fact } from '$lib/components/facts';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { MenuItems } from '$lib/components/menu';
import type { DotState } from '$lib/components/StatusDot.svelte';
import type { NodeId } from '$lib/host';
import type { Filter } from './filter';
import type { TreeShape } from './model';

export interface LiveRow {
  /** Unlike every node's id. */
  readonly id: string;
  /** The machine that has it. */
  readonly machine: NodeId;
  /** The row it is below: a live one, or the machine. */
  readonly parent: string;
  /** How deep below the machine, from 1. */
  readonly depth: number;
  readonly name: string;
  /** What stands at the end of the row. */
  readonly note: string;
  /** What is said of it. */
  readonly spoken: string;
  readonly icon: IconComponent | null;
  readonly dot: DotState | null;
  /** Whether it is open; null is what cannot be. */
  readonly open: boolean | null;
  /** Place among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  /** What Enter and a double click do. */
  readonly run: () => void;
  readonly menu: () => MenuItems;
  /** What is known of it. */
  readonly facts: () => readonly Fact[];
}

export interface LiveFolder {
  readonly open: boolean;
  /** What is to be seen in it; all of it was found where something is looked for. */
  readonly rows: readonly LiveRow[];
  /** How many of them were looked for themselves. */
  readonly found: number;
}

/** Who knows what is in live folders. */
export interface Live {
  /** The machines that are such folders, with what a filter text finds in them. */
  folders(text: string): ReadonlyMap<NodeId, LiveFolder>;
  /** Opens or closes a machine, or a row of one. */
  toggle(id: string): void;
}

export interface Shown {
  /** Row numbers; below 0 are live rows, of which -1 is the first. */
  readonly places: Int32Array;
  readonly live: readonly LiveRow[];
}

/** Puts what is in open live folders below their machines. */
export function graft(
  shape: TreeShape,
  visible: Int32Array,
  folders: ReadonlyMap<NodeId, LiveFolder>,
): Shown {
  const at = new Map<number, readonly LiveRow[]>();
  let count = 0;
  for (const [id, { open, rows }] of folders) {
    const row = shape.rowOf(id);
    if (row === undefined || !open || rows.length === 0) continue;
    at.set(row, rows);
    count += rows.length;
  }
  if (count === 0) return { places: visible, live: [] };
  const places = new Int32Array(visible.length + count);
  const live: LiveRow[] = [];
  let place = 0;
  for (const row of visible) {
    places[place++] = row;
    for (const each of at.get(row) ?? []) places[place++] = -live.push(each);
  }
  return { places: places.subarray(0, place), live };
}

/** What was found in live folders is found: their machines are on show, and the folders that those are in. */
export function withLive(
  shape: TreeShape,
  filter: Filter,
  folders: ReadonlyMap<NodeId, LiveFolder>,
): Filter {
  let count = filter.count;
  const shown = filter.shown.slice();
  for (const [id, { found }] of folders) {
    const machine = shape.rowOf(id);
    if (machine === undefined || found === 0) continue;
    count += found;
    for (let row = machine; row >= 0; row = shape.parent[row] ?? -1) shown[row] = 1;
  }
  return { ...filter, shown, count };
}
