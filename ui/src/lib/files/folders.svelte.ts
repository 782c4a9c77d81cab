/** The folders that pages of files show, by session, so that a tab that is opened again shows where it was. */

import type { SessionId } from '$lib/host';
import { SvelteMap } from 'svelte/reactivity';

const folders = new SvelteMap<SessionId, string>();
/** Where a page begins that was not shown yet. */
const starts = new Map<SessionId, string>();

/** The folder that is shown of a machine, or was last. */
export function folderOf(id: SessionId): string | undefined {
  return folders.get(id) ?? starts.get(id);
}

export function folderShown(id: SessionId, path: string): void {
  folders.set(id, path);
}

/** Lets the files of a session begin in a folder. */
export function startIn(id: SessionId, path: string): void {
  starts.set(id, path);
}

/** The folder to begin in, once. */
export function takeStart(id: SessionId): string | undefined {
  const path = starts.get(id);
  starts.delete(id);
  return path;
}

export function forgetFolder(id: SessionId): void {
  folders.delete(id);
  starts.delete(id);
}
