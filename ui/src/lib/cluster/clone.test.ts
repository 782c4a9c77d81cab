import { describe, expect, it } from 'vitest';
import { MemoryCluster } from '../../../tests/memory/managed/cluster';
import { cloneErrors, cloneOf, emptyClone, templateOf } from './clone';
import { nodeOptions, storageOptions } from './options';

const cluster = new MemoryCluster(
  () => undefined,
  () => undefined,
);
const template = cluster.guest(900);
const form = { ...emptyClone(template), name: 'web-03' };

describe('a copy of a guest', () => {
  it('of a template is linked to it, and lies where it does', () => {
    expect(cloneOf({ ...form, storage: 'nfs' })).toMatchObject({
      id: null,
      full: false,
      storage: '',
    });
    expect(cloneOf({ ...form, full: true, storage: 'nfs' })).toMatchObject({ storage: 'nfs' });
    expect(emptyClone(cluster.guest(100)).full).toBe(true);
  });

  it('says what is wrong', () => {
    const wrong = (more: Partial<typeof form>) =>
      cloneErrors({ ...form, ...more }, cluster.get(), true);
    expect(wrong({})).toEqual({});
    expect(wrong({ name: 'a b' })).toHaveProperty('name');
    expect(wrong({ id: '100' }).id).toBe('100 is taken.');
    expect(wrong({ id: '99' })).toHaveProperty('id');
    expect(wrong({ address: '192.0.2.30' })).toHaveProperty('address');
    expect(wrong({ address: '192.0.2.30/24', gateway: '192.0.2.1' })).toEqual({});
    expect(wrong({ sshKeys: 'PRIVATE' })).toHaveProperty('sshKeys');
    expect(wrong({ sshKeys: 'ssh-ed25519 AAAA ops\n' })).toEqual({});
  });

  it('with cloud-init has no gateway where DHCP gives one', () => {
    expect(templateOf({ ...form, gateway: '192.0.2.1' })).toMatchObject({
      address: 'dhcp',
      gateway: '',
      start: true,
    });
  });
});

describe('what can be chosen', () => {
  it('are nodes that are there, and storages that may hold it', () => {
    const [none, first, , third] = nodeOptions(cluster.get(), 'Same');
    expect([none?.value, first?.value, third?.disabled]).toEqual(['', 'pve-01', true]);
    expect(storageOptions(cluster.get(), 'pve-01', 'vm', 'Same').map(({ value }) => value)).toEqual(
      ['', 'local-lvm'],
    );
  });
});
