import { describe, expect, it } from 'vitest';
import type { Management } from '../host/bindings';
import { emptyWay, formOfWay, usualPort, wayErrors, wayOf, waysError } from './form';
import { kindText, placeText } from './kinds';

const reached = { address: 'bmc.example.net', port: 8443, identity: 'i-1' };
const WAYS: Management[] = [
  {
    id: 'a',
    name: 'iLO',
    kind: 'bmc',
    protocol: 'redfish',
    ...reached,
    system: '437XR1138R2',
    suite: null,
    unprotected: false,
  },
  {
    id: 'b',
    name: '',
    kind: 'bmc',
    protocol: 'ipmi',
    ...reached,
    port: null,
    system: null,
    suite: 0,
    unprotected: true,
  },
  { id: 'c', name: '', kind: 'proxmox', address: '', port: null, identity: null },
  {
    id: 'd',
    name: '',
    kind: 'snmp',
    ...reached,
    version: 'v3',
    hash: 'sha256',
    cipher: 'aes256Cisco',
    privacyIdentity: 'i-2',
    family: 'raritanDominionPduMib1',
  },
  {
    id: 'e',
    name: '',
    kind: 'snmp',
    ...reached,
    version: 'v2c',
    hash: null,
    cipher: null,
    privacyIdentity: null,
    family: null,
  },
  { id: 'f', name: '', kind: 'guest', cluster: 'n-1', guest: 104 },
  { id: 'g', name: '', kind: 'port', switch: 'n-2', port: 'ge-0/0/7' },
  { id: 'h', name: '', kind: 'outlet', pdu: 'n-3', outlet: '1.7' },
  { id: 'i', name: '', kind: 'console', entry: 'n-4', port: null },
  { id: 'j', name: '', kind: 'console', entry: 'n-4', port: 7 },
  {
    id: 'k',
    name: '',
    kind: 'conserver',
    server: 'n-5',
    console: 'db-01',
    port: 7820,
    identity: 'i-1',
    plain: true,
  },
  { id: 'l', name: '', kind: 'cli', platform: 'iosXe' },
];

describe('ways to manage a machine', () => {
  it('survive being edited', () => {
    for (const way of WAYS) expect(wayOf(formOfWay(way))).toEqual(way);
    expect(waysError(WAYS.map(formOfWay))).toBeUndefined();
  });

  it('send nothing that belongs to another protocol', () => {
    const ipmi = {
      ...emptyWay('bmc'),
      protocol: 'ipmi' as const,
      system: '1',
      suite: '17' as const,
      unprotected: true,
    };
    expect(wayOf(ipmi)).toMatchObject({ system: null, suite: 17, unprotected: true });
    expect(wayOf({ ...ipmi, protocol: 'redfish' })).toMatchObject({
      system: '1',
      suite: null,
      unprotected: false,
    });
    const signed = { ...emptyWay('snmp'), hash: '' as const, privacyIdentity: 'i' };
    expect(wayOf(signed)).toMatchObject({ hash: null, cipher: null, privacyIdentity: null });
  });

  it('say what is wrong at the field', () => {
    const bmc = emptyWay('bmc');
    expect(wayErrors(bmc)).toEqual({});
    expect(wayErrors({ ...bmc, address: 'https://bmc' }).address).toContain('protocol');
    expect(wayErrors({ ...bmc, port: '70000' }).port).toContain('65535');
    expect(wayErrors(emptyWay('outlet'))).toMatchObject({
      other: 'Choose the power unit.',
      place: 'An outlet is a number such as 7 or 1.7.',
    });
    expect(wayErrors({ ...emptyWay('guest'), other: 'n', place: '99' }).place).toContain('100');
    expect(wayErrors({ ...emptyWay('port'), other: 'n', place: 'Gi1/0/1' })).toEqual({});
    const console = { ...emptyWay('console'), other: 'n' };
    expect(wayErrors({ ...console, place: 'seven' }).place).toContain('such as 7');
    const conserver = { ...emptyWay('conserver'), other: 'n' };
    expect(wayErrors(conserver)).toEqual({});
    expect(wayErrors({ ...conserver, place: 'two words', port: '0' })).toMatchObject({
      place: expect.stringContaining('no spaces'),
      port: expect.stringContaining('65535'),
    });
    expect(waysError([bmc, emptyWay('console')])).toMatch(/^Way 2: Choose the machine/);
  });

  it('say what they are and where', () => {
    const [redfish, ipmi, proxmox, , snmp, guest] = WAYS.map(formOfWay);
    const names = (id: string) => ({ 'n-1': 'pve' })[id];
    if (!redfish || !ipmi || !proxmox || !snmp || !guest) throw new Error('missing');
    expect(placeText(redfish, 'web', names)).toBe('bmc.example.net:8443');
    expect(placeText(ipmi, 'web', names)).toBe('bmc.example.net');
    expect(placeText({ ...redfish, address: '2001:db8::1' }, '', names)).toBe('[2001:db8::1]:8443');
    expect(placeText(proxmox, 'web', names)).toBe('web');
    expect(placeText(guest, 'web', names)).toBe('104 of pve');
    expect([redfish, ipmi, snmp].map(kindText)).toEqual(['BMC, Redfish', 'BMC, IPMI', 'SNMP v2c']);
    expect(usualPort(ipmi)).toBe(623);
    expect(usualPort(proxmox)).toBe(8006);
  });
});
