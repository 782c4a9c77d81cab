import { expect, it } from 'vitest';
import { defaultName, exportedWords, needsProof } from './export';

it('names files after what is in them', () => {
  expect(defaultName('Lab/EU', 'csv')).toBe('Lab-EU.csv');
  expect(defaultName('', 'archive')).toBe('machines.patchbay-archive');
});

it('asks for the passphrase where secrets are written', () => {
  expect(needsProof('archive', false)).toBe(true);
  expect(needsProof('csv', true)).toBe(true);
  expect(needsProof('csv', false)).toBe(false);
  expect(needsProof('ssh-config', true)).toBe(false);
});

it('counts what was written', () => {
  const done = { path: 'x', machines: 1, folders: 0, identities: 2, hostKeys: 0, remarks: [] };
  expect(exportedWords(done)).toBe('1 machine, 2 identities');
});
