/** A provider as it is typed, and as the server takes it. */
import type { GroupId, LdapSettings, OidcSettings, ProviderInfo, ProviderSettings } from './api';

export type ProviderKind = ProviderSettings['kind'];

/** Every field as text or a choice, whichever kind it is for. */
export interface ProviderDraft {
  kind: ProviderKind;
  name: string;
  disabled: boolean;
  /** Typed anew; what is kept stays if it is empty. */
  secret: string;
  issuer: string;
  clientId: string;
  scopes: string;
  trustedSecondFactor: boolean;
  address: string;
  trust: 'system' | 'authority' | 'pin';
  authority: string;
  pin: string;
  bindDn: string;
  base: string;
  filter: string;
  idAttribute: string;
  nameAttribute: string;
  displayAttribute: string;
  groups: { dn: string; group: GroupId | '' }[];
  claim: string;
  value: string;
  creates: boolean;
  organisation: string;
  role: string;
}

export const emptyDraft = (kind: ProviderKind): ProviderDraft => ({
  kind,
  name: '',
  disabled: false,
  secret: '',
  issuer: '',
  clientId: '',
  scopes: 'profile email',
  trustedSecondFactor: false,
  address: '',
  trust: 'system',
  authority: '',
  pin: '',
  bindDn: '',
  base: '',
  filter: '(uid={name})',
  idAttribute: 'entryUUID',
  nameAttribute: 'uid',
  displayAttribute: 'cn',
  groups: [],
  claim: '',
  value: '',
  creates: false,
  organisation: '',
  role: '',
});

/** What a provider is now, to be changed. */
export function draftOf({ name, disabled, settings }: ProviderInfo): ProviderDraft {
  const { requires, creates, authority } = settings;
  const common = {
    ...emptyDraft(settings.kind),
    name,
    disabled,
    trust: authority === null ? ('system' as const) : ('authority' as const),
    authority: authority ?? '',
    claim: requires?.claim ?? '',
    value: requires?.value ?? '',
    creates: creates !== null,
    organisation: creates?.organisation ?? '',
    role: creates?.role ?? '',
  };
  if (settings.kind === 'oidc') {
    const { issuer, clientId, trustedSecondFactor } = settings;
    return { ...common, issuer, clientId, trustedSecondFactor, scopes: settings.scopes.join(' ') };
  }
  const { pin, groups, ...rest } = settings;
  return {
    ...common,
    address: rest.address,
    bindDn: rest.bindDn,
    base: rest.base,
    filter: rest.filter,
    idAttribute: rest.idAttribute,
    nameAttribute: rest.nameAttribute,
    displayAttribute: rest.displayAttribute,
    trust: pin === null ? common.trust : 'pin',
    pin: pin ?? '',
    groups: Object.entries(groups).map(([dn, group]) => ({ dn, group })),
  };
}

/** As the server takes it. What belongs to another choice is left out. */
export function settingsOf(draft: ProviderDraft): ProviderSettings {
  const claim = draft.claim.trim();
  const common = {
    authority: draft.trust === 'authority' ? draft.authority.trim() : null,
    requires: claim === '' && draft.value === '' ? null : { claim, value: draft.value },
    creates:
      draft.creates && draft.organisation !== ''
        ? { organisation: draft.organisation, role: draft.role === '' ? null : draft.role }
        : null,
  };
  if (draft.kind === 'oidc') {
    const settings: OidcSettings = {
      kind: 'oidc',
      ...common,
      issuer: draft.issuer.trim(),
      clientId: draft.clientId.trim(),
      scopes: draft.scopes.split(/\s+/).filter(Boolean),
      trustedSecondFactor: draft.trustedSecondFactor,
    };
    return settings;
  }
  const settings: LdapSettings = {
    kind: 'ldap',
    ...common,
    address: draft.address.trim(),
    pin: draft.trust === 'pin' ? draft.pin.trim() : null,
    bindDn: draft.bindDn.trim(),
    base: draft.base.trim(),
    filter: draft.filter.trim(),
    idAttribute: draft.idAttribute.trim(),
    nameAttribute: draft.nameAttribute.trim(),
    displayAttribute: draft.displayAttribute.trim(),
    groups: Object.fromEntries(
      draft.groups
        .filter(({ dn, group }) => dn.trim() !== '' && group !== '')
        .map(({ dn, group }) => [dn.trim(), group]),
    ),
  };
  return settings;
}
