import { describe, expect, it } from 'vitest';
import { certificateValidity, groupFingerprint, keyComment, keyWords, kindWords } from './words';

const rsa = {
  algorithm: 'ssh-rsa',
  bits: 4096,
  fingerprint: 'SHA256:abcdefghij',
  openssh: 'ssh-rsa AAAA ops at work',
};

it('groups a fingerprint by four', () => {
  expect(groupFingerprint(rsa.fingerprint)).toBe('SHA256 abcd efgh ij');
  expect(groupFingerprint('odd')).toBe('odd');
});

it('names keys', () => {
  expect(keyWords(rsa)).toBe('RSA 4096');
  expect(keyWords({ ...rsa, algorithm: 'ssh-ed25519', bits: 256 })).toBe('Ed25519');
  expect(keyWords({ ...rsa, algorithm: 'ssh-new' })).toBe('ssh-new');
  expect(keyComment(rsa)).toBe('ops at work');
  expect(
    kindWords({ kind: 'agent', publicKey: null, certificate: null, agentFingerprint: null }),
  ).toBe('Agent, any key');
});

describe('a certificate', () => {
  const certificate = {
    keyId: 'k',
    principals: [],
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2026-06-30T12:00:00Z',
    authority: '',
    serial: '0',
    key: '',
    criticalOptions: [],
    extensions: [],
  };
  it.each([
    ['2025-12-01T00:00:00Z', 'early', 'Not valid before 1 Jan 2026'],
    ['2026-03-01T00:00:00Z', 'valid', 'Valid until 30 Jun 2026'],
    ['2026-07-01T00:00:00Z', 'expired', 'Expired on 30 Jun 2026'],
  ])('at %s is %s', (now, state, words) => {
    expect(certificateValidity(certificate, Date.parse(now))).toEqual({ state, words });
  });
  it('without an end is valid for ever', () => {
    expect(
      certificateValidity({ ...certificate, validUntil: null }, Date.parse('2030-01-01')).words,
    ).toBe('Valid for ever');
  });
});
