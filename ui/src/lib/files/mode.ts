/** Permissions: the low twelve bits of `st_mode` (POSIX), as text and bit by bit. */

import type { FileEntry, FileKind } from '$lib/host';

export const SETUID = 0o4000;
export const SETGID = 0o2000;
export const STICKY = 0o1000;

/** Who, and the bits that let them read, write, and run or enter. */
export const WHO = [
  { name: 'Owner', read: 0o400, write: 0o200, run: 0o100 },
  { name: 'Group', read: 0o040, write: 0o020, run: 0o010 },
  { name: 'Others', read: 0o004, write: 0o002, run: 0o001 },
] as const;

export const SPECIAL = [
  { bit: SETUID, name: 'Run as its owner (setuid)' },
  { bit: SETGID, name: 'Run as its group; in a folder, pass the group on (setgid)' },
  { bit: STICKY, name: 'Only owners delete what is in the folder (sticky)' },
] as const;

const SIGNS: Record<FileKind, string> = { file: '-', folder: 'd', link: 'l', other: '?' };

/** "drwxr-xr-x"; nothing if the permissions are not told. */
export function modeText({ kind, mode }: Pick<FileEntry, 'kind' | 'mode'>): string {
  if (mode === null) return '';
  const [owner, group, others] = WHO.map(({ read, write, run }, at) => {
    const special = [SETUID, SETGID, STICKY][at] ?? 0;
    const letter = at === 2 ? 't' : 's';
    const runs = (mode & run) !== 0;
    const last = (mode & special) === 0 ? (runs ? 'x' : '-') : runs ? letter : letter.toUpperCase();
    return `${mode & read ? 'r' : '-'}${mode & write ? 'w' : '-'}${last}`;
  });
  return `${SIGNS[kind]}${owner}${group}${others}`;
}

/** "644", "4755". */
export function octalText(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

/** The permissions that three or four octal digits say, or null. */
export function parseOctal(text: string): number | null {
  return /^[0-7]{3,4}$/.test(text.trim()) ? parseInt(text.trim(), 8) : null;
}

/** With a bit set or not. */
export function withBit(mode: number, bit: number, on: boolean): number {
  return on ? mode | bit : mode & ~bit;
}
