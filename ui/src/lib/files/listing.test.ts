import { expect, it } from 'vitest';
import { entry, folder } from './fixtures';
import { arrange, byName, bytesOf, cleaned, sortedBy, type Wanted } from './listing';

const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  sort: { by: 'name', descending: false },
  filter: '',
  hidden: false,
  ...more,
});
const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name);

it('orders by name as people count, folders first', () => {
  const files = byName(
    ['file10', 'File2', 'über', 'ubuntu', 'zebra', 'file1', '10', '9'].map((name) => entry(name)),
  );
  const shown = arrange(
    [...files, folder('var'), folder('etc')].toSorted(() => 0),
    wanted(),
  );
  expect(names(shown).slice(0, 2)).toEqual(['var', 'etc']);
  expect(names(shown).slice(2)).toEqual([
    '9',
    '10',
    'file1',
    'File2',
    'file10',
    'über',
    'ubuntu',
    'zebra',
  ]);
});

it('takes the very order of the collator, also where plain keys differ from it', () => {
  const odd = ['a_1', 'a-1', 'a 1', 'a1', 'A1', 'é2', 'e10', 'e2', '_x', '-x', '007', '7', '~'];
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  const got = names(byName(odd.map((name) => entry(name))));
  for (let at = 1; at < got.length; at++)
    expect(collator.compare(got[at - 1]!, got[at]!)).toBeLessThanOrEqual(0);
});

it('sorts by size, date and mode, what is unknown last', () => {
  const files = byName([
    entry('a', { size: 3, modified: 10, mode: 0o600 }),
    entry('b', { size: 1, modified: null, mode: null }),
    entry('c', { size: 2, modified: 30, mode: 0o755 }),
    folder('d'),
  ]);
  const by = (sort: Wanted['sort']) => names(arrange(files, wanted({ sort })));
  expect(by({ by: 'size', descending: true })).toEqual(['d', 'a', 'c', 'b']);
  expect(by({ by: 'modified', descending: false })).toEqual(['d', 'a', 'c', 'b']);
  expect(by({ by: 'modified', descending: true })).toEqual(['d', 'c', 'a', 'b']);
  expect(by({ by: 'mode', descending: true })).toEqual(['d', 'c', 'a', 'b']);
  expect(by({ by: 'name', descending: true })).toEqual(['d', 'c', 'b', 'a']);
});

it('hides names with a dot, filters, and counts links to folders among the folders', () => {
  const files = byName([
    entry('.env'),
    entry('README'),
    entry('current', { kind: 'link', leadsTo: 'x', end: 'folder' }),
    entry('broken', { kind: 'link', leadsTo: 'y', end: null }),
  ]);
  expect(names(arrange(files, wanted()))).toEqual(['current', 'broken', 'README']);
  expect(names(arrange(files, wanted({ hidden: true })))).toContain('.env');
  expect(names(arrange(files, wanted({ filter: ' read ' })))).toEqual(['README']);
});

it('drops names that would not lead back to one file', () => {
  expect(names(cleaned(['a', 'a', '', '.', '..', 'b'].map((name) => entry(name))))).toEqual([
    'a',
    'b',
  ]);
});

it('arranges 100,000 files', () => {
  const many = Array.from({ length: 100_000 }, (_, at) =>
    entry(`f-${String((at * 7919) % 100_000)}.csv`, { size: at }),
  );
  const ordered = byName(many);
  expect([ordered[0]!.name, ordered[99_999]!.name]).toEqual(['f-0.csv', 'f-99999.csv']);
  const sort = { by: 'size', descending: true } as const;
  expect(arrange(ordered, wanted({ sort }))[0]!.size).toBe(99_999);
});

it('turns a column round when it is picked again, and adds sizes up', () => {
  expect(sortedBy({ by: 'name', descending: false }, 'name').descending).toBe(true);
  expect(sortedBy({ by: 'name', descending: true }, 'size')).toEqual({
    by: 'size',
    descending: true,
  });
  expect(bytesOf([entry('a'), folder('b'), entry('c', { size: 11 })])).toBe(111);
});
