import { expect, it } from 'vitest';
import type { Action } from '$lib/actions';
import { grouped } from './keyboard';

const action = (id: string, group: string, shortcut?: string): Action => ({
  id,
  title: `Do ${id}`,
  group,
  run: () => undefined,
  ...(shortcut ? { shortcut } : {}),
});
const all = [
  action('a', 'Tabs'),
  action('b', 'Machines', 'Ctrl+Shift+K'),
  action('c', 'Tabs', 'Ctrl+T'),
];

it('groups actions, those with keys first', () => {
  expect(
    grouped(all, '').map((group) => [group.title, group.actions.map((each) => each.id)]),
  ).toEqual([
    ['Tabs', ['c', 'a']],
    ['Machines', ['b']],
  ]);
});

it('finds by title, group and keys', () => {
  const found = (typed: string): string[] =>
    grouped(all, typed).flatMap((group) => group.actions.map((each) => each.id));
  expect(found('do tabs')).toEqual(['c', 'a']);
  expect(found('ctrl shift')).toEqual(['b']);
  expect(found('ctrl+t')).toEqual(['c']);
  expect(found('nothing')).toEqual([]);
});
