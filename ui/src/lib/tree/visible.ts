/** The rows on show, in order, as row numbers: what the virtual list draws a window of. */
import type { NodeId } from '$lib/host';
import type { Filter } from './filter';
import type { TreeShape } from './model';

/**
 * Without a filter every folder is open but those in `toggled`. With one, folders that hold something found are open and
 * those found only by their own name are closed; `toggled` is what the person changed of that.
 */
export function visibleRows(
  shape: TreeShape,
  toggled: ReadonlySet<NodeId>,
  filter: Filter | null,
): Int32Array {
  const { rows, end, length } = shape;
  const visible = new Int32Array(length);
  let count = 0;
  let allUntil = -1;
  for (let row = 0; row < length;) {
    if (filter && row >= allUntil && !filter.shown[row]) {
      row = end[row] ?? row + 1;
      continue;
    }
    visible[count++] = row;
    if (!rows.folders[row]) {
      row++;
      continue;
    }
    const holds = !filter || row < allUntil || holdsFound(shape, filter, row);
    const open = holds !== toggled.has(rows.ids[row] ?? '');
    if (open && !holds) allUntil = end[row] ?? row + 1;
    row = open ? row + 1 : (end[row] ?? row + 1);
  }
  return visible.subarray(0, count);
}

/** Whether anything inside a folder is found, not only the folder itself. */
function holdsFound(shape: TreeShape, filter: Filter, folder: number): boolean {
  if (!filter.found[folder]) return true;
  const end = shape.end[folder] ?? folder;
  for (let row = folder + 1; row < end; row++) if (filter.found[row]) return true;
  return false;
}

/** Whether a folder on show is open. */
export function isOpen(visible: Int32Array, at: number, shape: TreeShape): boolean {
  const row = visible[at] ?? -1;
  const next = visible[at + 1];
  return next !== undefined && (shape.parent[next] ?? -1) === row;
}
