// What the ways to reach a machine are called, and which settings each has a use for.

import type {
  FlowControl,
  LineEnding,
  LocalEcho,
  Protocol,
  SerialFrame,
  Settings,
} from '../host/bindings';

/** In the order of the numbers in `TreeRows.protocols`. */
export const PROTOCOLS = ['ssh', 'telnet', 'raw', 'serial'] as const satisfies readonly Protocol[];

export const PROTOCOL_NAMES: Record<Protocol, string> = {
  ssh: 'SSH',
  telnet: 'Telnet',
  raw: 'Raw TCP',
  serial: 'Serial',
};

/** The protocol of a number in `TreeRows.protocols`. */
export function protocolAt(column: number | undefined): Protocol {
  return PROTOCOLS[column ?? 0] ?? 'ssh';
}

/** The port where nobody says one. */
export const DEFAULT_PORT: Record<Protocol, number | null> = {
  ssh: 22,
  telnet: 23,
  raw: null,
  serial: null,
};

/** What Enter sends where nobody says. */
export const DEFAULT_ENTER: Record<Protocol, LineEnding> = {
  ssh: 'cr',
  telnet: 'crLf',
  raw: 'cr',
  serial: 'cr',
};

const USED_BY: Record<keyof Settings, readonly Protocol[]> = {
  port: ['ssh', 'telnet', 'raw'],
  baud: ['serial'],
  frame: ['serial'],
  flowControl: ['serial'],
  enter: ['telnet', 'raw', 'serial'],
  localEcho: ['telnet', 'raw', 'serial'],
  user: ['ssh', 'telnet'],
  identities: ['ssh'],
  jump: ['ssh', 'telnet', 'raw'],
  connectTimeout: ['ssh', 'telnet', 'raw'],
  keepAlive: ['ssh', 'telnet'],
  legacyAlgorithms: ['ssh'],
  compression: ['ssh'],
  forwardAgent: ['ssh'],
  forwardX11: ['ssh'],
  terminalType: ['ssh', 'telnet'],
  startCommand: ['ssh'],
  record: PROTOCOLS,
};

/** Whether a machine reached like this has a use for a setting. */
export function applies(protocol: Protocol, name: keyof Settings): boolean {
  return USED_BY[name].includes(protocol);
}

/** What people should know before they type a password; nothing where there is nothing to say. */
export function openWarning(protocol: Protocol | null | undefined): string | null {
  if (protocol !== 'telnet' && protocol !== 'raw') return null;
  const name = protocol === 'telnet' ? 'Telnet' : 'Raw TCP';
  return `${name} sends everything unencrypted, passwords too.`;
}

const PARITY = { none: 'N', odd: 'O', even: 'E' } as const;

/** `8N1`. */
export function frameWords(frame: SerialFrame): string {
  return `${String(frame.dataBits)}${PARITY[frame.parity]}${String(frame.stopBits)}`;
}

/** The frame of `8N1`; nothing if it is none. */
export function frameOf(words: string): SerialFrame | null {
  const [, bits, letter, stop] = /^([5-8])([NOE])([12])$/.exec(words) ?? [];
  if (!bits || !letter || !stop) return null;
  const parity = letter === 'N' ? 'none' : letter === 'O' ? 'odd' : 'even';
  return { dataBits: Number(bits), parity, stopBits: Number(stop) };
}

/** The frames that devices use, the usual one first. */
export const FRAMES = ['8N1', '8N2', '8E1', '8O1', '7E1', '7O1', '7N1', '7N2', '7E2', '7O2'];

export const SPEEDS = ['9600', '19200', '38400', '57600', '115200', '230400', '921600', '1500000'];

export const FLOW_WORDS: Record<FlowControl, string> = {
  none: 'None',
  rtsCts: 'RTS/CTS',
  xonXoff: 'XON/XOFF',
};

export const ENTER_WORDS: Record<LineEnding, string> = {
  cr: 'CR',
  lf: 'LF',
  crLf: 'CR LF',
};

export const ECHO_WORDS: Record<LocalEcho, string> = {
  auto: 'Automatic',
  on: 'On',
  off: 'Off',
};
