import { expect, it } from 'vitest';
import type { HostKeyRecord } from '$lib/host';
import { matchingRecords, recordKey, recordWords } from './hostkeys';

const kept: HostKeyRecord = {
  id: 'k1',
  host: '[db.example.net]:2222',
  authority: false,
  algorithm: 'ssh-ed25519',
  fingerprint: 'SHA256:abcdEFGH',
  picture: '',
  source: 'This vault',
  firstSeen: Date.parse('2026-03-03T12:00:00Z'),
  lastSeen: Date.parse('2026-11-20T12:00:00Z'),
  times: 41,
  tls: null,
};
const read: HostKeyRecord = {
  ...kept,
  id: null,
  host: 'web',
  source: '~/.ssh/known_hosts',
  firstSeen: null,
  lastSeen: null,
  times: 0,
  tls: null,
};

it('says since when a key is trusted, and where one that is not ours stands', () => {
  expect(recordWords(kept)).toBe(
    'Ed25519, trusted on 3 Mar 2026, last proved on 20 Nov 2026, 41 times',
  );
  expect(recordWords(read)).toBe('Ed25519, from ~/.ssh/known_hosts');
});

it('finds by host, fingerprint as written or grouped, and source', () => {
  const hosts = (typed: string): string[] =>
    matchingRecords([kept, read], typed).map((record) => record.host);
  expect(hosts('db.')).toEqual(['[db.example.net]:2222']);
  expect(hosts('abcd efgh')).toHaveLength(2);
  expect(hosts('known_hosts')).toEqual(['web']);
  expect(hosts('')).toHaveLength(2);
});

it('gives lines of files a key of their own', () => {
  expect(recordKey(kept, 0)).toBe('k1');
  expect(recordKey(read, 1)).not.toBe(recordKey(read, 2));
});
