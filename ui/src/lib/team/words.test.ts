import { expect, it } from 'vitest';
import {
  expiryOf,
  inFours,
  nameError,
  networkError,
  networksIn,
  permissionWords,
  PERMISSIONS,
  reasonWords,
  tokenIn,
} from './words';

it('says permissions from the least to the most', () => {
  expect(permissionWords(['useSecret', 'see'])).toBe('See, use secrets');
  expect(permissionWords([])).toBe('Nothing');
  expect(permissionWords(PERMISSIONS.map(({ value }) => value))).toBe('Everything');
});

it('says where a role comes from', () => {
  const reason = { grant: 'g', roleName: 'Operator', permissions: [] };
  expect(
    reasonWords({
      ...reason,
      through: { kind: 'group', name: 'On call' },
      node: 'n',
      nodeName: 'Web',
    }),
  ).toBe('Operator, through the group On call, on Web');
  expect(reasonWords({ ...reason, through: { kind: 'own' }, node: null, nodeName: null })).toBe(
    'Operator, on the whole organisation',
  );
  expect(reasonWords({ ...reason, through: { kind: 'everyone' }, node: 'n', nodeName: null })).toBe(
    'Operator, as everyone here, on a folder you cannot see',
  );
});

it('takes names to sign in with', () => {
  for (const good of ['ada', 'ada.byron', 'a', 'ADA', '4da@example.org', 'a'.repeat(64)])
    expect(nameError(good), good).toBeNull();
  for (const bad of ['', ' ', '.ada', 'ada byron', 'ädа', 'a'.repeat(65)])
    expect(nameError(bad), bad).not.toBeNull();
});

it('takes networks and addresses of both kinds', () => {
  expect(networksIn(' 192.0.2.0/24, 2001:db8::/32\n10.0.0.1 ')).toEqual([
    '192.0.2.0/24',
    '2001:db8::/32',
    '10.0.0.1',
  ]);
  expect(networkError('192.0.2.0/24 2001:db8::/32 10.0.0.1')).toBeNull();
  expect(networkError('')).toBeNull();
  for (const bad of ['192.0.2.0/33', '256.0.0.1', 'home', '192.0.2.0/24/1', '::/129', '1.2.3'])
    expect(networkError(bad), bad).toContain(bad);
});

it('counts days, and knows no end', () => {
  expect(expiryOf('7', 1000)).toBe(1000 + 7 * 86_400_000);
  expect(expiryOf('never')).toBeNull();
});

it('writes secrets in fours and reads tokens from addresses', () => {
  expect(inFours('JBSWY3DPEHPK3')).toBe('JBSW Y3DP EHPK 3');
  expect(tokenIn('#pbi_abc')).toBe('pbi_abc');
  expect(tokenIn('')).toBe('');
  expect(tokenIn('#%ZZ')).toBe('%ZZ');
});
