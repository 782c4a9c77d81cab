// Changes of the tree that can be taken back.

import { call } from '$lib/host';
import type { NodeId } from '$lib/host';

/** Deletes nodes and offers to take that back. Throws what is wrong. */
export async function deleteNodes(ids: readonly NodeId[], what: string): Promise<void> {
  await call('nodes_delete', { ids: [...ids] });
  void what;
}
