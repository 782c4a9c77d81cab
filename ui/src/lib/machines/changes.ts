// Changes of the tree that can be taken back.

import { notices } from '$lib/frame/notices.svelte';
import { call } from '$lib/host';
import type { NodeId } from '$lib/host';

/** Deletes nodes and offers to take that back. Throws what is wrong. */
export async function deleteNodes(ids: readonly NodeId[], what: string): Promise<void> {
  const undo = await call('nodes_delete', { ids: [...ids] });
  notices.undo(`Deleted ${what}.`, () => call('nodes_undelete', { undo }));
}
