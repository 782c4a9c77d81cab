/** Files and tasks for tests. */

import type { FileEntry, TaskInfo } from '$lib/host';

export function entry(name: string, more: Partial<FileEntry> = {}): FileEntry {
  return {
    name,
    kind: 'file',
    size: 100,
    modified: 0,
    mode: 0o644,
    owner: 'ops',
    group: 'ops',
    leadsTo: null,
    end: null,
    ...more,
  };
}

export const folder = (name: string): FileEntry => entry(name, { kind: 'folder', mode: 0o755 });

export function task(id: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    id,
    kind: 'download',
    title: 'orders.dump',
    from: 'app-01:/srv/orders',
    to: '~/ops',
    state: { kind: 'running' },
    at: '',
    filesDone: 0,
    files: 1,
    skipped: 0,
    bytesDone: 0,
    bytes: 0,
    rate: 0,
    began: 0,
    touches: [],
    problems: [],
    verifiable: false,
    ...more,
  };
}
