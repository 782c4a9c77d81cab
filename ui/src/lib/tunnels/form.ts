// A tunnel while it is being edited: its ends are text, as people write them.

import type { Tunnel, TunnelEnd, TunnelKind } from '../host/bindings';

export interface TunnelForm {
  id: string;
  name: string;
  kind: TunnelKind;
  /** "8080", "*:8080", "[::1]:8080" or the path of a socket. */
  listen: string;
  /** "db:5432", "[2001:db8::1]:80" or the path of a socket. */
  to: string;
  withSession: boolean;
}

export interface TunnelErrors {
  listen?: string;
  to?: string;
}

export const KINDS: readonly { value: TunnelKind; label: string }[] = [
  { value: 'local', label: 'Local' },
  { value: 'remote', label: 'Remote' },
  { value: 'dynamic', label: 'Dynamic (SOCKS 5)' },
];

export function emptyTunnel(): TunnelForm {
  return {
    id: crypto.randomUUID(),
    name: '',
    kind: 'local',
    listen: '',
    to: '',
    withSession: false,
  };
}

/** An end as people write it. */
export function endText(end: TunnelEnd): string {
  if (end.kind === 'socket') return end.path;
  const address = end.address.includes(':') ? `[${end.address}]` : end.address;
  return address === '' ? String(end.port) : `${address}:${String(end.port)}`;
}

export function formOfTunnel(tunnel: Tunnel): TunnelForm {
  const { id, name, kind, to, withSession } = tunnel;
  const listen = endText(tunnel.listen);
  return { id, name, kind, listen, to: to ? endText(to) : '', withSession };
}

/** What an end says, if it says something. */
export function parseEnd(text: string): TunnelEnd | null {
  const typed = text.trim();
  if (typed.startsWith('/')) return { kind: 'socket', path: typed };
  const [, bracketed, plain, digits] =
    /^(?:(?:\[([^\]]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/.exec(typed) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return null;
  return { kind: 'port', address: bracketed ?? plain ?? '', port };
}

export function tunnelErrors(form: TunnelForm): TunnelErrors {
  const errors: TunnelErrors = {};
  const listen = parseEnd(form.listen);
  if (!listen) errors.listen = 'Type a port such as 8080, an address and a port, or a path.';
  if (form.kind !== 'dynamic') {
    const to = parseEnd(form.to);
    const whole = to?.kind === 'socket' || (to?.address !== '' && to !== null && to.port > 0);
    if (!whole) errors.to = 'Type a host and a port such as db:5432, or a path.';
  }
  return errors;
}

/** The first thing wrong with any of them, and with them together. */
export function tunnelsError(forms: readonly TunnelForm[]): string | undefined {
  for (const [at, form] of forms.entries()) {
    const { listen, to } = tunnelErrors(form);
    const wrong = listen ?? to;
    if (wrong !== undefined) return `Tunnel ${String(at + 1)}: ${wrong}`;
  }
  const places = forms.map((form) => {
    const end = parseEnd(form.listen);
    const free = end?.kind === 'port' && end.port === 0;
    return free ? form.id : `${String(form.kind === 'remote')} ${form.listen.trim()}`;
  });
  const twice = places.findIndex((place, at) => places.indexOf(place) !== at);
  const listen = forms[twice]?.listen.trim();
  return listen === undefined ? undefined : `Two tunnels listen at ${listen}.`;
}

/** The tunnel; what is wrong with it is left for the core to say. */
export function tunnelOf(form: TunnelForm): Tunnel {
  const nothing: TunnelEnd = { kind: 'port', address: '', port: 0 };
  return {
    id: form.id,
    name: form.name.trim(),
    kind: form.kind,
    listen: parseEnd(form.listen) ?? nothing,
    to: form.kind === 'dynamic' ? null : (parseEnd(form.to) ?? nothing),
    withSession: form.withSession,
  };
}

/** What a tunnel does, in a sentence: for whoever fills in its ends. */
export function explained(form: TunnelForm, machine: string): string {
  const there = machine === '' ? 'the machine' : machine;
  const to = form.to.trim() || 'db:5432';
  const listen = parseEnd(form.listen);
  const at =
    listen?.kind === 'socket' ? listen.path : `port ${listen ? String(listen.port) : '8080'}`;
  const open =
    listen?.kind === 'port' && !['', 'localhost', '127.0.0.1', '::1'].includes(listen.address);
  const everybody = open ? ' Other computers can connect to it as well.' : '';
  switch (form.kind) {
    case 'local':
      return `${at} of this computer leads to ${to} as seen from ${there}.${everybody}`;
    case 'remote':
      return `${at} of ${there} leads to ${to} as seen from this computer.${everybody}`;
    case 'dynamic':
      return `Programs that use ${at} of this computer as SOCKS 5 proxy connect from ${there}.${everybody}`;
  }
}
