// The words of exports.

import type { ExportDone, ExportFormat } from '$lib/host';

export const FORMATS: readonly { value: ExportFormat; label: string }[] = [
  { value: 'archive', label: 'Patchbay archive, encrypted' },
  { value: 'csv', label: 'CSV table' },
  { value: 'ssh-config', label: 'OpenSSH configuration' },
];

/** What a format is for. */
export function hint(format: ExportFormat): string {
  switch (format) {
    case 'archive':
      return 'Folders, machines, identities with their secrets, and host keys, for Patchbay on another computer.';
    case 'csv':
      return 'One row for each machine, with what it inherits, for spreadsheets and other programs.';
    case 'ssh-config':
      return 'Host blocks for ssh, with jump hosts. Keys and passwords stay in the vault.';
  }
}

/** Whether secrets are written, for which the vault's passphrase is asked. */
export function needsProof(format: ExportFormat, passwords: boolean): boolean {
  return format === 'archive' || (format === 'csv' && passwords);
}

/** The name a file is given unless somebody chooses another. */
export function defaultName(what: string, format: ExportFormat): string {
  const name = what.replace(/[\\/:*?"<>|]/g, '-').trim() || 'machines';
  const endings = { archive: '.patchbay-archive', csv: '.csv', 'ssh-config': '.ssh-config' };
  return name + endings[format];
}

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${String(count)} ${many}`;

/** "12 machines, 3 folders, 2 identities". */
export function exportedWords(done: ExportDone): string {
  return [
    counted(done.machines, 'machine', 'machines'),
    done.folders > 0 ? counted(done.folders, 'folder', 'folders') : '',
    done.identities > 0 ? counted(done.identities, 'identity', 'identities') : '',
    done.hostKeys > 0 ? counted(done.hostKeys, 'host key', 'host keys') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
