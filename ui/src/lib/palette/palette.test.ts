import { describe, expect, it } from 'vitest';
import { manyMachines, someMachines } from '../../../tests/memory/machines';
import { MemoryTree } from '../../../tests/memory/tree';
import { shapeOf } from '$lib/tree/model';
import { Best, fuzzy, STRONG } from './fuzzy';
import { MachineFinder } from './machines';

const shape = shapeOf(new MemoryTree(someMachines(), () => undefined).rows());
const names = (typed: string, finder = new MachineFinder(shape, [])) =>
  finder.find(typed, 10).map(({ row }) => shape.rows.names[row]);
const score = (text: string, typed: string) => fuzzy(text, text.toLowerCase(), typed)?.score ?? -1;

describe('fuzzy', () => {
  it('likes the beginning best, then the beginning of a word, then anywhere, then strewn letters', () => {
    expect(score('rest', 'rest')).toBeGreaterThan(score('restore-test', 'rest'));
    expect(score('restore-test', 'rest')).toBeGreaterThan(score('arrest', 'rest'));
    expect(score('the rest', 'rest')).toBeGreaterThan(score('arrest', 'rest'));
    expect(score('arrest', 'rest')).toBeGreaterThanOrEqual(STRONG - 150);
    expect(score('arrest', 'rest')).toBeGreaterThan(score('registry', 'rest'));
  });

  it('marks the letters it went by, beginnings of words first', () => {
    expect(fuzzy('Restart session', 'restart session', 'rest')?.marks).toEqual([[0, 4]]);
    expect(fuzzy('db-replica-b', 'db-replica-b', 'drb')?.marks).toEqual([
      [0, 1],
      [3, 4],
      [11, 12],
    ]);
  });

  it('finds nothing where a letter is missing or the letters are chance', () => {
    expect(fuzzy('app-01', 'app-01', 'apx')).toBeNull();
    const long = 'Ask before pasting several lines into a terminal of another machine';
    expect(fuzzy(long, long.toLowerCase(), 'kmh')).toBeNull();
  });
});

describe('finding machines', () => {
  it('needs three letters', () => {
    expect(names('dbp')[0]).toBe('db-primary');
    expect(names('lf2')[0]).toBe('lb-fra-02');
    expect(names('arc')[0]).toBe('archive');
  });

  it('finds by address, and by folder or tag with another word', () => {
    expect(names('192.0.2.45')).toEqual(['cache-01']);
    expect(names('rack pve')).toEqual(['pve-01', 'pve-02']);
    expect(names('postgres replica')).toEqual(['db-replica-a', 'db-replica-b']);
  });

  it('puts what was used lately first', () => {
    expect(names('app')[0]).toBe('app-01');
    expect(names('app', new MachineFinder(shape, ['node-app-03']))[0]).toBe('app-03');
  });

  it('finds the same by narrowing as anew', () => {
    for (const text of ['db-rep', 'north web', 'lf2', 'rack pve']) {
      const finder = new MachineFinder(shape, []);
      for (let end = 1; end <= text.length; end++) {
        expect(names(text.slice(0, end), finder), text.slice(0, end)).toEqual(
          names(text.slice(0, end)),
        );
      }
    }
  });

  it('counts all and lists the best few of a hundred thousand', () => {
    const big = shapeOf(new MemoryTree(manyMachines(100_000), () => undefined).rows());
    const finder = new MachineFinder(big, []);
    for (const typed of ['w', 'we', 'web', 'web-', 'web-9']) {
      expect(finder.find(typed, 8), typed).toHaveLength(8);
    }
    expect(finder.count).toBeGreaterThanOrEqual(
      big.rows.names.filter((name) => name.startsWith('web-9')).length,
    );
  });
});

describe('Best', () => {
  it('keeps the best in order, the earlier of equals first', () => {
    const best = new Best<string>(3);
    for (const [score, item] of [
      [1, 'a'],
      [3, 'b'],
      [3, 'c'],
      [2, 'd'],
      [0, 'e'],
    ] as const)
      best.add(score, item);
    expect(best.items).toEqual(['b', 'c', 'd']);
  });
});
