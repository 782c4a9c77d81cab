import { describe, expect, it } from 'vitest';
import type { Identity } from '$lib/host';
import {
  identityDirty,
  identityDraft,
  identityErrors,
  identityFieldOf,
  identityForm,
  newIdentity,
} from './draft';

const key: Identity = {
  id: 'i-1',
  name: 'ops key',
  user: 'ops',
  kind: 'key',
  hasPassword: false,
  hasPrivateKey: true,
  hasPassphrase: true,
  publicKey: null,
  certificate: null,
  agentFingerprint: null,
  askOnUse: false,
  usedBy: 2,
  workspace: null,
};
const PEM = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----';

describe('the draft of an identity', () => {
  it('keeps the secrets nobody touched', () => {
    expect(identityDraft(identityForm(key))).toMatchObject({
      id: 'i-1',
      privateKey: null,
      passphrase: null,
      certificate: null,
    });
  });

  it('removes with an empty text and replaces with a text', () => {
    const form = identityForm(key);
    form.passphrase = { kind: 'remove' };
    form.privateKey = { kind: 'replace', text: PEM };
    expect(identityDraft(form)).toMatchObject({ passphrase: '', privateKey: `${PEM}\n` });
  });

  it('sends only the secrets of its kind', () => {
    const form = { ...newIdentity('agent'), name: 'agent' };
    form.password = { kind: 'replace', text: 'left over' };
    expect(identityDraft(form)).toMatchObject({ password: null, agentFingerprint: null });
  });

  it('knows whether something was changed', () => {
    expect(identityDirty(identityForm(key), identityForm(key))).toBe(false);
    expect(identityDirty({ ...identityForm(key), user: '' }, identityForm(key))).toBe(true);
  });
});

describe('what is wrong with an identity', () => {
  const withKey = (text: string) => ({
    ...newIdentity('key'),
    name: 'k',
    privateKey: { kind: 'replace' as const, text },
  });

  it('is no name', () => {
    expect(Object.keys(identityErrors(newIdentity()))).toEqual(['name']);
  });

  it('is a public key in place of the private one', () => {
    expect(identityErrors(withKey('ssh-ed25519 AAAA me')).privateKey).toMatch(/public key/);
    expect(identityErrors(withKey('hello')).privateKey).toMatch(/no private key/);
    expect(identityErrors(withKey('')).privateKey).toMatch(/Paste/);
  });

  it.each([
    PEM,
    'PuTTY-User-Key-File-3: ssh-ed25519',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----',
  ])('is not %s', (text) => {
    expect(identityErrors(withKey(text))).toEqual({});
  });

  it('is a certificate that is none', () => {
    const form = {
      ...withKey(PEM),
      certificate: { kind: 'replace' as const, text: 'ssh-ed25519 AAAA' },
    };
    expect(identityErrors(form).certificate).toMatch(/no OpenSSH certificate/);
    const good = {
      ...form,
      certificate: { kind: 'replace' as const, text: 'ssh-ed25519-cert-v01@openssh.com AAAA me' },
    };
    expect(identityErrors(good)).toEqual({});
  });

  it('is found from the name an error of the core carries', () => {
    expect(identityFieldOf('private_key')).toBe('privateKey');
    expect(identityFieldOf('draft.name')).toBe('name');
    expect(identityFieldOf('id')).toBeUndefined();
  });
});
