import { beforeEach, expect, it } from 'vitest';
import { useHost } from '$lib/host';
import type { ImportHost } from '$lib/host';
import { entryDraft } from '../../../tests/memory/machines';
import { fileWords, ImportRun, matching } from './import.svelte';

const host = (alias: string, exists = false): ImportHost => ({
  alias,
  draft: entryDraft(alias, `${alias}.example.net`),
  summary: `ops@${alias}.example.net:22`,
  identityFiles: [],
  certificateFiles: [],
  jumps: [],
  exists,
});

let calls: [string, unknown][];

beforeEach(() => {
  calls = [];
  useHost({
    call: (name, args) => {
      calls.push([name, args]);
      return Promise.resolve(
        name === 'import_ssh_config_apply'
          ? { imported: 1, remarks: [] }
          : {
              path: '/home/ops/.ssh/config',
              hosts: [host('web'), host('db', true), host('lb')],
              remarks: [],
            },
      );
    },
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
});

it('picks what is not there yet', async () => {
  const run = new ImportRun();
  await run.read();
  expect(run.path).toBe('/home/ops/.ssh/config');
  expect([...run.picked]).toEqual(['web', 'lb']);
  run.toggle(host('db', true));
  expect(run.picked.has('db')).toBe(false);
});

it('picks and leaves all that the filter shows', async () => {
  const run = new ImportRun();
  await run.read();
  run.filter = 'web';
  run.toggleShown();
  expect([...run.picked]).toEqual(['lb']);
  expect(run.allShown).toBe('none');
  run.toggleShown();
  expect(run.allShown).toBe('all');
});

it('imports in the order of the file, into the folder', async () => {
  const run = new ImportRun();
  await run.read();
  run.toggle(host('web'));
  run.toggle(host('web'));
  run.parent = 'f';
  await run.apply();
  expect(calls.at(-1)).toEqual([
    'import_ssh_config_apply',
    { path: '/home/ops/.ssh/config', aliases: ['web', 'lb'], parent: 'f' },
  ]);
  expect(run.result?.imported).toBe(1);
});

it('says what went wrong, and shows no old hosts', async () => {
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

it('filters and names files', () => {
  expect(matching([host('web'), host('db')], 'DB.ex').map((found) => found.alias)).toEqual(['db']);
  expect(fileWords(['~/.ssh/id_ed25519'])).toBe('id_ed25519');
  expect(fileWords(['a', 'b'])).toBe('2 files');
});
