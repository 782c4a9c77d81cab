/**
 * Tabs and the panes they are split into, as plain data and functions that return new data.
 *
 * Deliberately absent: sessions, commands and reactivity (`tabs.svelte.ts`), what moves panes between
 * tabs (`arrange.ts`), and the form in which layouts are kept (`layout.ts`).
 */

/** What a session was opened to. */
export type KeptTarget =
  | { kind: 'entry'; id: string }
  /** The folder it showed. */
  | { kind: 'files'; id: string; folder?: string }
  /** The serial console of a machine. One that somebody else has open is never ended by itself: `endStale` is not kept. */
  | { kind: 'serialOverLan'; id: string; way: string; endStale: boolean }
  /** A console that a conserver keeps. It is never taken over by itself: `force` is not kept. */
  | { kind: 'conserver'; id: string; way: string; force: boolean }
  /** The console of a guest of a cluster. */
  | { kind: 'guest'; id: string; guest: number; screen: boolean }
  /** A shell of a node of a cluster. */
  | { kind: 'nodeShell'; id: string; node: string }
  | { kind: 'localShell' };

/** What a pane shows. `queued` is a session that waits for its turn to be opened. */
export type TabSpec =
  | { kind: 'session'; sessionId: string }
  | { kind: 'queued'; target: KeptTarget }
  | { kind: 'editor'; nodeId?: string; parent?: string | null; folder?: boolean }
  | { kind: 'settings'; section?: string }
  | { kind: 'tunnels'; entry: string }
  /** Power and hardware of a machine, by the ways to manage it. */
  | { kind: 'power'; entry: string }
  | { kind: 'identities' }
  | { kind: 'people' }
  /** People, permissions and the own account at the team server of a workspace. */
  | { kind: 'workspace'; id: string; section?: string }
  | { kind: 'recordings' }
  | { kind: 'desktops' }
  | { kind: 'snippets' }
  | { kind: 'run'; runId?: string }
  /** Nodes and guests of a cluster, and the one to show. */
  | { kind: 'guests'; entry: string; guest?: number }
  /** Ports of a switch, outlets of a power unit, and ports of a console server. */
  | { kind: 'ports'; entry: string }
  | { kind: 'outlets'; entry: string }
  | { kind: 'consoles'; entry: string }
  | { kind: 'fleet' }
  | { kind: 'import' }
  | { kind: 'start' };

/** Side by side, or one above the other. */
export type SplitDirection = 'row' | 'column';
export type Side = 'left' | 'right' | 'up' | 'down';

export interface PaneLeaf {
  kind: 'pane';
  id: string;
  spec: TabSpec;
}

export interface PaneSplit {
  kind: 'split';
  id: string;
  direction: SplitDirection;
  children: PaneNode[];
  /** Percent of the split each child has; adds up to 100. */
  sizes: number[];
}

export type PaneNode = PaneLeaf | PaneSplit;

export interface Tab {
  id: string;
  /** The name a person gave it; `null` is that of what it shows. */
  name: string | null;
  root: PaneNode;
  /** The pane that has, or had last, the keyboard. */
  focused: string;
  /** That pane fills the tab; the others are still there. */
  zoomed: boolean;
}

/** More panes in one tab are too small to read, and are not kept. */
export const MOST_PANES = 16;
/** The least room a pane has, in percent of its split. */
export const SMALLEST = 8;

let counter = 0;
/** An id for a tab, pane or split; unique in this window. */
export function freshId(kind: 'tab' | 'pane' | 'split'): string {
  counter += 1;
  return `${kind}-${counter}`;
}

export function makePane(spec: TabSpec): PaneLeaf {
  return { kind: 'pane', id: freshId('pane'), spec };
}

export function makeTab(spec: TabSpec): Tab {
  const root = makePane(spec);
  return { id: freshId('tab'), name: null, root, focused: root.id, zoomed: false };
}

/** All panes, in reading order. */
export function panes(node: PaneNode): PaneLeaf[] {
  return node.kind === 'pane' ? [node] : node.children.flatMap(panes);
}

export function findPane(node: PaneNode, id: string): PaneLeaf | undefined {
  return panes(node).find((pane) => pane.id === id);
}

/** Puts `added` beside a pane. In a split of the same direction it joins the row, and room is shared. */
export function splitPane(node: PaneNode, target: string, side: Side, added: PaneNode): PaneNode {
  const direction: SplitDirection = side === 'left' || side === 'right' ? 'row' : 'column';
  const after = side === 'right' || side === 'down';
  if (node.kind === 'pane') {
    if (node.id !== target) return node;
    const children = after ? [node, added] : [added, node];
    return { kind: 'split', id: freshId('split'), direction, children, sizes: [50, 50] };
  }
  const at = node.children.findIndex((child) => child.kind === 'pane' && child.id === target);
  if (at >= 0 && node.direction === direction) {
    const half = (node.sizes[at] ?? 0) / 2;
    const sizes = node.sizes.toSpliced(at, 1, half, half);
    return { ...node, children: node.children.toSpliced(after ? at + 1 : at, 0, added), sizes };
  }
  return withChildren(node, (child) => splitPane(child, target, side, added));
}

/** Takes a pane away; its room goes to its neighbours. `null` if it was the last. */
export function removePane(node: PaneNode, id: string): PaneNode | null {
  if (node.kind === 'pane') return node.id === id ? null : node;
  const children: PaneNode[] = [];
  const sizes: number[] = [];
  node.children.forEach((child, index) => {
    const kept = removePane(child, id);
    if (!kept) return;
    children.push(kept);
    sizes.push(node.sizes[index] ?? 0);
  });
  const [only, second] = children;
  if (!only) return null;
  if (!second) return only;
  return { ...node, children, sizes: toPercent(sizes) };
}

