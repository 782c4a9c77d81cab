// A way to manage a machine while it is being edited: its numbers are text, as people type them.

import type {
  BmcProtocol,
  IdentityId,
  Management,
  ManagementKind,
  NodeId,
  SnmpCipher,
  SnmpHash,
  SnmpVersion,
  SwitchPlatform,
} from '../host/bindings';

/** Every field that any kind has; those of other kinds are kept while the kind is changed, and not sent. */
export interface WayForm {
  id: string;
  name: string;
  kind: ManagementKind;
  address: string;
  port: string;
  identity: IdentityId | null;
  protocol: BmcProtocol;
  system: string;
  /** Empty is the best that both have. */
  suite: '' | '17' | '8' | '3' | '0';
  unprotected: boolean;
  version: SnmpVersion;
  /** Empty is none. */
  hash: SnmpHash | '';
  cipher: SnmpCipher | '';
  privacyIdentity: IdentityId | null;
  /** Empty is found out. */
  family: string;
  /** Whose command line it is. */
  platform: SwitchPlatform;
  /** The machine of the tree that it is a part of: cluster, switch, power unit or console. */
  other: NodeId | null;
  /** The guest's number, the switch's port, the unit's outlet, the console server's port or the console's name. */
  place: string;
  /** Without encryption. */
  plain: boolean;
}

type WayField = 'address' | 'port' | 'system' | 'name' | 'other' | 'place';
export type WayErrors = Partial<Record<WayField, string>>;

/** The fields in the order of the page, so that the first that is wrong can be gone to. */
export const WAY_FIELDS: readonly WayField[] = [
  'other',
  'place',
  'address',
  'port',
  'system',
  'name',
];

export const SUITES: readonly { value: WayForm['suite']; label: string; hint?: string }[] = [
  { value: '', label: 'Best that both have' },
  { value: '17', label: '17', hint: 'SHA-256, AES' },
  { value: '8', label: '8', hint: 'MD5, AES' },
  { value: '3', label: '3', hint: 'SHA-1, AES' },
  { value: '0', label: '0', hint: 'nothing' },
];

export const HASHES: readonly { value: SnmpHash | ''; label: string }[] = [
  { value: '', label: 'Not signed' },
  { value: 'md5', label: 'MD5' },
  { value: 'sha1', label: 'SHA-1' },
  { value: 'sha224', label: 'SHA-224' },
  { value: 'sha256', label: 'SHA-256' },
  { value: 'sha384', label: 'SHA-384' },
  { value: 'sha512', label: 'SHA-512' },
];

export const CIPHERS: readonly { value: SnmpCipher | ''; label: string }[] = [
  { value: '', label: 'Not encrypted' },
  { value: 'des', label: 'DES' },
  { value: 'aes128', label: 'AES-128' },
  { value: 'aes192', label: 'AES-192 (Blumenthal)' },
  { value: 'aes192Cisco', label: 'AES-192 (Reeder, Cisco)' },
  { value: 'aes256', label: 'AES-256 (Blumenthal)' },
  { value: 'aes256Cisco', label: 'AES-256 (Reeder, Cisco)' },
];

export const PLATFORMS: readonly { value: SwitchPlatform; label: string }[] = [
  { value: 'eos', label: 'Arista EOS' },
  { value: 'iosXe', label: 'Cisco IOS-XE' },
  { value: 'nxOs', label: 'Cisco NX-OS' },
  { value: 'os10', label: 'Dell OS10' },
  { value: 'junos', label: 'Juniper Junos' },
];

export function emptyWay(kind: ManagementKind): WayForm {
  return {
    id: crypto.randomUUID(),
    name: '',
    kind,
    address: '',
    port: '',
    identity: null,
    protocol: 'redfish',
    system: '',
    suite: '',
    unprotected: false,
    version: kind === 'snmp' ? 'v3' : 'v2c',
    hash: 'sha256',
    cipher: 'aes128',
    privacyIdentity: null,
    family: '',
    platform: 'eos',
    other: null,
    place: '',
    plain: false,
  };
}

/** The port that is dialled if none is typed. */
export function usualPort({ kind, protocol }: Pick<WayForm, 'kind' | 'protocol'>): number {
  if (kind === 'proxmox') return 8006;
  if (kind === 'snmp') return 161;
  if (kind === 'conserver') return 782;
  return protocol === 'ipmi' ? 623 : 443;
}

export function formOfWay(way: Management): WayForm {
  const form: WayForm = { ...emptyWay(way.kind), id: way.id, name: way.name };
  switch (way.kind) {
    case 'bmc':
      return {
        ...form,
        ...reached(way),
        protocol: way.protocol,
        system: way.system ?? '',
        suite: suiteOf(way.suite),
        unprotected: way.unprotected,
      };
    case 'proxmox':
      return { ...form, ...reached(way) };
    case 'snmp':
      return {
        ...form,
        ...reached(way),
        version: way.version,
        hash: way.hash ?? '',
        cipher: way.cipher ?? '',
        privacyIdentity: way.privacyIdentity,
        family: way.family ?? '',
      };
    case 'cli':
      return { ...form, platform: way.platform };
    case 'guest':
      return { ...form, other: way.cluster, place: String(way.guest) };
    case 'port':
      return { ...form, other: way.switch, place: way.port };
    case 'outlet':
      return { ...form, other: way.pdu, place: way.outlet };
    case 'console':
      return { ...form, other: way.entry, place: way.port === null ? '' : String(way.port) };
    case 'conserver':
      return {
        ...form,
        ...reached({ address: '', port: way.port, identity: way.identity }),
        other: way.server,
        place: way.console,
        plain: way.plain,
      };
  }
}

