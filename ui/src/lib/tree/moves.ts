/** Where dragged or stepped rows would go. The core moves them; this only names the place. */
import type { MovePlace } from '$lib/host';
import { isWithin, type TreeShape } from './model';

export interface Drop {
  place: MovePlace;
  /** The row the mark is drawn at … */
  row: number;
  /** … and where on it. */
  mark: 'before' | 'into' | 'after';
}

/** Says of a row that it stays where it is, at the end of the root: the folder of a workspace. */
type Fixed = (row: number) => boolean;
const none: Fixed = () => false;

/** What lets go at `fraction` (0 top, 1 bottom) of a row means; null where it cannot go. */
export function dropAt(
  shape: TreeShape,
  moving: readonly number[],
  row: number,
  fraction: number,
  open: boolean,
  fixed: Fixed = none,
): Drop | null {
  if (moving.some((each) => isWithin(shape, row, each) || fixed(each))) return null;
  const { ids, folders } = shape.rows;
  const id = ids[row] ?? '';
  if (!folders[row]) {
    const mark = fraction < 0.5 ? 'before' : 'after';
    return { place: { kind: mark, id }, row, mark };
  }
  // Beside it is no place: it stays at the end of the root.
  if (fixed(row)) return { place: { kind: 'endOf', folder: id }, row, mark: 'into' };
  if (fraction < 0.25) return { place: { kind: 'before', id }, row, mark: 'before' };
  // Below an open folder the next thing is its first child: the place a person sees is inside.
  if (fraction > 0.75 && !open) return { place: { kind: 'after', id }, row, mark: 'after' };
  return { place: { kind: 'endOf', folder: id }, row, mark: 'into' };
}

/**
 * One step up or down for rows that are moved together: past a neighbour, into an open folder, or out of their own.
 * Null at the ends.
 */
export function step(
  shape: TreeShape,
  moving: readonly number[],
  direction: 'up' | 'down',
  isOpen: (row: number) => boolean,
  fixed: Fixed = none,
): MovePlace | null {
  const edge = direction === 'up' ? moving[0] : moving.at(-1);
  if (edge === undefined || moving.some(fixed)) return null;
  const { ids } = shape.rows;
  const id = (row: number) => ids[row] ?? '';
  const beside = direction === 'up' ? siblingBefore(shape, edge) : siblingAfter(shape, edge);
  if (beside === null) {
    const parent = shape.parent[edge] ?? -1;
    // Out of a workspace, or into one, is no step: that is a copy, and is asked for by name.
    if (parent < 0 || fixed(parent)) return null;
    return { kind: direction === 'up' ? 'before' : 'after', id: id(parent) };
  }
  if (fixed(beside)) return null;
  if (shape.rows.folders[beside] && isOpen(beside)) {
    const first = beside + 1;
    const empty = first >= (shape.end[beside] ?? first);
    if (direction === 'up' || empty) return { kind: 'endOf', folder: id(beside) };
    return { kind: 'before', id: id(first) };
  }
  return { kind: direction === 'up' ? 'before' : 'after', id: id(beside) };
}

function siblingBefore(shape: TreeShape, row: number): number | null {
  const parent = shape.parent[row] ?? -1;
  let before: number | null = null;
  for (let at = parent + 1; at < row; at = shape.end[at] ?? at + 1) before = at;
  return before;
}

function siblingAfter(shape: TreeShape, row: number): number | null {
  const parent = shape.parent[row] ?? -1;
  const next = shape.end[row] ?? row + 1;
  return next < (parent < 0 ? shape.length : (shape.end[parent] ?? next)) ? next : null;
}
