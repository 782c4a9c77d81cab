/** What a folder shows, in which order. Plain data: a folder may hold 100,000 files. */

import type { FileEntry } from '$lib/host';

export type SortBy = 'name' | 'size' | 'modified' | 'mode';

export interface Sort {
  by: SortBy;
  descending: boolean;
}

export interface Wanted {
  sort: Sort;
  /** What names must hold. */
  filter: string;
  /** Show names that begin with a dot. */
  hidden: boolean;
}

/** The first row: the folder above. */
export const UP: FileEntry = {
  name: '..',
  kind: 'folder',
  size: 0,
  modified: null,
  mode: null,
  owner: null,
  group: null,
  leadsTo: null,
  end: null,
};

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Whether it can be gone into. */
export function isFolder(entry: FileEntry): boolean {
  return entry.kind === 'folder' || (entry.kind === 'link' && entry.end === 'folder');
}

/** What a machine sends may name the same thing twice, or the folder itself: a row is found by its name. */
export function cleaned(entries: readonly FileEntry[]): FileEntry[] {
  const seen = new Set<string>(['', '.', '..']);
  return entries.filter(({ name }) => !seen.has(name) && seen.add(name));
}

/**
 * By name, numbers by their value. The collator needs a microsecond for two names, so that sorting 100,000 by it alone
 * takes half a second: they are brought near to their order by plain keys first, and then it only looks at neighbours.
 */
export function byName(entries: readonly FileEntry[]): FileEntry[] {
  const keys = entries.map(({ name }) => keyOf(name));
  const order = new Uint32Array(entries.length).map((_, at) => at);
  order.sort((a, b) => {
    const [one = '', other = ''] = [keys[a], keys[b]];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  const near: FileEntry[] = [];
  for (const at of order) {
    const entry = entries[at];
    if (entry) near.push(entry);
  }
  return near.sort((a, b) => collator.compare(a.name, b.name));
}

/** In lower case, each number after the count of its digits. */
function keyOf(name: string): string {
  let key = '';
  let from = 0;
  for (let at = 0; at < name.length; at++) {
    if (!isDigit(name, at)) continue;
    let end = at + 1;
    while (end < name.length && isDigit(name, end)) end++;
    key += name.slice(from, at) + String.fromCharCode(0x30 + Math.min(end - at, 9));
    from = at;
    at = end;
  }
  return (key + name.slice(from)).toLowerCase();
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** What is shown of a folder, folders first. `ordered` is by name, and stays so among equals. */
export function arrange(ordered: readonly FileEntry[], wanted: Wanted): FileEntry[] {
  const words = wanted.filter.trim().toLowerCase();
  const folders: FileEntry[] = [];
  const others: FileEntry[] = [];
  for (const entry of ordered) {
    if (!wanted.hidden && entry.name.startsWith('.')) continue;
    if (words !== '' && !entry.name.toLowerCase().includes(words)) continue;
    (isFolder(entry) ? folders : others).push(entry);
  }
  return [...sorted(folders, wanted.sort, true), ...sorted(others, wanted.sort, false)];
}

function sorted(entries: FileEntry[], { by, descending }: Sort, folders: boolean): FileEntry[] {
  if (by === 'name') return descending ? entries.reverse() : entries;
  // The size of a folder is that of its own record, which means nothing to anybody.
  if (by === 'size' && folders) return entries;
  const sign = descending ? -1 : 1;
  return entries.sort((a, b) => {
    const [one, other] = [a[by], b[by]];
    // What is not known comes last, whichever way.
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * (one - other);
  });
}

/** What clicking a column's head does: by it, and the other way round the second time. */
export function sortedBy(sort: Sort, by: SortBy): Sort {
  if (sort.by === by) return { by, descending: !sort.descending };
  // Who sorts by size or date looks for the largest or the latest.
  return { by, descending: by === 'size' || by === 'modified' };
}

/** Bytes of all the files among entries. */
export function bytesOf(entries: readonly FileEntry[]): number {
  return entries.reduce((sum, entry) => (isFolder(entry) ? sum : sum + entry.size), 0);
}
