import { beforeEach, expect, it } from 'vitest';
import { useHost } from '$lib/host';
import type { ImportPreview, ImportRow, ImportTable } from '$lib/host';
import { doneWords, fileWords, ImportRun, matching } from './import.svelte';

const row = (name: string, there: string | null = null): ImportRow => ({
  key: `0 ${name}`,
  kind: 'machine',
  name,
  folder: 'Lab',
  summary: `ops@${name}.example.net`,
  signIn: [],
  jumps: [],
  there,
});

const preview = (more: Partial<ImportPreview> = {}): ImportPreview => ({
  path: '/home/ops/.ssh/config',
  format: 'openssh',
  formatName: 'OpenSSH configuration',
  lock: 'open',
  rows: [row('web'), row('db', 'Lab/db'), row('lb')],
  remarks: [],
  table: null,
  ...more,
});

let calls: [string, unknown][];
let shown: ImportPreview;

beforeEach(() => {
  calls = [];
  shown = preview();
  useHost({
    call: (name, args) => {
      calls.push([name, args]);
      if (name === 'import_preview') return Promise.resolve(shown);
      if (name === 'import_apply')
        return Promise.resolve({
          machines: 1,
          folders: 1,
          hostKeys: 0,
          added: ['node'],
          identities: ['identity'],
          remarks: [],
        });
      return Promise.resolve(null);
    },
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
});

it('picks what is not there yet, and lets a person pick the rest', async () => {
  const run = new ImportRun();
  await run.read();
  expect(run.path).toBe('/home/ops/.ssh/config');
  expect([...run.picked]).toEqual(['0 web', '0 lb']);
  run.toggle(row('db', 'Lab/db'));
  expect(run.picked.has('0 db')).toBe(true);
});

it('picks and leaves all that the filter shows', async () => {
  const run = new ImportRun();
  await run.read();
  run.filter = 'web';
  run.toggleShown();
  expect([...run.picked]).toEqual(['0 lb']);
  expect(run.allShown).toBe('none');
  run.toggleShown();
  expect(run.allShown).toBe('all');
  run.filter = '';
  run.toggleShown();
  expect([...run.picked].sort()).toEqual([]);
});

it('imports in the order of the file, as what it was recognized, into the folder', async () => {
  const run = new ImportRun();
  await run.read();
  run.toggle(row('web'));
  run.toggle(row('web'));
  run.parent = 'f';
  await run.apply();
  expect(calls.at(-1)).toEqual([
    'import_apply',
    {
      source: { path: null, text: null, format: 'openssh', columns: null, password: null },
      keys: ['0 web', '0 lb'],
      parent: 'f',
    },
  ]);
  expect(run.result?.machines).toBe(1);
});

it('takes an import back with its identities', async () => {
  const run = new ImportRun();
  await run.read();
  await run.apply();
  await run.undo();
  expect(calls.slice(-2)).toEqual([
    ['nodes_delete', { ids: ['node'] }],
    ['identity_delete', { id: 'identity', force: false }],
  ]);
  expect(run.undone).toBe(true);
});

it('hands the password and a pasted text on, and forgets the password', async () => {
  shown = preview({ lock: 'needed', rows: [], path: '' });
  const run = new ImportRun();
  run.text = '<Connections/>';
  await run.read();
  expect(run.preview?.lock).toBe('needed');
  run.password = 'secret';
  shown = preview({ path: '' });
  await run.read();
  expect(calls.at(-1)?.[1]).toMatchObject({
    source: { text: '<Connections/>', password: 'secret' },
  });
  run.forget();
  expect(run.password).toBe('');
});

it('reads a table anew when a column is given another meaning, which one column alone has', async () => {
  const table: ImportTable = {
    header: true,
    names: ['a', 'b'],
    samples: [],
    columns: ['name', 'address'],
  };
  shown = preview({ table });
  const run = new ImportRun();
  await run.read();
  await run.column(0, 'address');
  expect(calls.at(-1)?.[1]).toMatchObject({
    source: { columns: { header: true, columns: ['address', null] } },
  });
});

it('shows nothing of what was read before it was given up', async () => {
  const run = new ImportRun();
  const reading = run.read();
  run.cancel();
  await reading;
  expect(run.preview).toBeNull();
  expect(run.busy).toBeNull();
});

it('says what went wrong, and shows no old rows', async () => {
  const run = new ImportRun();
  await run.read();
  useHost({
    call: () => Promise.reject(new Error('no such file')),
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
  await run.read();
  expect(run.preview).toBeNull();
  expect(run.problem?.message).toBe('no such file');
});

it('filters, names files and counts', () => {
  expect(matching([row('web'), row('db')], 'DB.ex').map((found) => found.name)).toEqual(['db']);
  expect(fileWords(['~/.ssh/id_ed25519'])).toBe('id_ed25519');
  expect(fileWords(['a', 'b'])).toBe('2 ways');
  expect(doneWords({ machines: 2, folders: 1, hostKeys: 0 })).toBe('2 machines and 1 folder');
  expect(doneWords({ machines: 0, folders: 0, hostKeys: 3 })).toBe('3 host keys');
});
