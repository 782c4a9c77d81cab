// What can be said about a form before it is sent. The core checks again; these words come at once, beside the field.

import { fieldCalled } from '../host/errors';
import { waysError } from '../devices/form';
import { tunnelsError } from '../tunnels/form';
import {
  appliesTo,
  type FieldName,
  type FormValues,
  SETTING_NAMES,
  type SettingName,
} from './form';
import { PROTOCOL_NAMES } from './protocols';
import { vncPlace, vncPlaceError } from './vnc';

export type FieldErrors = Partial<Record<FieldName, string>>;

const LIMITS = {
  name: 255,
  address: 253,
  user: 255,
  tag: 64,
  startCommand: 4096,
  notes: 65_536,
} as const;
const CONTROL = /\p{Cc}/u;

/** A whole number from `from` to `to`, or what is wrong with it. Nothing typed is fine: it is inherited. */
export function numberError(
  value: string,
  what: string,
  from: number,
  to: number,
  unit = '',
): string | undefined {
  const typed = value.trim();
  if (typed === '') return undefined;
  const number = Number(typed);
  const sign = unit ? ` ${unit}` : '';
  if (!/^\d+$/.test(typed) || number < from || number > to) {
    return `${what} is a whole number from ${String(from)} to ${String(to)}${sign}.`;
  }
  return undefined;
}

/** `aa:bb:cc:dd:ee:ff` of any usual way to write it, or nothing. */
export function normalMac(value: string): string | null {
  const typed = value.trim();
  const usual = /^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(typed);
  const dotted = /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(typed);
  const bare = /^[0-9a-f]{12}$/i.test(typed);
  if (!usual && !dotted && !bare) return null;
  const digits = typed.replace(/[^0-9a-f]/gi, '').toLowerCase();
  return digits.match(/../g)?.join(':') ?? null;
}

function addressError(value: string): string | undefined {
  const typed = value.trim();
  if (typed === '') return 'Say where the machine is: a host name or an IP address.';
  if (/:\/\//.test(typed))
    return 'Leave out the protocol: only a host name or an IP address goes here.';
  if (typed.includes('@')) return 'The user goes in its own field below.';
  if (/\s/.test(typed) || CONTROL.test(typed)) return 'An address has no spaces.';
  if (/^[^:[\]]+:\d+$/.test(typed) || /\]:\d+$/.test(typed))
    return 'The port goes in its own field below.';
  if (typed.length > LIMITS.address)
    return `An address has at most ${String(LIMITS.address)} characters.`;
  if (typed.startsWith('-')) return 'An address does not start with a dash.';
  return undefined;
}

function placeError(form: FormValues): string | undefined {
  const host = form.protocol !== 'vnc' || vncPlace(form.address) === 'tcp';
  return host ? addressError(form.address) : vncPlaceError(form.address);
}

function nameError(form: FormValues, folder: boolean): string | undefined {
  const typed = form.name.trim();
  if (folder && typed === '') return 'A folder needs a name.';
  if (typed.length > LIMITS.name) return `A name has at most ${String(LIMITS.name)} characters.`;
  if (CONTROL.test(typed)) return 'A name is one line of text.';
  return undefined;
}

function lineError(value: string, what: string, most: number): string | undefined {
  if (value.length > most) return `${what} has at most ${String(most)} characters.`;
  return CONTROL.test(value) ? `${what} is one line of text.` : undefined;
}

