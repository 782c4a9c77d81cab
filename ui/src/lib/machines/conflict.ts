// Two people changed the same machine or folder: what differs, in words, and both changes put together.

import { kindText } from '../devices/kinds';
import { QUALITY_WORDS } from '../desktop/quality';
import { recordWords } from '../recordings/words';
import type { FieldName, FormValues } from './form';
import { jumpWords, type Names } from './inherit';
import {
  ECHO_WORDS,
  ENTER_WORDS,
  FLOW_WORDS,
  frameWords,
  keyboardWords,
  PROTOCOL_NAMES,
  sizeWords,
} from './protocols';

/** What fields are called, as on the page. */
const LABELS: Record<FieldName, string> = {
  protocol: 'Protocol',
  name: 'Name',
  address: 'Address',
  device: 'Serial port',
  port: 'Port',
  mac: 'MAC address',
  baud: 'Speed',
  frame: 'Frame',
  flowControl: 'Flow control',
  user: 'User',
  domain: 'Domain',
  identities: 'Identities',
  weakSignIn: 'Unproved sign-in',
  jump: 'Through',
  connectTimeout: 'Give up after',
  keepAlive: 'Keep alive',
  legacyAlgorithms: 'Legacy algorithms',
  compression: 'Compression',
  tags: 'Tags',
  icon: 'Icon',
  color: 'Colour',
  notes: 'Notes',
  terminalType: 'Terminal type',
  startCommand: 'Start command',
  enter: 'Enter sends',
  localEcho: 'Local echo',
  record: 'Record',
  desktopSize: 'Size',
  quality: 'Quality',
  viewOnly: 'View only',
  shared: 'Shared',
  keyboardLayout: 'Keyboard',
  shareClipboard: 'Clipboard',
  audio: 'Sound',
  drive: 'Folder as drive',
  driveWritable: 'May write',
  forwardAgent: 'SSH agent',
  forwardX11: 'X11',
  tunnels: 'Tunnels',
  management: 'Management',
};

export interface Difference {
  field: FieldName;
  label: string;
  theirs: string;
  mine: string;
  /** Whose change it is, against what both began with. */
  by: 'both' | 'them' | 'me';
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields that differ, those first that both have changed. */
export function differences(
  base: FormValues,
  mine: FormValues,
  theirs: FormValues,
  names: Names,
): Difference[] {
  const found = (Object.keys(LABELS) as FieldName[])
    .filter((field) => !same(mine[field], theirs[field]))
    .map((field): Difference => {
      const iDid = !same(base[field], mine[field]);
      const theyDid = !same(base[field], theirs[field]);
      return {
        field,
        label: LABELS[field],
        theirs: valueWords(theirs, field, names),
        mine: valueWords(mine, field, names),
        by: iDid && theyDid ? 'both' : theyDid ? 'them' : 'me',
      };
    });
  const order = { both: 0, me: 1, them: 2 };
  return found.sort((a, b) => order[a.by] - order[b.by]);
}

/** What I changed over what they changed: only fields that both did lose theirs. */
export function merged(base: FormValues, mine: FormValues, theirs: FormValues): FormValues {
  const mineChanged = Object.entries(mine).filter(
    ([field, value]) => !same(base[field as FieldName], value),
  );
  return { ...theirs, ...Object.fromEntries(mineChanged) };
}

/** A value as the page says it. */
function valueWords(form: FormValues, field: FieldName, names: Names): string {
  switch (field) {
    case 'protocol':
      return PROTOCOL_NAMES[form.protocol];
    case 'tags':
      return form.tags.join(', ') || 'none';
    case 'tunnels':
      return (
        form.tunnels
          .map(({ name, listen, to }) => name || [listen, to].filter(Boolean).join(' to '))
          .join(', ') || 'none'
      );
    case 'management':
      return form.management.map((way) => way.name.trim() || kindText(way)).join(', ') || 'none';
    case 'icon':
    case 'color':
      return form[field] ?? 'the usual one';
    case 'identities':
      return form.identities
        ? form.identities.map((id) => names.identity(id)).join(', ') || 'none: asks'
        : INHERITED;
    case 'jump':
      return form.jump ? jumpWords(form.jump, names) : INHERITED;
    case 'name':
    case 'address':
    case 'device':
    case 'mac':
    case 'notes':
      return form[field].trim() || 'empty';
    default:
      return settingWords(form, field);
  }
}

const INHERITED = 'inherited';

type PlainSetting = Exclude<
  FieldName,
  | 'protocol'
  | 'tags'
  | 'tunnels'
  | 'management'
  | 'icon'
  | 'color'
  | 'identities'
  | 'jump'
  | 'name'
  | 'address'
  | 'device'
  | 'mac'
  | 'notes'
>;

function settingWords(form: FormValues, field: PlainSetting): string {
  const value = form[field];
  if (value === null || value === '') return INHERITED;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  switch (field) {
    case 'frame':
      return form.frame ? frameWords(form.frame) : INHERITED;
    case 'flowControl':
      return form.flowControl ? FLOW_WORDS[form.flowControl] : INHERITED;
    case 'enter':
      return form.enter ? ENTER_WORDS[form.enter] : INHERITED;
    case 'localEcho':
      return form.localEcho ? ECHO_WORDS[form.localEcho] : INHERITED;
    case 'quality':
      return form.quality ? QUALITY_WORDS[form.quality] : INHERITED;
    case 'desktopSize':
      return form.desktopSize ? sizeWords(form.desktopSize) : INHERITED;
    case 'keyboardLayout':
      return keyboardWords(form.keyboardLayout ?? 0);
    case 'record':
      return form.record ? recordWords(form.record) : INHERITED;
    case 'keepAlive':
    case 'connectTimeout':
      return `${form[field]} s`;
    default:
      return String(value);
  }
}
