import { expect, it } from 'vitest';
import type { TreeRows } from '$lib/host';
import { folderChoices, machineChoices, matchingChoices, placeName } from './places';

// Production > (Edge > lb), db; Office > dc
const rows: TreeRows = {
  revision: 1,
  ids: ['prod', 'edge', 'lb', 'db', 'office', 'dc'],
  depths: [0, 1, 2, 1, 0, 1],
  folders: [1, 1, 0, 0, 1, 0],
  protocols: [0, 0, 0, 0, 0, 0],
  names: ['Production', 'Edge', 'lb', 'db', 'Office', 'dc'],
  addresses: ['', '', '192.0.2.1', '192.0.2.2', '', '192.0.2.3'],
  tags: ['', '', '', '', '', ''],
  icons: ['', '', '', '', '', ''],
  colors: ['', '', '', '', '', ''],
  direct: [],
  unkept: [],
  managed: [],
};

const ids = (choices: { id: string | null }[]): (string | null)[] =>
  choices.map((choice) => choice.id);

it('offers the root and every folder with where it is', () => {
  const choices = folderChoices(rows, new Set(), 'Operations');
  expect(choices.map((choice) => [choice.name, choice.detail])).toEqual([
    ['Operations', ''],
    ['Production', ''],
    ['Edge', 'Production'],
    ['Office', ''],
  ]);
});

it('puts no folder into itself', () => {
  expect(ids(folderChoices(rows, new Set(['prod']), 'Operations'))).toEqual([null, 'office']);
  expect(ids(folderChoices(rows, new Set(['lb']), 'Operations'))).toEqual([
    null,
    'prod',
    'edge',
    'office',
  ]);
});

it('offers machines to jump through, but not itself', () => {
  expect(ids(machineChoices(rows, 'lb'))).toEqual(['db', 'dc']);
});

it('names places', () => {
  expect(placeName(rows, 'edge', 'Operations')).toBe('Production / Edge');
  expect(placeName(rows, null, 'Operations')).toBe('Operations');
});

it('finds by every word, and stops at the limit', () => {
  expect(ids(matchingChoices(folderChoices(rows, new Set(), 'Operations'), 'prod ed'))).toEqual([
    'edge',
  ]);
  expect(ids(matchingChoices(machineChoices(rows, null), '192.0', 2))).toEqual(['lb', 'db']);
});
