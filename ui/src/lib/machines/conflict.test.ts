import { describe, expect, it } from 'vitest';
import { differences, merged } from './conflict';
import { emptyForm, type FormValues } from './form';

const names = { machine: (id: string) => `machine ${id}`, identity: (id: string) => `key ${id}` };
const form = (over: Partial<FormValues>): FormValues => ({ ...emptyForm(), ...over });

describe('two changes of one machine', () => {
  const base = form({ name: 'db', user: 'root', port: '22', tags: ['a'] });
  const mine = form({ name: 'db', user: 'ops', port: '2222', tags: ['a'] });
  const theirs = form({ name: 'db', user: 'admin', port: '22', tags: ['a', 'b'] });

  it('differ in words, those of both first', () => {
    expect(
      differences(base, mine, theirs, names).map(({ field, theirs: t, mine: m, by }) => [
        field,
        t,
        m,
        by,
      ]),
    ).toEqual([
      ['user', 'admin', 'ops', 'both'],
      ['port', '22', '2222', 'me'],
      ['tags', 'a, b', 'a', 'them'],
    ]);
  });

  it('are put together, mine winning where both changed', () => {
    expect(merged(base, mine, theirs)).toMatchObject({
      user: 'ops',
      port: '2222',
      tags: ['a', 'b'],
    });
  });

  it('are said as the page says them', () => {
    const changed = form({
      user: '',
      jump: { kind: 'through', entry: 'gate' },
      identities: ['k1', 'k2'],
      compression: true,
      keepAlive: '30',
      flowControl: 'none',
      notes: ' ',
    });
    const words = Object.fromEntries(
      differences(base, changed, base, names).map(({ field, mine: m, theirs: t }) => [
        field,
        [t, m],
      ]),
    );
    expect(words).toMatchObject({
      user: ['root', 'inherited'],
      jump: ['inherited', 'machine gate'],
      identities: ['inherited', 'key k1, key k2'],
      compression: ['inherited', 'on'],
      keepAlive: ['inherited', '30 s'],
    });
    expect(words.flowControl?.[0]).toBe('inherited');
    expect(words.notes).toEqual(['empty', 'empty']);
  });
});
