import { describe, expect, it } from 'vitest';
import { manyMachines, someMachines } from '../../../tests/memory/machines';
import { MemoryTree } from '../../../tests/memory/tree';
import { filterRows, haystackOf, marksIn } from './filter';
import { above, isWithin, shapeOf, tops, type TreeShape } from './model';
import { dropAt, step } from './moves';
import { extend, keep, NOTHING, only, toggle } from './selection';
import { isOpen, visibleRows } from './visible';

const shape = shapeOf(new MemoryTree(someMachines(), () => undefined).rows());
const none = new Set<string>();
const row = (name: string, of: TreeShape = shape) => of.rows.names.indexOf(name);
const names = (visible: Int32Array, of: TreeShape = shape) =>
  [...visible].map((each) => of.rows.names[each]);
const filtered = (text: string) => {
  const filter = filterRows(haystackOf(shape), text);
  return names(visibleRows(shape, none, filter));
};

describe('the shape of the tree', () => {
  it('knows parents, ends and how many machines are inside', () => {
    expect(above(shape, row('app-01')).map((each) => shape.rows.names[each])).toEqual([
      'Production',
      'Web',
    ]);
    expect(shape.inside[row('Web')]).toBe(5);
    expect(shape.inside[row('Production')]).toBe(14);
    expect(shape.inside[row('Customers')]).toBe(18);
    expect(shape.end[row('Production')]).toBe(row('Office'));
    expect(shape.end[row('Customers')]).toBe(shape.length);
    expect(isWithin(shape, row('app-01'), row('Production'))).toBe(true);
    expect(isWithin(shape, row('dc-01'), row('Production'))).toBe(false);
  });

  it('counts siblings', () => {
    expect(shape.position[row('app-02')]).toBe(2);
    expect(shape.siblings[row('app-02')]).toBe(5);
    expect(shape.position[row('Office')]).toBe(2);
    expect(shape.siblings[row('Office')]).toBe(5);
  });

  it('leaves out what is inside something else that is moved', () => {
    const ids = ['node-app-02', 'folder-web', 'node-dc-01'];
    expect(tops(shape, ids).map((each) => shape.rows.names[each])).toEqual(['Web', 'dc-01']);
  });
});

describe('what is on show', () => {
  it('leaves out what is in closed folders', () => {
    const visible = visibleRows(
      shape,
      new Set(['folder-production', 'folder-customers', 'folder-lab']),
      null,
    );
    expect(names(visible).slice(0, 3)).toEqual(['Production', 'Office', 'dc-01']);
    expect(isOpen(visible, 0, shape)).toBe(false);
    expect(isOpen(visible, 1, shape)).toBe(true);
    expect(visible.indexOf(row('dc-01'))).toBe(2);
    expect(visible.indexOf(row('app-01'))).toBe(-1);
  });

  it('shows what a filter finds with its folders', () => {
    expect(filtered('db-')).toEqual([
      'Production',
      'Data',
      'db-primary',
      'db-replica-a',
      'db-replica-b',
    ]);
    expect(filtered('192.0.2.2')).toEqual(['Production', 'Web', 'app-01', 'app-02', 'app-03']);
  });

  it('shows a folder found by its name closed, and opens it on request', () => {
    expect(filtered('rack a2')).toEqual(['Rack A2']);
    const filter = filterRows(haystackOf(shape), 'rack a2');
    expect(names(visibleRows(shape, new Set(['folder-rack-a2']), filter))).toContain('pve-01');
  });

  it('keeps order and folders where a filter finds next to nothing', () => {
    expect(filtered('zzz')).toEqual([]);
    expect(filtered('web-6')).toEqual([
      'Customers',
      'north',
      'north-web-6',
      'south',
      'south-web-6',
      'west',
      'west-web-6',
    ]);
  });
});

describe('the filter', () => {
  const haystack = haystackOf(shape);
  const found = (text: string) =>
    [...(filterRows(haystack, text)?.found ?? [])].flatMap((hit, at) =>
      hit ? [shape.rows.names[at]] : [],
    );

  it('wants every word, in any order and case', () => {
    expect(found('REPLICA db')).toEqual(['db-replica-a', 'db-replica-b']);
    expect(found('replica 192.0')).toEqual(['db-replica-a']);
  });

  it('finds tags, inherited ones too', () => {
    expect(found('tag:replica')).toEqual(['db-replica-a', 'db-replica-b']);
    expect(found('tag:web app-0')).toEqual(['app-01', 'app-02', 'app-03']);
    expect(found('tag:nowhere')).toEqual([]);
  });

  it('never finds a word across two rows, or across name and address', () => {
    expect(found('lb-fra-02fw')).toEqual([]);
    expect(found('app-01192')).toEqual([]);
  });

  it('marks where the words are', () => {
    expect(marksIn('db-Replica-a', ['replica', 'db'])).toEqual([
      [0, 2],
      [3, 10],
    ]);
    expect(marksIn('aaa', ['a', 'aa'])).toEqual([[0, 2]]);
    expect(marksIn('abc', ['x'])).toEqual([]);
  });
});

