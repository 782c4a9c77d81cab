// Takes apart what people paste into the address field.

import type { Protocol } from '../host/bindings';
import { socketPath, vncPlace } from './vnc';

export interface AddressParts {
  address: string;
  /** Where the text names one. */
  protocol?: Protocol;
  baud?: string;
  user?: string;
  port?: string;
}

const SCHEMES: Record<string, Protocol> = {
  ssh: 'ssh',
  telnet: 'telnet',
  tcp: 'raw',
  vnc: 'vnc',
  rdp: 'rdp',
};

/**
 * `user@host:port`, `ssh://user@host:port`, `[v6]:port`, `telnet://host`, `tcp://host:port`,
 * `serial:/dev/ttyUSB0?baud=9600`; for VNC `vnc://host:port`, `ws://…`, `wss://…`, `unix:/run/vnc.sock`; nothing when it
 * is just an address.
 */
export function splitAddress(pasted: string): AddressParts | null {
  const serial = /^serial:(?:\/\/(?=\/))?([^?\s]+)(?:\?baud=(\d+))?$/i.exec(pasted.trim());
  if (serial) {
    const [, address = '', baud] = serial;
    return { address, protocol: 'serial', ...(baud === undefined ? {} : { baud }) };
  }
  const place = pasted.trim().replace(/^vnc:\/\/(?=\/)/i, 'unix:');
  if (/^unix:\//i.test(place)) return { address: socketPath(place), protocol: 'vnc' };
  if (vncPlace(place) === 'webSocket') return { address: place, protocol: 'vnc' };
  const scheme = /^(ssh|telnet|tcp|vnc|rdp):\/\//i.exec(pasted.trim());
  const protocol = scheme?.[1] && SCHEMES[scheme[1].toLowerCase()];
  const text = pasted
    .trim()
    .slice(scheme?.[0].length ?? 0)
    .replace(/\/$/, '');
  const match = /^(?:([^@\s]+)@)?(?:\[([0-9a-f:.%]+)\]|([^\s:[\]@/]+))(?::(\d{1,5}))?$/i.exec(text);
  if (!match) return null;
  const [, user, v6, host, port] = match;
  const address = v6 ?? host;
  if (!address || (user === undefined && port === undefined && text === pasted.trim())) return null;
  return {
    address,
    ...(protocol ? { protocol } : {}),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  };
}