/** Without splits of one direction right inside each other: their panes are in one row. */
export function tidy(node: PaneNode): PaneNode {
  if (node.kind === 'pane') return node;
  const split = withChildren(node, tidy);
  if (!split.children.some((child) => isAlong(child, split.direction))) return split;
  const sizes = split.children.flatMap((child, at) => {
    const room = split.sizes[at] ?? 0;
    return isAlong(child, split.direction)
      ? child.sizes.map((size) => (size * room) / 100)
      : [room];
  });
  const children = split.children.flatMap((child) =>
    isAlong(child, split.direction) ? child.children : [child],
  );
  return { ...split, children, sizes };
}

function isAlong(node: PaneNode, direction: SplitDirection): node is PaneSplit {
  return node.kind === 'split' && node.direction === direction;
}

/** Changes what a pane shows. */
export function showIn(node: PaneNode, id: string, spec: TabSpec): PaneNode {
  if (node.kind === 'pane') return node.id === id ? { ...node, spec } : node;
  return withChildren(node, (child) => showIn(child, id, spec));
}

/** The split with changed children; the very same one if none has changed. */
function withChildren(split: PaneSplit, change: (child: PaneNode) => PaneNode): PaneSplit {
  const children = split.children.map(change);
  return children.every((child, at) => child === split.children[at])
    ? split
    : { ...split, children };
}

/** Remembers how much room the children of a split have. */
export function resizeSplit(node: PaneNode, id: string, sizes: number[]): PaneNode {
  if (node.kind === 'pane') return node;
  if (node.id === id) {
    const same = sizes.every((size, at) => near(size, node.sizes[at] ?? 0));
    return same || sizes.length !== node.children.length ? node : { ...node, sizes };
  }
  return withChildren(node, (child) => resizeSplit(child, id, sizes));
}

/**
 * Moves an edge of a pane to a side by percent of its split: the edge on that side, or the other one if there the tab
 * ends. The very same node if nothing can move.
 */
export function nudge(node: PaneNode, id: string, side: Side, by: number): PaneNode {
  if (node.kind === 'pane') return node;
  const at = node.children.findIndex((child) => findPane(child, id));
  if (at < 0) return node;
  // The innermost split of that direction is the one whose edge the pane has.
  const inner = withChildren(node, (child) => nudge(child, id, side, by));
  const direction: SplitDirection = side === 'left' || side === 'right' ? 'row' : 'column';
  if (inner !== node || node.direction !== direction) return inner;
  const forward = side === 'right' || side === 'down';
  const first = forward ? Math.min(at, node.children.length - 2) : at > 0 ? at - 1 : 0;
  const grows = forward ? first : first + 1;
  const shrinks = forward ? first + 1 : first;
  const step = Math.min(by, (node.sizes[shrinks] ?? 0) - SMALLEST);
  if (step <= 0.01) return node;
  const sizes = node.sizes.with(grows, (node.sizes[grows] ?? 0) + step);
  return { ...node, sizes: sizes.with(shrinks, (node.sizes[shrinks] ?? 0) - step) };
}

interface Rect {
  id: string;
  x: number;
  y: number;
  right: number;
  bottom: number;
}

/** The pane next to another one on a side: of those that touch it, the one that overlaps most. */
export function neighbour(root: PaneNode, id: string, side: Side): string | undefined {
  const rects = place(root, { x: 0, y: 0, right: 100, bottom: 100 });
  const from = rects.find((rect) => rect.id === id);
  if (!from) return undefined;
  const sideways = side === 'left' || side === 'right';
  const touches = (to: Rect): boolean => {
    if (side === 'left') return near(to.right, from.x);
    if (side === 'right') return near(to.x, from.right);
    if (side === 'up') return near(to.bottom, from.y);
    return near(to.y, from.bottom);
  };
  const overlap = (to: Rect): number =>
    sideways
      ? Math.min(to.bottom, from.bottom) - Math.max(to.y, from.y)
      : Math.min(to.right, from.right) - Math.max(to.x, from.x);
  const best = rects
    .filter((to) => to.id !== id && touches(to) && overlap(to) > 0.01)
    .sort((a, b) => overlap(b) - overlap(a))[0];
  return best?.id;
}

/** Moves the item at one place to another. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const item = list[from];
  if (item === undefined) return [...list];
  return list.toSpliced(from, 1).toSpliced(Math.max(0, Math.min(list.length - 1, to)), 0, item);
}

/** Sizes as percent that add up to 100; equal ones if they say nothing. */
export function toPercent(sizes: readonly number[]): number[] {
  const valid = sizes.every((size) => Number.isFinite(size) && size > 0);
  const sum = sizes.reduce((total, size) => total + size, 0);
  return valid ? sizes.map((size) => (size / sum) * 100) : sizes.map(() => 100 / sizes.length);
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.01;
}

function place(node: PaneNode, area: Omit<Rect, 'id'>): Rect[] {
  if (node.kind === 'pane') return [{ id: node.id, ...area }];
  const row = node.direction === 'row';
  let at = row ? area.x : area.y;
  const room = row ? area.right - area.x : area.bottom - area.y;
  return node.children.flatMap((child, index) => {
    const end = at + (room * (node.sizes[index] ?? 0)) / 100;
    const part = row ? { ...area, x: at, right: end } : { ...area, y: at, bottom: end };
    at = end;
    return place(child, part);
  });
}
