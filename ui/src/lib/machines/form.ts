// What the editor of a machine or folder holds while it is being edited, and how that becomes a draft.
//
// Text fields hold text, so that a half-typed port is no error; an empty one means "as the folder above says".
// No calls and no runes here: everything is a plain function of its arguments.

import type {
  DesktopSize,
  Entry,
  EntryDraft,
  FlowControl,
  Folder,
  FolderDraft,
  Jump,
  LineEnding,
  LocalEcho,
  PictureQuality,
  Protocol,
  RecordMode,
  SerialFrame,
  Settings,
} from '../host/bindings';
import { formOfWay, wayOf, type WayForm } from '../devices/form';
import { formOfTunnel, tunnelOf, type TunnelForm } from '../tunnels/form';
import { applies, usesPort } from './protocols';
import { normalMac } from './validate';
import { socketPath } from './vnc';

export interface FormValues {
  /** Always SSH for a folder. */
  protocol: Protocol;
  name: string;
  address: string;
  /** The serial port, which stays apart from the address while another protocol is chosen. */
  device: string;
  mac: string;
  tags: string[];
  notes: string;
  icon: string | null;
  color: string | null;
  port: string;
  baud: string;
  frame: SerialFrame | null;
  flowControl: FlowControl | null;
  enter: LineEnding | null;
  localEcho: LocalEcho | null;
  user: string;
  identities: string[] | null;
  jump: Jump | null;
  connectTimeout: string;
  keepAlive: string;
  legacyAlgorithms: boolean | null;
  compression: boolean | null;
  forwardAgent: boolean | null;
  forwardX11: boolean | null;
  tunnels: TunnelForm[];
  management: WayForm[];
  terminalType: string;
  startCommand: string;
  record: RecordMode | null;
  domain: string;
  shared: boolean | null;
  viewOnly: boolean | null;
  quality: PictureQuality | null;
  desktopSize: DesktopSize | null;
  keyboardLayout: number | null;
  shareClipboard: boolean | null;
  audio: boolean | null;
  drive: string;
  driveWritable: boolean | null;
  weakSignIn: boolean | null;
}

export type FieldName = keyof FormValues;
export type SettingName = keyof Settings;

/** The fields that folders pass down, in the order of the editor. */
export const SETTING_NAMES = [
  'port',
  'baud',
  'frame',
  'flowControl',
  'enter',
  'localEcho',
  'user',
  'identities',
  'jump',
  'connectTimeout',
  'keepAlive',
  'legacyAlgorithms',
  'compression',
  'forwardAgent',
  'forwardX11',
  'terminalType',
  'startCommand',
  'record',
  'domain',
  'shared',
  'viewOnly',
  'quality',
  'desktopSize',
  'keyboardLayout',
  'shareClipboard',
  'audio',
  'drive',
  'driveWritable',
  'weakSignIn',
] as const satisfies readonly SettingName[];

export function emptyForm(): FormValues {
  return {
    protocol: 'ssh',
    name: '',
    address: '',
    device: '',
    mac: '',
    tags: [],
    notes: '',
    icon: null,
    color: null,
    port: '',
    baud: '',
    frame: null,
    flowControl: null,
    enter: null,
    localEcho: null,
    user: '',
    identities: null,
    jump: null,
    connectTimeout: '',
    keepAlive: '',
    legacyAlgorithms: null,
    compression: null,
    forwardAgent: null,
    forwardX11: null,
    tunnels: [],
    management: [],
    terminalType: '',
    startCommand: '',
    record: null,
    domain: '',
    shared: null,
    viewOnly: null,
    quality: null,
    desktopSize: null,
    keyboardLayout: null,
    shareClipboard: null,
    audio: null,
    drive: '',
    driveWritable: null,
    weakSignIn: null,
  };
}

const text = (value: string | number | null | undefined): string =>
  value == null ? '' : String(value);

/** The form of a node as it was loaded. */
export function formOf(node: Entry | Folder): FormValues {
  const own = node.settings;
  const protocol = 'protocol' in node ? node.protocol : 'ssh';
  const address = 'address' in node ? node.address : '';
  return {
    protocol,
    name: node.name,
    address: protocol === 'serial' ? '' : address,
    device: protocol === 'serial' ? address : '',
    mac: 'mac' in node ? text(node.mac) : '',
    tags: [...node.tags],
    notes: node.notes,
    icon: node.icon ?? null,
    color: node.color ?? null,
    port: text(own.port),
    baud: text(own.baud),
    frame: own.frame ?? null,
    flowControl: own.flowControl ?? null,
    enter: own.enter ?? null,
    localEcho: own.localEcho ?? null,
    user: text(own.user),
    identities: own.identities ? [...own.identities] : null,
    jump: own.jump ?? null,
    connectTimeout: text(own.connectTimeout),
    keepAlive: text(own.keepAlive),
    legacyAlgorithms: own.legacyAlgorithms ?? null,
    compression: own.compression ?? null,
    forwardAgent: own.forwardAgent ?? null,
    forwardX11: own.forwardX11 ?? null,
    tunnels: 'tunnels' in node ? node.tunnels.map(formOfTunnel) : [],
    management: 'management' in node ? node.management.map(formOfWay) : [],
    terminalType: text(own.terminalType),
    startCommand: text(own.startCommand),
    record: own.record ?? null,
    domain: text(own.domain),
    shared: own.shared ?? null,
    viewOnly: own.viewOnly ?? null,
    quality: own.quality ?? null,
    desktopSize: own.desktopSize ?? null,
    keyboardLayout: own.keyboardLayout ?? null,
    shareClipboard: own.shareClipboard ?? null,
    audio: own.audio ?? null,
    drive: text(own.drive),
    driveWritable: own.driveWritable ?? null,
    weakSignIn: own.weakSignIn ?? null,
  };
}

