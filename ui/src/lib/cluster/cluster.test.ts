import { describe, expect, it } from 'vitest';
import type { ClusterGuest, GuestDetail } from '$lib/host';
import { carriedOver, changeOf, errorsOf, formOf } from './config';
import { goesDown, powerActions } from './power';
import { rowsOf } from './rows';
import { cpuText, statusWords, uptimeText, usedText, volumeName } from './words';

const usage = {
  cpu: 0.12,
  cpus: 4,
  memory: 2_100_000_000,
  memoryAll: 4_000_000_000,
  disk: null,
  diskAll: null,
  uptime: 90_000,
};
const guest = (id: number, more: Partial<ClusterGuest> = {}): ClusterGuest => ({
  id,
  kind: 'vm',
  name: `vm-${id}`,
  node: 'pve-01',
  status: 'running',
  template: false,
  lock: null,
  tags: [],
  usage,
  entry: null,
  ...more,
});
const node = (name: string) => ({ name, online: true, usage });
const keys = (rows: { key: string }[]) => rows.map(({ key }) => key);
const all = { text: '', show: 'all' } as const;

describe('the rows of a cluster', () => {
  const cluster = {
    nodes: [node('pve-10'), node('pve-2')],
    guests: [
      guest(101, { node: 'pve-10', status: 'stopped' }),
      guest(100, { node: 'pve-10', tags: ['web'] }),
      guest(102, { node: 'gone' }),
    ],
  };

  it('are the nodes with their guests, in order', () => {
    expect(keys(rowsOf(cluster, all, new Set()))).toEqual([
      'node gone',
      'guest 102',
      'node pve-2',
      'node pve-10',
      'guest 100',
      'guest 101',
    ]);
  });

  it('are without the guests of a closed node, which still counts them', () => {
    const rows = rowsOf(cluster, all, new Set(['pve-10']));
    expect(keys(rows)).not.toContain('guest 100');
    expect(rows.at(-1)).toMatchObject({ kind: 'node', open: false, running: 1, guests: 2 });
  });

  it('are only what is looked for, open or not', () => {
    const closed = new Set(['pve-10']);
    expect(keys(rowsOf(cluster, { text: 'WEB pve-10', show: 'all' }, closed))).toEqual([
      'node pve-10',
      'guest 100',
    ]);
    expect(keys(rowsOf(cluster, { text: '', show: 'stopped' }, closed))).toEqual([
      'node pve-10',
      'guest 101',
    ]);
  });

  it('of 5,000 guests are put together quickly enough to type against', () => {
    const guests = Array.from({ length: 5000 }, (_, at) => guest(100 + at));
    expect(rowsOf({ nodes: [], guests }, { text: 'vm-49', show: 'all' }, new Set())).toHaveLength(
      1 + guests.filter(({ name }) => name.includes('vm-49')).length,
    );
  });
});

describe('the power of a guest', () => {
  it('offers what fits its state', () => {
    expect(powerActions(guest(1, { status: 'stopped' }))).toEqual(['start']);
    expect(powerActions(guest(1))).toContain('reset');
    expect(powerActions(guest(1, { kind: 'container' }))).toEqual(['shutDown', 'reboot', 'stop']);
    expect(powerActions(guest(1, { status: 'paused' }))[0]).toBe('resume');
    expect(powerActions(guest(1, { template: true }))).toEqual([]);
  });

  it('asks before anything stops', () => {
    expect(goesDown('start')).toBe(false);
    expect(goesDown('reboot')).toBe(true);
  });
});

describe('the configuration of a guest', () => {
  const detail: GuestDetail = {
    guest: guest(100),
    digest: 'abc',
    description: '',
    cores: 2,
    sockets: 1,
    cpuLimit: 0,
    cpuUnits: null,
    memory: 2048,
    balloon: 0,
    disks: [],
    snapshots: [],
    other: [],
  };
  const form = formOf(detail);

  it('sends only what was changed, with the digest of what was read', () => {
    expect(changeOf(form, detail)).toBeNull();
    expect(changeOf({ ...form, memory: '4096' }, detail)).toEqual({
      digest: 'abc',
      name: null,
      description: null,
      cores: null,
      sockets: null,
      cpuLimit: null,
      cpuUnits: null,
      memory: 4096,
      balloon: null,
    });
    expect(changeOf({ ...form, description: 'web' }, detail)).toMatchObject({ description: 'web' });
  });

  it('says what is wrong', () => {
    expect(errorsOf(form, detail)).toEqual({});
    expect(errorsOf({ ...form, cores: '1.5', memory: '', sockets: '9' }, detail)).toEqual({
      cores: 'Type a whole number.',
      memory: 'Type a whole number.',
      sockets: 'From 1 to 4.',
    });
    expect(errorsOf({ ...form, cpuLimit: '1.5' }, detail)).toEqual({});
    expect(errorsOf({ ...form, balloon: '4096' }, detail)).toHaveProperty('balloon');
    expect(errorsOf({ ...form, name: 'a b' }, detail)).toHaveProperty('name');
  });

  it('keeps what was typed when somebody else changed the rest', () => {
    const now = { ...detail, digest: 'def', cores: 8, memory: 1024 };
    const over = carriedOver({ ...form, memory: '4096' }, detail, now);
    expect(over).toMatchObject({ cores: '8', memory: '4096' });
    expect(changeOf(over, now)).toMatchObject({ digest: 'def', memory: 4096, cores: null });
  });
});

describe('the words for guests', () => {
  it('are short', () => {
    expect(statusWords(guest(1, { lock: 'backup' }))).toBe('running, locked: backup');
    expect(statusWords(guest(1, { template: true, status: 'stopped' }))).toBe('template');
    expect(cpuText(usage)).toBe('12% of 4 cores');
    expect(cpuText({ ...usage, cpu: null, cpus: 1 })).toBe('1 core');
    expect(usedText(usage.memory, usage.memoryAll)).toBe('2.10 of 4.00 GB');
    expect(usedText(null, null)).toBe('');
    expect(uptimeText(90_000)).toBe('1 d');
    expect(uptimeText(0)).toBe('');
    expect(volumeName('local:iso/debian.iso')).toBe('debian.iso');
    expect(volumeName('local-lvm:vm-100-disk-0')).toBe('vm-100-disk-0');
  });
});