/** What is wrong with a tag, or nothing. */
export function tagError(tag: string): string | undefined {
  if (/\s/.test(tag)) return 'A tag is one word.';
  if (tag.length > LIMITS.tag) return `A tag has at most ${String(LIMITS.tag)} characters.`;
  if (tag !== '' && !/^#?[\p{L}\p{N}\-_.:/@+=]+$/u.test(tag))
    return 'A tag is letters, digits and - _ . : / @ + =';
  return undefined;
}

function terminalTypeError(value: string): string | undefined {
  const typed = value.trim();
  return typed === '' || /^[!-~]{1,64}$/.test(typed)
    ? undefined
    : 'A terminal type is a name such as xterm-256color.';
}

function deviceError(value: string): string | undefined {
  const typed = value.trim();
  if (typed === '') return 'Say which port it is on, such as /dev/ttyUSB0 or COM3.';
  return lineError(typed, 'The name of a port', 1024);
}

function folderError(value: string): string | undefined {
  const typed = value.trim();
  if (typed === '') return undefined;
  if (!/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(typed)) return 'Give the whole path of the folder.';
  return lineError(typed, 'The path', 1024);
}

function sizeError(size: FormValues['desktopSize']): string | undefined {
  if (size?.kind !== 'fixed') return undefined;
  const fits = (side: number) => Number.isInteger(side) && side >= 200 && side <= 8192;
  return fits(size.width) && fits(size.height)
    ? undefined
    : 'Each side is a whole number from 200 to 8192 pixels.';
}

function portError(form: FormValues): string | undefined {
  if (form.protocol === 'raw' && form.port.trim() === '')
    return `${PROTOCOL_NAMES.raw} has no usual port: say which.`;
  return numberError(form.port, 'A port', 1, 65_535);
}

/** Everything that is wrong, by field. What is not on the page is not complained about. */
export function formErrors(form: FormValues, folder: boolean): FieldErrors {
  const serial = form.protocol === 'serial';
  const found: FieldErrors = {
    name: nameError(form, folder),
    address: folder || serial ? undefined : placeError(form),
    device: serial ? deviceError(form.device) : undefined,
    mac:
      !serial && form.mac.trim() && !normalMac(form.mac)
        ? 'A MAC address is six pairs: aa:bb:cc:dd:ee:ff.'
        : undefined,
    port: portError(form),
    baud: numberError(form.baud, 'The speed', 1, 20_000_000, 'bits per second'),
    user: lineError(form.user, 'A user name', LIMITS.user),
    connectTimeout: numberError(form.connectTimeout, 'The time', 1, 600, 'seconds'),
    keepAlive: numberError(form.keepAlive, 'The time', 0, 86_400, 'seconds'),
    tunnels: folder ? undefined : tunnelsError(form.tunnels),
    management: folder ? undefined : waysError(form.management),
    terminalType: terminalTypeError(form.terminalType),
    startCommand: lineError(form.startCommand, 'A start command', LIMITS.startCommand),
    domain: lineError(form.domain, 'A domain', LIMITS.user),
    drive: folderError(form.drive),
    desktopSize: sizeError(form.desktopSize),
    tags: form.tags.map(tagError).find((error) => error !== undefined),
    notes: form.notes.length > LIMITS.notes ? 'Notes hold at most 65,536 characters.' : undefined,
  };
  const counts = (name: string) =>
    folder || !(SETTING_NAMES as readonly string[]).includes(name)
      ? true
      : appliesTo(form, name as SettingName);
  return Object.fromEntries(
    Object.entries(found).filter(([name, error]) => error !== undefined && counts(name)),
  ) as FieldErrors;
}

/** The parts of the editor and what stands in them, in its order. */
export const FIELDS = {
  where: ['protocol', 'name', 'address', 'device', 'port', 'mac'],
  line: ['baud', 'frame', 'flowControl'],
  signin: ['user', 'domain', 'identities', 'weakSignIn'],
  route: ['jump', 'connectTimeout', 'keepAlive', 'legacyAlgorithms', 'compression'],
  labels: ['tags', 'icon', 'color', 'notes'],
  terminal: ['terminalType', 'startCommand', 'enter', 'localEcho', 'record'],
  desktop: [
    'desktopSize',
    'quality',
    'viewOnly',
    'shared',
    'keyboardLayout',
    'shareClipboard',
    'audio',
    'drive',
    'driveWritable',
  ],
  tunnels: ['forwardAgent', 'forwardX11', 'tunnels'],
  management: ['management'],
} as const satisfies Record<string, readonly FieldName[]>;

const ORDER: readonly FieldName[] = Object.values(FIELDS).flat();

/** The first field with an error, in the order they stand on the page. */
export function firstError(errors: FieldErrors): FieldName | undefined {
  return ORDER.find((name) => errors[name] !== undefined);
}

/** The form's field for the name an error of the core carries (`settings.port`, `connect_timeout` …). */
export function fieldOf(name: string | null | undefined): FieldName | undefined {
  // Which of them it is stands in the message.
  if (name?.startsWith('tunnels')) return 'tunnels';
  if (name?.startsWith('management')) return 'management';
  return fieldCalled(name, ORDER);
}
