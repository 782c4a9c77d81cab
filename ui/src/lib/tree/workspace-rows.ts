/** The rows of the tree that are the folder of a workspace: they stand at the end of the root, and stay there. */
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { tree } from './tree.svelte';

export const isWorkspaceRow = (row: number): boolean =>
  workspaces.atRoot(tree.rows.ids[row]) !== undefined;

/** The first of them; undefined if there is none. */
export function firstWorkspaceRow(): number | undefined {
  const rows = workspaces.list.flatMap(({ root }) => tree.shape.rowOf(root) ?? []);
  return rows.length === 0 ? undefined : Math.min(...rows);
}
