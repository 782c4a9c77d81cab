import { expect, it } from 'vitest';
import type { ProviderInfo, ProviderSettings } from './api';
import { draftOf, emptyDraft, settingsOf } from './provider-draft';

const info = (settings: ProviderSettings): ProviderInfo => ({
  id: 'p',
  name: 'Example',
  disabled: false,
  settings,
  hasSecret: true,
  links: 0,
  created: 0,
});

it('keeps what is not changed', () => {
  const oidc: ProviderSettings = {
    kind: 'oidc',
    issuer: 'https://id.example.org',
    clientId: 'patchbay',
    scopes: ['profile', 'email'],
    authority: null,
    trustedSecondFactor: true,
    requires: { claim: 'teams', value: 'ops' },
    creates: { organisation: 'org', role: null },
  };
  const ldap: ProviderSettings = {
    kind: 'ldap',
    address: 'ldaps://ldap.example.org',
    authority: null,
    pin: 'ab:cd',
    bindDn: 'cn=reader',
    base: 'dc=example',
    filter: '(uid={name})',
    idAttribute: 'entryUUID',
    nameAttribute: 'uid',
    displayAttribute: 'cn',
    groups: { 'cn=oncall': 'group' },
    requires: null,
    creates: null,
  };
  for (const settings of [oidc, ldap])
    expect(settingsOf(draftOf(info(settings)))).toEqual(settings);
});

it('leaves out what belongs to another choice, and space around', () => {
  const draft = {
    ...emptyDraft('ldap'),
    address: ' ldaps://x ',
    authority: 'PEM',
    pin: 'ab',
    trust: 'pin' as const,
    role: 'role',
    groups: [
      { dn: ' cn=a ', group: 'g' },
      { dn: '', group: 'g' },
      { dn: 'cn=b', group: '' as const },
    ],
  };
  const settings = settingsOf(draft);
  expect(settings).toMatchObject({
    address: 'ldaps://x',
    authority: null,
    pin: 'ab',
    creates: null,
    requires: null,
    groups: { 'cn=a': 'g' },
  });
});
