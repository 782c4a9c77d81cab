import { expect, it } from 'vitest';
import type { TreeRows } from '$lib/host';
import { machineCalled } from './start';

const rows: TreeRows = {
  revision: 1,
  ids: ['f', 'a', 'b', 'c'],
  depths: [0, 1, 1, 0],
  folders: [1, 0, 0, 0],
  protocols: [0, 0, 0, 0],
  names: ['web', 'app-01', 'app-02', 'db'],
  addresses: ['', '192.0.2.1', '192.0.2.2', '192.0.2.2'],
  tags: ['', '', '', ''],
  icons: ['', '', '', ''],
  colors: ['', '', '', ''],
  direct: [],
  unkept: [],
  managed: [],
};

it('takes a name or address that is there, so that nothing is kept twice', () => {
  expect(machineCalled(rows, ' APP-01 ')).toBe('a');
  expect(machineCalled(rows, '192.0.2.1')).toBe('a');
});

it('does not guess: a folder, an address of two machines, or part of a name is none', () => {
  expect(machineCalled(rows, 'web')).toBeNull();
  expect(machineCalled(rows, '192.0.2.2')).toBeNull();
  expect(machineCalled(rows, 'app')).toBeNull();
});
