import { describe, expect, it } from 'vitest';
import type { FleetResult, FleetRow, WayStatus } from '$lib/host';
import { problem } from '../../../tests/memory/problem';
import { actionsOf, fleetRows, resultText, sumText, troubles } from './rows';

const way = (more: Partial<WayStatus> = {}): WayStatus => ({
  id: 'way',
  kind: 'bmc',
  name: 'IPMI at 198.51.100.7',
  read: null,
  ms: null,
  power: 'on',
  offers: [],
  about: '',
  problem: null,
  question: null,
  ...more,
});
const row = (name: string, more: Partial<FleetRow> = {}): FleetRow => ({
  status: { entry: name, power: 'on', offers: ['shutDown', 'off'], ways: [way()] },
  name,
  path: 'Rack A2',
  sensorsOut: null,
  portsDown: null,
  guests: null,
  tasks: 0,
  ...more,
});
const off = { entry: 'b', power: 'off', offers: ['on'], ways: [] } as const;
const rows = [
  row('pve-10', { sensorsOut: 2 }),
  row('pve-2', { guests: [3, 4], tasks: 1 }),
  row('b', { path: 'Lab', status: { ...off, offers: ['on'], ways: [] } }),
  row('bad', {
    status: {
      ...off,
      entry: 'bad',
      offers: [],
      ways: [way({ problem: problem('timedOut', 'no answer') })],
    },
  }),
];
const names = (list: FleetRow[]) => list.map(({ name }) => name);

describe('the rows of the fleet', () => {
  it('are in the order of folders and names', () => {
    expect(names(fleetRows(rows, { text: '', show: 'all' }))).toEqual([
      'b',
      'bad',
      'pve-2',
      'pve-10',
    ]);
  });

  it('are those that are looked for', () => {
    const shown = (text: string, show: Parameters<typeof fleetRows>[1]['show']) =>
      names(fleetRows(rows, { text, show }, new Set(['b'])));
    expect(shown('rack pve', 'all')).toEqual(['pve-2', 'pve-10']);
    expect(shown('ipmi', 'all')).toHaveLength(3);
    expect(shown('', 'trouble')).toEqual(['bad', 'pve-10']);
    expect(shown('', 'off')).toEqual(['b', 'bad']);
    expect(shown('', 'guests')).toEqual(['pve-2']);
    expect(shown('', 'tasks')).toEqual(['pve-2']);
    expect(shown('', 'failed')).toEqual(['b']);
  });

  it('say which ways fail', () => {
    expect(troubles(rows[3]!)).toEqual(['IPMI at 198.51.100.7: no answer']);
    expect(troubles(rows[0]!)).toEqual([]);
  });

  it('offer what some of them can do', () => {
    expect(actionsOf(rows)).toEqual([
      { action: 'on', count: 1 },
      { action: 'shutDown', count: 2 },
      { action: 'off', count: 2 },
    ]);
  });
});

describe('what came of it', () => {
  const done = (taken: 'done' | 'failed'): FleetResult => ({
    entry: 'x',
    done: {
      entry: 'x',
      action: 'off',
      tries: [{ way: 'way', name: 'IPMI', taken, problem: null }],
      power: 'off',
    },
    problem: null,
  });

  it('is told of each machine and summed up', () => {
    const refused = { entry: 'y', done: null, problem: problem('authFailed', 'wrong password') };
    expect(resultText(refused)).toEqual({ text: 'wrong password', good: false });
    expect(resultText(done('done')).good).toBe(true);
    expect(sumText([done('done'), done('failed'), refused])).toBe('1 done, 2 failed');
    expect(sumText([done('done')])).toBe('1 done');
  });
});
