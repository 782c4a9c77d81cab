// What the ways to reach a machine are called, and which settings each has a use for.

import type {
  DesktopSize,
  FlowControl,
  LineEnding,
  LocalEcho,
  Protocol,
  SerialFrame,
  Settings,
} from '../host/bindings';
import { vncPlace } from './vnc';

/** In the order of the numbers in `TreeRows.protocols`. */
export const PROTOCOLS = [
  'ssh',
  'telnet',
  'raw',
  'serial',
  'vnc',
  'rdp',
] as const satisfies readonly Protocol[];

export const PROTOCOL_NAMES: Record<Protocol, string> = {
  ssh: 'SSH',
  telnet: 'Telnet',
  raw: 'Raw TCP',
  serial: 'Serial',
  vnc: 'VNC',
  rdp: 'RDP',
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
  vnc: 5900,
  rdp: 3389,
};

/** What Enter sends where nobody says. */
export const DEFAULT_ENTER: Record<Protocol, LineEnding> = {
  ssh: 'cr',
  telnet: 'crLf',
  raw: 'cr',
  serial: 'cr',
  vnc: 'cr',
  rdp: 'cr',
};

const DESKTOPS: readonly Protocol[] = ['vnc', 'rdp'];

/** Whether it shows a desktop, and no terminal. */
export function isDesktop(protocol: Protocol | null | undefined): boolean {
  return protocol != null && DESKTOPS.includes(protocol);
}

const USED_BY: Record<keyof Settings, readonly Protocol[]> = {
  port: ['ssh', 'telnet', 'raw', 'vnc', 'rdp'],
  baud: ['serial'],
  frame: ['serial'],
  flowControl: ['serial'],
  enter: ['telnet', 'raw', 'serial'],
  localEcho: ['telnet', 'raw', 'serial'],
  user: ['ssh', 'telnet', 'vnc', 'rdp'],
  identities: ['ssh', 'vnc', 'rdp'],
  jump: ['ssh', 'telnet', 'raw', 'vnc', 'rdp'],
  connectTimeout: ['ssh', 'telnet', 'raw', 'vnc', 'rdp'],
  keepAlive: ['ssh', 'telnet'],
  legacyAlgorithms: ['ssh'],
  compression: ['ssh'],
  forwardAgent: ['ssh'],
  forwardX11: ['ssh'],
  terminalType: ['ssh', 'telnet'],
  startCommand: ['ssh'],
  record: ['ssh', 'telnet', 'raw', 'serial', ...DESKTOPS],
  domain: ['rdp'],
  shared: ['vnc'],
  viewOnly: DESKTOPS,
  quality: ['vnc'],
  desktopSize: DESKTOPS,
  keyboardLayout: ['rdp'],
  shareClipboard: DESKTOPS,
  audio: ['rdp'],
  drive: ['rdp'],
  driveWritable: ['rdp'],
  weakSignIn: DESKTOPS,
};

/** Whether a machine reached like this has a use for a setting. */
export function applies(protocol: Protocol, name: keyof Settings): boolean {
  return USED_BY[name].includes(protocol);
}

/** Whether a machine has a port beside its address. */
export function usesPort(protocol: Protocol, address: string): boolean {
  return applies(protocol, 'port') && (protocol !== 'vnc' || vncPlace(address) === 'tcp');
}

/** What people should know before they type a password; nothing where there is nothing to say. */
export function openWarning(
  protocol: Protocol | null | undefined,
  unencrypted = false,
): string | null {
  if (unencrypted) return 'This desktop is not encrypted: pictures and keys, passwords too.';
  if (protocol !== 'telnet' && protocol !== 'raw') return null;
  const name = protocol === 'telnet' ? 'Telnet' : 'Raw TCP';
  return `${name} sends everything unencrypted, passwords too.`;
}

/** How large a desktop is where nobody says. */
export function defaultSize(protocol: Protocol | null): DesktopSize {
  return { kind: protocol === 'rdp' ? 'tab' : 'machine' };
}

/** `1920 × 1080`, and the words for what is no number. */
export function sizeWords(size: DesktopSize): string {
  if (size.kind === 'tab') return 'As the tab';
  if (size.kind === 'machine') return 'As the machine has it';
  return `${String(size.width)} × ${String(size.height)}`;
}

/** Keyboards of Windows by their numbers; 0 leaves it to the machine. */
export const KEYBOARDS: readonly { value: string; label: string }[] = [
  { value: '0', label: 'As the machine has it' },
  { value: String(0x409), label: 'English (US)' },
  { value: String(0x809), label: 'English (UK)' },
  { value: String(0x407), label: 'German' },
  { value: String(0x807), label: 'German (Switzerland)' },
  { value: String(0x40c), label: 'French' },
  { value: String(0x80c), label: 'French (Belgium)' },
  { value: String(0x100c), label: 'French (Switzerland)' },
  { value: String(0x410), label: 'Italian' },
  { value: String(0x40a), label: 'Spanish' },
  { value: String(0x80a), label: 'Spanish (Latin America)' },
  { value: String(0x816), label: 'Portuguese' },
  { value: String(0x416), label: 'Portuguese (Brazil)' },
  { value: String(0x413), label: 'Dutch' },
  { value: String(0x406), label: 'Danish' },
  { value: String(0x414), label: 'Norwegian' },
  { value: String(0x41d), label: 'Swedish' },
  { value: String(0x40b), label: 'Finnish' },
  { value: String(0x415), label: 'Polish' },
  { value: String(0x405), label: 'Czech' },
  { value: String(0x40e), label: 'Hungarian' },
  { value: String(0x41f), label: 'Turkish' },
  { value: String(0x419), label: 'Russian' },
  { value: String(0x411), label: 'Japanese' },
  { value: String(0x412), label: 'Korean' },
];

export function keyboardWords(layout: number): string {
  const known = KEYBOARDS.find(({ value }) => value === String(layout));
  return known?.label ?? `0x${layout.toString(16)}`;
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