describe('dropping', () => {
  it('goes between machines, into folders and never into itself', () => {
    const moving = [row('app-01')];
    expect(dropAt(shape, moving, row('dc-01'), 0.2, false)?.place).toEqual({
      kind: 'before',
      id: 'node-dc-01',
    });
    expect(dropAt(shape, moving, row('dc-01'), 0.8, false)?.place).toEqual({
      kind: 'after',
      id: 'node-dc-01',
    });
    expect(dropAt(shape, moving, row('Lab'), 0.5, true)?.place).toEqual({
      kind: 'endOf',
      folder: 'folder-lab',
    });
    expect(dropAt(shape, moving, row('Lab'), 0.9, false)?.place).toEqual({
      kind: 'after',
      id: 'folder-lab',
    });
    expect(dropAt(shape, moving, row('Lab'), 0.9, true)?.place).toEqual({
      kind: 'endOf',
      folder: 'folder-lab',
    });
    expect(dropAt(shape, [row('Production')], row('app-01'), 0.5, false)).toBeNull();
    expect(dropAt(shape, moving, row('app-01'), 0.5, false)).toBeNull();
  });

  it('steps past neighbours, into open folders and out at the ends', () => {
    const open = () => true;
    const closed = () => false;
    expect(step(shape, [row('app-02')], 'up', open)).toEqual({ kind: 'before', id: 'node-app-01' });
    expect(step(shape, [row('app-02'), row('app-03')], 'down', open)).toEqual({
      kind: 'after',
      id: 'node-worker-01',
    });
    expect(step(shape, [row('app-01')], 'up', open)).toEqual({ kind: 'before', id: 'folder-web' });
    expect(step(shape, [row('Edge')], 'down', open)).toEqual({ kind: 'before', id: 'node-app-01' });
    expect(step(shape, [row('Edge')], 'down', closed)).toEqual({ kind: 'after', id: 'folder-web' });
    expect(step(shape, [row('Web')], 'up', open)).toEqual({ kind: 'endOf', folder: 'folder-edge' });
    expect(step(shape, [row('Production')], 'up', open)).toBeNull();
  });
});

describe('the folder of a workspace', () => {
  const hub = row('Customers');
  const fixed = (each: number) => each === hub;

  it('stays where it is, and takes what is dropped on any part of it', () => {
    expect(dropAt(shape, [hub], row('Lab'), 0.5, false, fixed)).toBeNull();
    for (const fraction of [0.1, 0.5, 0.9])
      expect(dropAt(shape, [row('dc-01')], hub, fraction, false, fixed)).toEqual({
        place: { kind: 'endOf', folder: 'folder-customers' },
        row: hub,
        mark: 'into',
      });
  });

  it('is never stepped into or out of', () => {
    const open = () => true;
    expect(step(shape, [hub], 'up', open, fixed)).toBeNull();
    expect(step(shape, [row('Lab')], 'down', open, fixed)).toBeNull();
    expect(step(shape, [row('north')], 'up', open, fixed)).toBeNull();
    expect(step(shape, [row('south')], 'up', open, fixed)).toEqual({
      kind: 'endOf',
      folder: 'folder-north',
    });
  });
});

describe('selecting', () => {
  const order = ['a', 'b', 'c', 'd'];
  const at = (place: number) => order[place] ?? '';
  const place = (id: string) => order.indexOf(id);

  it('adds, takes away and extends from where it began', () => {
    let selection = only('b');
    selection = extend(selection, 'd', at, place);
    expect([...selection.ids]).toEqual(['b', 'c', 'd']);
    selection = extend(selection, 'a', at, place);
    expect([...selection.ids]).toEqual(['a', 'b']);
    selection = toggle(selection, 'd');
    expect([...selection.ids]).toEqual(['a', 'b', 'd']);
    expect([...toggle(selection, 'a').ids]).toEqual(['b', 'd']);
  });

  it('forgets what is gone', () => {
    const selection = { ids: new Set(['a', 'b']), active: 'a', anchor: 'a' };
    const kept = keep(selection, (id) => id !== 'a');
    expect(kept).toEqual({ ids: new Set(['b']), active: 'b', anchor: null });
    expect(keep(NOTHING, () => true)).toEqual(NOTHING);
  });
});

describe('a hundred thousand machines', () => {
  const big = shapeOf(new MemoryTree(manyMachines(100_000), () => undefined).rows());
  const haystack = haystackOf(big);

  it('finds every machine that holds what is typed', () => {
    for (const text of ['w', 'web-', 'web-9', 'ue-77']) {
      const expected = big.rows.names.filter((name) => name.toLowerCase().includes(text)).length;
      expect(filterRows(haystack, text)?.count, text).toBe(expected);
    }
  });

  it('opens and closes folders without walking what is hidden', () => {
    const sites = new Set(big.rows.ids.filter((id) => id.startsWith('s')));
    expect(visibleRows(big, sites, null).length).toBe(20);
    expect(visibleRows(big, none, null).length).toBe(101_020);
  });
});