const trimmed = (value: string): string | null => value.trim() || null;
const whole = (value: string): number | null => (value.trim() === '' ? null : Number(value.trim()));

/** Whether the node itself says something about a setting. */
export function isOwn(form: FormValues, name: SettingName): boolean {
  const value = form[name];
  return typeof value === 'string' ? value.trim() !== '' : value !== null;
}

/** Takes a setting back, so that the folder above counts again. */
export function inheritAgain(form: FormValues, name: SettingName): FormValues {
  return { ...form, [name]: emptyForm()[name] };
}

function settingsOf(form: FormValues): Settings {
  return {
    port: whole(form.port),
    baud: whole(form.baud),
    frame: form.frame,
    flowControl: form.flowControl,
    enter: form.enter,
    localEcho: form.localEcho,
    user: trimmed(form.user),
    identities: form.identities ? [...form.identities] : null,
    jump: form.jump,
    connectTimeout: whole(form.connectTimeout),
    keepAlive: whole(form.keepAlive),
    legacyAlgorithms: form.legacyAlgorithms,
    compression: form.compression,
    forwardAgent: form.forwardAgent,
    forwardX11: form.forwardX11,
    terminalType: trimmed(form.terminalType),
    startCommand: trimmed(form.startCommand),
    record: form.record,
    domain: trimmed(form.domain),
    shared: form.shared,
    viewOnly: form.viewOnly,
    quality: form.quality,
    desktopSize: form.desktopSize,
    keyboardLayout: form.keyboardLayout,
    shareClipboard: form.shareClipboard,
    audio: form.audio,
    drive: trimmed(form.drive),
    driveWritable: form.driveWritable,
    weakSignIn: form.weakSignIn,
  };
}

/** Whether the machine of a form has a use for a setting. */
export function appliesTo(form: FormValues, name: SettingName): boolean {
  return name === 'port' ? usesPort(form.protocol, form.address) : applies(form.protocol, name);
}

/** What the machine's protocol has no use for stays in the form, and is not sent. */
function settingsThatApply(form: FormValues): Settings {
  const all = settingsOf(form);
  const used = SETTING_NAMES.map((name) => [name, appliesTo(form, name) ? all[name] : null]);
  return Object.fromEntries(used) as Settings;
}

/** Host name, IP address or serial port, whichever the protocol wants. */
export function placeOf(form: FormValues): string {
  if (form.protocol === 'serial') return form.device.trim();
  return form.protocol === 'vnc' ? socketPath(form.address) : bareAddress(form.address);
}

/** A machine without a name is called by its address. */
export function entryName(form: FormValues): string {
  // A query may be longer than a name.
  return (
    form.name.trim() ||
    placeOf(form)
      .replace(/^\/dev\//, '')
      .slice(0, 255)
  );
}

/** `[2001:db8::1]` is written with brackets only where a port may follow. */
export function bareAddress(address: string): string {
  const written = address.trim();
  return /^\[[0-9a-f:.%a-z]+\]$/i.test(written) ? written.slice(1, -1) : written;
}

export function entryDraft(form: FormValues): EntryDraft {
  return {
    name: entryName(form),
    protocol: form.protocol,
    address: placeOf(form),
    mac:
      form.protocol !== 'serial' && form.mac.trim()
        ? (normalMac(form.mac) ?? form.mac.trim())
        : null,
    tags: [...form.tags],
    notes: form.notes,
    icon: form.icon,
    color: form.color,
    settings: settingsThatApply(form),
    tunnels: form.protocol === 'ssh' ? form.tunnels.map(tunnelOf) : [],
    management: form.management.map(wayOf),
  };
}

export function folderDraft(form: FormValues): FolderDraft {
  return {
    name: form.name.trim(),
    tags: [...form.tags],
    notes: form.notes,
    icon: form.icon,
    color: form.color,
    settings: settingsOf(form),
  };
}

/** Whether anything differs from what was loaded. Both sides are plain data, so their text tells. */
export function isDirty(now: FormValues, loaded: FormValues): boolean {
  return JSON.stringify(now) !== JSON.stringify(loaded);
}
