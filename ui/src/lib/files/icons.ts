/** The icon of a file, by what its name tells of it. */

import Database from '@lucide/svelte/icons/database';
import File from '@lucide/svelte/icons/file';
import FileArchive from '@lucide/svelte/icons/file-archive';
import FileCode from '@lucide/svelte/icons/file-code';
import FileCog from '@lucide/svelte/icons/file-cog';
import FileText from '@lucide/svelte/icons/file-text';
import FolderClosed from '@lucide/svelte/icons/folder-closed';
import Link from '@lucide/svelte/icons/link';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { FileEntry } from '$lib/host';
import { WHO } from './mode';

const KINDS: readonly [IconComponent, string][] = [
  [FileArchive, '7z bz2 deb gz rar rpm tar tgz xz zip zst'],
  [
    FileCode,
    'bash c cfg conf cpp css go h html js json lua php pl ps1 py rb rs sh sql toml ts xml yaml yml',
  ],
  [FileText, 'csv env ini log md rst txt'],
  [Database, 'db dump mdb sqlite sqlite3'],
];
const BY_ENDING = new Map(
  KINDS.flatMap(([icon, endings]) => endings.split(' ').map((ending) => [ending, icon] as const)),
);

export function fileIcon(entry: FileEntry): IconComponent {
  if (entry.kind === 'folder') return FolderClosed;
  if (entry.kind === 'link') return Link;
  if (entry.kind === 'other') return FileCog;
  const ending = entry.name.slice(entry.name.lastIndexOf('.') + 1).toLowerCase();
  // What was put away by its number is still what it was: access.log.4.
  const known = BY_ENDING.get(/^\d+$/.test(ending) ? (entry.name.split('.').at(-2) ?? '') : ending);
  if (known) return known;
  if (ending === entry.name.toLowerCase() && /^[A-Z]+$/.test(entry.name)) return FileText;
  return runs(entry) ? FileCode : File;
}

function runs({ mode }: FileEntry): boolean {
  return mode !== null && WHO.some(({ run }) => (mode & run) !== 0);
}
