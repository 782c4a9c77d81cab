/** The words for what is selected and for what a deletion takes away. */

import type { EditInfo, FileCount, FileEntry } from '$lib/host';
import { counted, countText, sizeText } from './format';
import { bytesOf, isFolder } from './listing';
import { displayName } from './names';

/** "3 of 14 selected, 4.58 GB", "14 items, 2 not shown". */
export function statusText(chosen: readonly FileEntry[], count: number, left: number): string {
  const more = left > 0 ? `, ${countText(left)} not shown` : '';
  if (chosen.length === 0) return counted(count, 'item') + more;
  const files = chosen.filter((entry) => !isFolder(entry));
  const size = files.length > 0 ? `, ${sizeText(bytesOf(files))}` : '';
  return `${countText(chosen.length)} of ${countText(count)} selected${size}`;
}

/** "nginx.conf", "3 files", "2 folders and 3 files". */
export function whatText(entries: readonly FileEntry[]): string {
  const [only] = entries;
  if (entries.length === 1 && only) return displayName(only.name);
  const folders = entries.filter(({ kind }) => kind === 'folder').length;
  const files = entries.length - folders;
  return [
    ...(folders > 0 ? [counted(folders, 'folder')] : []),
    ...(files > 0 ? [counted(files, 'file')] : []),
  ].join(' and ');
}

/** What is taken away, where no folder has to be looked into for that. A link goes itself, not what it leads to. */
export function countOf(entries: readonly FileEntry[]): FileCount | null {
  if (entries.some(({ kind }) => kind === 'folder')) return null;
  const bytes = entries.reduce((sum, { kind, size }) => (kind === 'file' ? sum + size : sum), 0);
  return { files: entries.length, folders: 0, bytes, more: false };
}

/** "Delete 2 folders with 1,204 files (3.1 GB)?" */
export function deleteTitle(entries: readonly FileEntry[], count: FileCount | null): string {
  const what = whatText(entries);
  const folders = entries.filter(({ kind }) => kind === 'folder').length;
  if (!count) return `Delete ${what}?`;
  const size = count.bytes > 0 ? ` (${sizeText(count.bytes)})` : '';
  if (folders === 0) return `Delete ${what}${size}?`;
  const number = `${count.more ? 'more than ' : ''}${counted(count.files, 'file')}`;
  if (folders < entries.length) return `Delete ${what}, ${number} altogether${size}?`;
  if (count.files > 0 || count.more) return `Delete ${what} with ${number}${size}?`;
  const inner = count.folders - folders;
  return inner > 0
    ? `Delete ${what} with ${counted(inner, 'empty folder')}?`
    : `Delete ${what}, empty?`;
}

/** More than this is not deleted by a slip: its name is asked for. */
const MANY = 100;

/** What a person has to type before so much is deleted; nothing if a click is enough. */
export function nameToType(entries: readonly FileEntry[], count: FileCount | null): string {
  const folder = entries.find(({ kind }) => kind === 'folder');
  if (!folder || !count) return '';
  const inside = count.files + count.folders - entries.length;
  if (inside <= MANY && !count.more) return '';
  const [only] = entries;
  return entries.length === 1 && only ? displayName(only.name) : whatText(entries);
}

/** "Saved 12:03", "Changed on app-01": where an edited file stands. */
export function editText({ state, machine, uploaded }: EditInfo): string {
  switch (state.kind) {
    case 'saved': {
      if (uploaded === null) return 'Not changed yet';
      const time = new Date(uploaded).toLocaleTimeString('en-GB', {
        hour: '2-digit',
        minute: '2-digit',
      });
      return `Saved ${time}`;
    }
    case 'uploading':
      return 'Uploading';
    case 'waiting':
      return 'Uploads when it is connected again';
    case 'conflict':
      return state.there ? `Changed on ${machine}` : `Gone on ${machine}`;
    case 'failed':
      return state.error.message;
    case 'left':
      return 'Not uploaded';
  }
}