function reached(way: { address: string; port: number | null; identity: IdentityId | null }) {
  return {
    address: way.address,
    port: way.port === null ? '' : String(way.port),
    identity: way.identity,
  };
}

function suiteOf(suite: number | null): WayForm['suite'] {
  return SUITES.find(({ value }) => value !== '' && Number(value) === suite)?.value ?? '';
}

/** The way; what is wrong with it is for {@link wayErrors} to say. */
export function wayOf(form: WayForm): Management {
  const { id, kind, identity } = form;
  const name = form.name.trim();
  const port = form.port.trim() === '' ? null : Number(form.port.trim());
  const at = { id, name, address: form.address.trim(), port, identity };
  const other = form.other ?? '';
  const place = form.place.trim();
  switch (kind) {
    case 'bmc': {
      const ipmi = form.protocol === 'ipmi';
      return {
        ...at,
        kind,
        protocol: form.protocol,
        system: ipmi ? null : form.system.trim() || null,
        suite: ipmi && form.suite !== '' ? Number(form.suite) : null,
        unprotected: ipmi && form.unprotected,
      };
    }
    case 'proxmox':
      return { ...at, kind };
    case 'snmp': {
      const signed = form.version === 'v3' && form.hash !== '';
      const sealed = signed && form.cipher !== '';
      return {
        ...at,
        kind,
        version: form.version,
        hash: signed && form.hash !== '' ? form.hash : null,
        cipher: sealed && form.cipher !== '' ? form.cipher : null,
        privacyIdentity: sealed ? form.privacyIdentity : null,
        family: form.family || null,
      };
    }
    case 'cli':
      return { id, name, kind, platform: form.platform };
    case 'guest':
      return { id, name, kind, cluster: other, guest: Number(place) };
    case 'port':
      return { id, name, kind, switch: other, port: place };
    case 'outlet':
      return { id, name, kind, pdu: other, outlet: place };
    case 'console':
      return { id, name, kind, entry: other, port: place === '' ? null : Number(place) };
    case 'conserver':
      return { id, name, kind, server: other, console: place, port, identity, plain: form.plain };
  }
}

/** Whether it answers over the network itself, at an address of its own, and is no part of another machine. */
export const isOwn = ({ kind }: Pick<WayForm, 'kind'>): boolean =>
  kind === 'bmc' || kind === 'proxmox' || kind === 'snmp';

const MISSING: Partial<Record<ManagementKind, string>> = {
  guest: 'Choose the machine that is the cluster.',
  port: 'Choose the switch.',
  outlet: 'Choose the power unit.',
  console: 'Choose the machine that is the console.',
  conserver: 'Choose the machine that conserver runs on.',
};

export function wayErrors(form: WayForm): WayErrors {
  const errors: WayErrors = {};
  const place = form.place.trim();
  if (form.name.trim().length > 255) errors.name = 'A name has at most 255 characters.';
  if (isOwn(form)) {
    const address = form.address.trim();
    if (/:\/\//.test(address)) errors.address = 'Leave out the protocol: only the host goes here.';
    else if (/\s|@/.test(address)) errors.address = 'An address is a host name or an IP address.';
    if (portWrong(form.port)) errors.port = PORT_WRONG;
    const redfish = form.kind === 'bmc' && form.protocol === 'redfish';
    if (redfish && form.system.trim().length > 64)
      errors.system = 'The id of a system has at most 64 characters.';
    return errors;
  }
  if (form.kind === 'cli') return errors;
  if (form.other === null) errors.other = MISSING[form.kind] ?? '';
  if (form.kind === 'guest' && !(/^\d{3,9}$/.test(place) && Number(place) >= 100))
    errors.place = 'A guest has a number from 100 on.';
  if (form.kind === 'port' && (place === '' || place.length > 64))
    errors.place = 'Type what the switch calls the port, such as ge-0/0/7.';
  if (form.kind === 'outlet' && !/^\d{1,9}(\.\d{1,9})*$/.test(place))
    errors.place = 'An outlet is a number such as 7 or 1.7.';
  if (form.kind === 'console' && place !== '' && !/^[1-9]\d{0,5}$/.test(place))
    errors.place = 'A port of a console server is a number such as 7.';
  if (form.kind === 'conserver') {
    if (/\s/.test(place) || place.length > 255)
      errors.place = 'A console’s name has no spaces and at most 255 characters.';
    if (portWrong(form.port)) errors.port = PORT_WRONG;
  }
  return errors;
}

const PORT_WRONG = 'A port is a whole number from 1 to 65535.';

function portWrong(text: string): boolean {
  const port = text.trim();
  return port !== '' && (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535);
}

/** The first thing wrong with any of them. */
export function waysError(forms: readonly WayForm[]): string | undefined {
  for (const [at, form] of forms.entries()) {
    const errors = wayErrors(form);
    const field = WAY_FIELDS.find((name) => errors[name] !== undefined);
    if (field) return `Way ${String(at + 1)}: ${errors[field] ?? ''}`;
  }
  return undefined;
}
