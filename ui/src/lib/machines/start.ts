// What is typed into a new tab.

import type { NodeId, TreeRows } from '$lib/host';

/** The one machine that is called or addressed by exactly this; none if there are several. */
export function machineCalled(rows: TreeRows, text: string): NodeId | null {
  const wanted = text.trim().toLowerCase();
  const found = rows.ids.filter(
    (_, at) =>
      rows.folders[at] !== 1 &&
      (rows.names[at]?.toLowerCase() === wanted || rows.addresses[at]?.toLowerCase() === wanted),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}
