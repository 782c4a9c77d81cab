import { describe, expect, it } from 'vitest';
import {
  makePane,
  makeTab,
  moved,
  neighbour,
  panes,
  removePane,
  resizeSplit,
  showIn,
  splitPane,
  type PaneNode,
} from './model';

const pane = (name: string): PaneNode & { kind: 'pane' } => ({
  ...makePane({ kind: 'session', sessionId: name }),
  id: name,
});
const names = (node: PaneNode | null) => (node ? panes(node).map((leaf) => leaf.id) : []);
const split = (node: PaneNode, at: string, side: 'left' | 'right' | 'up' | 'down', name: string) =>
  splitPane(node, at, side, pane(name));

describe('splitting', () => {
  it('puts the new pane on the wanted side', () => {
    expect(names(split(pane('a'), 'a', 'right', 'b'))).toEqual(['a', 'b']);
    expect(names(split(pane('a'), 'a', 'left', 'b'))).toEqual(['b', 'a']);
    expect(split(pane('a'), 'a', 'down', 'b')).toMatchObject({
      direction: 'column',
      sizes: [50, 50],
    });
    expect(names(split(pane('a'), 'a', 'up', 'b'))).toEqual(['b', 'a']);
  });

  it('joins a row of the same direction, sharing the room of the pane it was split from', () => {
    const row = split(split(pane('a'), 'a', 'right', 'b'), 'a', 'right', 'c');
    expect(row).toMatchObject({ kind: 'split', sizes: [25, 25, 50] });
    expect(names(row)).toEqual(['a', 'c', 'b']);
  });

  it('nests a split of the other direction', () => {
    const nested = split(split(pane('a'), 'a', 'right', 'b'), 'b', 'down', 'c');
    expect(nested).toMatchObject({
      direction: 'row',
      children: [{ id: 'a' }, { direction: 'column' }],
    });
  });

  it('leaves everything as it is when the pane is not there', () => {
    const row = split(pane('a'), 'a', 'right', 'b');
    expect(names(split(row, 'x', 'right', 'c'))).toEqual(['a', 'b']);
  });
});

describe('closing a pane', () => {
  it('gives its room to the others', () => {
    const row = split(split(pane('a'), 'a', 'right', 'b'), 'a', 'right', 'c');
    const left = removePane(row, 'b');
    expect(left).toMatchObject({ sizes: [50, 50] });
  });

  it('takes away a split that holds one pane', () => {
    const nested = split(split(pane('a'), 'a', 'right', 'b'), 'b', 'down', 'c');
    expect(removePane(nested, 'a')).toMatchObject({ kind: 'split', direction: 'column' });
    expect(removePane(split(pane('a'), 'a', 'right', 'b'), 'b')).toMatchObject({ id: 'a' });
  });

  it('leaves nothing when the last goes', () => {
    expect(removePane(pane('a'), 'a')).toBeNull();
  });
});

describe('the pane next door', () => {
  //  a | b
  //    |---
  //    | c
  const layout = split(split(pane('a'), 'a', 'right', 'b'), 'b', 'down', 'c');
  it.each([
    ['a', 'right', 'b'],
    ['b', 'left', 'a'],
    ['c', 'left', 'a'],
    ['b', 'down', 'c'],
    ['c', 'up', 'b'],
    ['a', 'left', undefined],
    ['a', 'up', undefined],
    ['c', 'right', undefined],
  ] as const)('%s %s is %s', (from, side, to) => expect(neighbour(layout, from, side)).toBe(to));

  it('is the one that overlaps most', () => {
    const grown =
      layout.kind === 'split' && layout.children[1]?.kind === 'split' ? layout.children[1].id : '';
    expect(neighbour(resizeSplit(layout, grown, [20, 80]), 'a', 'right')).toBe('c');
  });
});

describe('the rest', () => {
  it('changes what a pane shows', () => {
    expect(showIn(pane('a'), 'a', { kind: 'start' })).toMatchObject({ spec: { kind: 'start' } });
  });
  it('ignores sizes that do not fit the split', () => {
    const row = split(pane('a'), 'a', 'right', 'b');
    expect(resizeSplit(row, row.id, [30, 30, 40])).toEqual(row);
    expect(resizeSplit(row, row.id, [30, 70])).toMatchObject({ sizes: [30, 70] });
  });
  it('moves an item within a list and stays inside it', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, -5)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 9, 0)).toEqual(['a', 'b', 'c']);
  });
  it('makes a tab that has its only pane in focus', () => {
    const tab = makeTab({ kind: 'start' });
    expect(tab.focused).toBe(tab.root.id);
  });
});
