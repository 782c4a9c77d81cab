/**
 * The shape of the tree, worked out once per revision from the columns of TreeRows.
 *
 * Typed arrays indexed by row, not objects: 100,000 rows take a few milliseconds and no reactive proxies.
 */
import type { NodeId, TreeRows } from '$lib/host';

export interface TreeShape {
  readonly rows: TreeRows;
  readonly length: number;
  /** The row of the folder a row is in; -1 is the root. */
  readonly parent: Int32Array;
  /** The row after the last one inside; for an entry the next row. */
  readonly end: Int32Array;
  /** Machines inside, at any depth. */
  readonly inside: Int32Array;
  /** Place among its siblings, from 1. */
  readonly position: Int32Array;
  /** How many siblings it is one of. */
  readonly siblings: Int32Array;
  /** Row of a node; undefined if it is not there. */
  readonly rowOf: (id: NodeId) => number | undefined;
}

export const NO_ROWS: TreeRows = {
  revision: 0,
  ids: [],
  depths: [],
  folders: [],
  protocols: [],
  names: [],
  addresses: [],
  tags: [],
  icons: [],
  colors: [],
  direct: [],
  unkept: [],
  managed: [],
};

export function shapeOf(rows: TreeRows): TreeShape {
  const { depths, folders } = rows;
  const length = rows.ids.length;
  const parent = new Int32Array(length);
  const end = new Int32Array(length);
  const inside = new Int32Array(length);
  const position = new Int32Array(length);
  const siblings = new Int32Array(length);
  const open: number[] = [];
  const seen: number[] = [0];
  const close = (row: number, at: number) => {
    end[row] = at;
    const above = parent[row] ?? -1;
    if (above >= 0) inside[above] = (inside[above] ?? 0) + (inside[row] ?? 0);
  };

  for (let row = 0; row < length; row++) {
    const depth = depths[row] ?? 0;
    while (open.length > depth) close(open.pop() ?? 0, row);
    seen.length = depth + 1;
    parent[row] = open.at(-1) ?? -1;
    position[row] = seen[depth] = (seen[depth] ?? 0) + 1;
    end[row] = row + 1;
    if (folders[row]) {
      open.push(row);
      seen[depth + 1] = 0;
    } else {
      const above = parent[row] ?? -1;
      if (above >= 0) inside[above] = (inside[above] ?? 0) + 1;
    }
  }
  while (open.length) close(open.pop() ?? 0, length);
  countSiblings(parent, position, siblings);

  let known: Map<NodeId, number> | null = null;
  const rowOf = (id: NodeId) => {
    known ??= new Map(rows.ids.map((each, row) => [each, row]));
    return known.get(id);
  };
  return { rows, length, parent, end, inside, position, siblings, rowOf };
}

/** The last sibling met going backwards knows how many there are. */
function countSiblings(parent: Int32Array, position: Int32Array, siblings: Int32Array): void {
  const most = new Int32Array(parent.length + 1);
  for (let row = parent.length - 1; row >= 0; row--) {
    const family = (parent[row] ?? -1) + 1;
    most[family] = Math.max(most[family] ?? 0, position[row] ?? 0);
    siblings[row] = most[family] ?? 0;
  }
}

/** Rows of the folders above, outermost first. */
export function above(shape: TreeShape, row: number): number[] {
  const path: number[] = [];
  for (let at = shape.parent[row] ?? -1; at >= 0; at = shape.parent[at] ?? -1) path.unshift(at);
  return path;
}

/** Whether `row` is `folder` or inside it. */
export function isWithin(shape: TreeShape, row: number, folder: number): boolean {
  return row >= folder && row < (shape.end[folder] ?? folder);
}

/** The machines among and inside these nodes, in the order of the tree, each once. */
export function machinesIn(shape: TreeShape, ids: Iterable<NodeId>): NodeId[] {
  return tops(shape, ids).flatMap((top) => {
    const inside: NodeId[] = [];
    for (let row = top; row < (shape.end[top] ?? 0); row++)
      if (!shape.rows.folders[row]) inside.push(shape.rows.ids[row] ?? '');
    return inside;
  });
}

/** The rows of `ids` without those that are inside another of them, in the order of the tree. */
export function tops(shape: TreeShape, ids: Iterable<NodeId>): number[] {
  const rows = [...ids].map(shape.rowOf).filter((row) => row !== undefined);
  rows.sort((a, b) => a - b);
  let until = -1;
  return rows.filter((row) => {
    if (row < until) return false;
    until = shape.end[row] ?? row + 1;
    return true;
  });
}
