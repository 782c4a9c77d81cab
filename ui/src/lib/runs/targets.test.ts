import { describe, expect, it } from 'vitest';
import { someMachines } from '../../../tests/memory/machines';
import { MemoryTree } from '../../../tests/memory/tree';
import { shapeOf } from '$lib/tree/model';
import { choices } from './targets';

const shape = shapeOf(new MemoryTree(someMachines(), () => undefined).rows());

describe('what a command can be run on', () => {
  it('is everything, tags, and the tree in its order', () => {
    const all = choices(shape, '');
    expect(all[0]).toMatchObject({ title: 'All machines', target: { kind: 'everything' } });
    const nodes = all.filter(({ target }) => target.kind === 'node');
    expect(nodes.map(({ title }) => title)).toEqual(shape.rows.names);
    const tag = all.find(({ title }) => title === 'tag: postgres');
    expect(Number(tag?.detail)).toBeGreaterThan(1);
    expect(nodes.find(({ title }) => title === 'Production')?.detail).toBe(
      String(shape.inside[shape.rows.names.indexOf('Production')]),
    );
  });

  it('is found by every word', () => {
    expect(choices(shape, 'db rep').map(({ title }) => title)).toEqual([
      'db-replica-a',
      'db-replica-b',
    ]);
    expect(choices(shape, 'TAG: post').map(({ title }) => title)).toEqual(['tag: postgres']);
    expect(choices(shape, '192.0.2.45').map(({ title }) => title)).toEqual(['cache-01']);
    expect(choices(shape, 'no such thing')).toEqual([]);
  });
});
