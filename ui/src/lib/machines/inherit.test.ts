import { describe, expect, it } from 'vitest';
import { detail, effective, entry, from, production } from './fixtures';
import { formOf, SETTING_NAMES } from './form';
import { counts, liveLadder, rungWords, sourceOf } from './inherit';
import { applies } from './protocols';

const names = {
  machine: (id: string) => `machine ${id}`,
  identity: (id: string) => `identity ${id}`,
};

describe('where a value comes from', () => {
  it('names the folder and what it says', () => {
    expect(sourceOf(formOf(entry), effective(), 'user', names)).toEqual({
      own: false,
      from: 'Production',
      inherited: 'ops',
    });
  });

  it('says what a value set here hides', () => {
    expect(sourceOf(formOf(entry), effective(), 'port', names)).toEqual({
      own: true,
      from: 'built in',
      inherited: '22',
    });
  });

  it('puts ids, switches and times in words', () => {
    const all = effective({
      jump: from({ kind: 'through', entry: 'lb' }, production),
      keepAlive: from(0),
    });
    const words = (name: Parameters<typeof sourceOf>[2]) =>
      sourceOf(formOf(entry), all, name, names).inherited;
    expect(words('jump')).toBe('machine lb');
    expect(words('identities')).toBe('identity i-ops');
    expect(words('compression')).toBe('off');
    expect(words('keepAlive')).toBe('off');
    expect(words('connectTimeout')).toBe('10 s');
    expect(words('startCommand')).toBe('');
  });
});

describe('the counts', () => {
  // The folder sets the user and the identities, the machine its port.
  const builtIn = SETTING_NAMES.filter((name) => applies('ssh', name)).length - 3;

  it('add up to every field of the page', () => {
    const { here, inherited } = counts(formOf(entry), false);
    expect(here).toBe(3);
    expect(counts({ ...formOf(entry), user: 'root', mac: 'aa:bb:cc:dd:ee:ff' }, false)).toEqual({
      here: 5,
      inherited: inherited - 1,
    });
  });

  it('move between the rungs while the person types', () => {
    const values = (form: ReturnType<typeof formOf>) =>
      liveLadder(form, detail(), false).map((rung) => rung.values);
    expect(values(formOf(entry))).toEqual([builtIn, 2, 3]);
    expect(values({ ...formOf(entry), user: 'root' })).toEqual([builtIn, 1, 4]);
    expect(values({ ...formOf(entry), port: '' })).toEqual([builtIn + 1, 2, 2]);
  });

  it('are said with the right number', () => {
    const [first, second] = liveLadder({ ...formOf(entry), user: 'root' }, detail(), false);
    expect(first && rungWords(first)).toBe(`${String(builtIn)} values`);
    expect(second && rungWords(second)).toBe('1 value and 1 tag');
  });
});
