/** A copy of a guest as it is typed. */

import type { Cluster, ClusterGuest, GuestClone, GuestFromTemplate } from '$lib/host';

export interface CloneForm {
  id: string;
  name: string;
  node: string;
  full: boolean;
  storage: string;
  snapshot: string;
  user: string;
  sshKeys: string;
  address: string;
  gateway: string;
  start: boolean;
}

export function emptyClone(guest: ClusterGuest): CloneForm {
  return {
    id: '',
    name: '',
    node: '',
    full: !guest.template,
    storage: '',
    snapshot: '',
    user: '',
    sshKeys: '',
    address: 'dhcp',
    gateway: '',
    start: true,
  };
}

/** What is wrong, by field. */
export function cloneErrors(
  form: CloneForm,
  { guests }: Pick<Cluster, 'guests'>,
  cloudInit: boolean,
): Partial<Record<keyof CloneForm, string>> {
  const errors: Partial<Record<keyof CloneForm, string>> = {};
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(form.name.trim()))
    errors.name = 'Letters, digits, dots and hyphens, as in a host name.';
  const id = form.id.trim();
  if (id !== '') {
    if (!/^\d{3,9}$/.test(id)) errors.id = 'A number from 100.';
    else if (guests.some((guest) => guest.id === Number(id))) errors.id = `${id} is taken.`;
  }
  if (!cloudInit) return errors;
  const address = form.address.trim();
  if (address !== 'dhcp' && !/^[0-9a-f.:]+\/\d{1,3}$/i.test(address))
    errors.address = '“dhcp”, or an address with its prefix: 192.0.2.30/24.';
  if (
    address !== 'dhcp' &&
    form.gateway.trim() !== '' &&
    !/^[0-9a-f.:]+$/i.test(form.gateway.trim())
  )
    errors.gateway = 'An address, without a prefix.';
  const keys = form.sshKeys.split('\n').filter((line) => line.trim() !== '');
  if (keys.some((line) => !/^(ssh|ecdsa|sk)-\S+ \S+/.test(line.trim())))
    errors.sshKeys = 'A public key begins with its kind: “ssh-ed25519 AAAA…”.';
  return errors;
}

export function cloneOf(form: CloneForm): GuestClone {
  return {
    id: form.id.trim() === '' ? null : Number(form.id),
    name: form.name.trim(),
    node: form.node,
    full: form.full,
    // A linked copy lies where its template does.
    storage: form.full ? form.storage : '',
    snapshot: form.snapshot,
  };
}

export function templateOf(form: CloneForm): GuestFromTemplate {
  const address = form.address.trim();
  return {
    ...cloneOf(form),
    user: form.user.trim(),
    sshKeys: form.sshKeys.trim(),
    address,
    gateway: address === 'dhcp' ? '' : form.gateway.trim(),
    start: form.start,
  };
}
