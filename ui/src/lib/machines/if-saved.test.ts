import { expect, it } from 'vitest';
import { detail, entry } from './fixtures';
import { formOf } from './form';
import { ifSaved } from './if-saved';

const same = detail();
same.effective.port = {
  value: 2222,
  origin: { kind: 'here' },
  inherited: 22,
  inheritedOrigin: { kind: 'builtIn' },
};

it('is nothing while the address stays', () => {
  expect(ifSaved(formOf(entry), same).map((said) => said.ok)).toEqual([true, true]);
});

it('warns of another address or port, inherited ones too', () => {
  expect(ifSaved({ ...formOf(entry), port: '' }, same)[1]?.ok).toBe(false);
  expect(ifSaved({ ...formOf(entry), address: 'db' }, same)[1]?.ok).toBe(false);
});

it('counts open sessions, and says nothing of what is new', () => {
  expect(ifSaved(formOf(entry), { ...same, openSessions: 2 })[0]?.text).toMatch(
    /^2 open sessions keep/,
  );
  expect(ifSaved(formOf(entry), { ...same, entry: null })).toEqual([]);
});
