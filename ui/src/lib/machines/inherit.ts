// Where each value of the editor comes from, recomputed as the person types.

import type {
  EffectiveSettings,
  Jump,
  NodeDetail,
  Origin,
  WhereValuesComeFrom,
} from '../host/bindings';
import { QUALITY_WORDS } from '../desktop/quality';
import { recordWords } from '../recordings/words';
import { appliesTo, type FormValues, isOwn, SETTING_NAMES, type SettingName } from './form';
import {
  DEFAULT_ENTER,
  DEFAULT_PORT,
  ECHO_WORDS,
  ENTER_WORDS,
  FLOW_WORDS,
  defaultSize,
  frameWords,
  isDesktop,
  keyboardWords,
  sizeWords,
} from './protocols';

/** Names that ids stand for, handed in so that this file needs no store. */
export interface Names {
  machine(id: string): string;
  identity(id: string): string;
}

export interface Source {
  /** Set here, or by someone above. */
  own: boolean;
  /** Who sets it if it is not set here: a folder's name, or "built in". */
  from: string;
  /** What would count if it were not set here, in words. */
  inherited: string;
}

export function originName(origin: Origin): string {
  return origin.kind === 'folder' ? origin.name : origin.kind === 'builtIn' ? 'built in' : 'here';
}

export function jumpWords(jump: Jump, names: Names): string {
  return jump.kind === 'direct' ? 'Direct' : names.machine(jump.entry);
}

/** Who sets a value that is not set here. A port that a folder passes down is that of SSH. */
function originOf(form: FormValues, effective: EffectiveSettings, name: SettingName): Origin {
  if (name === 'port' && form.protocol !== 'ssh') return { kind: 'builtIn' };
  return effective[name].inheritedOrigin;
}

/** The port that counts without the one set here, if there is one. */
export function inheritedPort(form: FormValues, effective: EffectiveSettings): number | null {
  return form.protocol === 'ssh' ? effective.port.inherited : DEFAULT_PORT[form.protocol];
}

/** The value that counts without the one set here, in words; empty where there is none. */
function inheritedWords(
  form: FormValues,
  effective: EffectiveSettings,
  name: SettingName,
  names: Names,
): string {
  switch (name) {
    case 'port':
      return String(inheritedPort(form, effective) ?? '');
    case 'frame':
      return frameWords(effective.frame.inherited);
    case 'flowControl':
      return FLOW_WORDS[effective.flowControl.inherited];
    case 'enter':
      return ENTER_WORDS[effective.enter.inherited ?? DEFAULT_ENTER[form.protocol]];
    case 'localEcho':
      return ECHO_WORDS[effective.localEcho.inherited];
    case 'identities':
      return effective.identities.inherited.map((id) => names.identity(id)).join(', ');
    case 'jump':
      return jumpWords(effective.jump.inherited, names);
    case 'legacyAlgorithms':
      return effective.legacyAlgorithms.inherited ? 'allowed' : 'off';
    case 'compression':
    case 'forwardAgent':
    case 'forwardX11':
    case 'shared':
    case 'viewOnly':
    case 'shareClipboard':
    case 'audio':
    case 'driveWritable':
    case 'weakSignIn':
      return effective[name].inherited ? 'on' : 'off';
    case 'quality':
      return QUALITY_WORDS[effective.quality.inherited];
    case 'desktopSize':
      return sizeWords(effective.desktopSize.inherited ?? defaultSize(form.protocol));
    case 'keyboardLayout':
      return keyboardWords(effective.keyboardLayout.inherited);
    case 'record':
      return recordWords(effective.record.inherited, isDesktop(form.protocol));
    case 'keepAlive':
      return effective.keepAlive.inherited === 0
        ? 'off'
        : `${String(effective.keepAlive.inherited)} s`;
    case 'connectTimeout':
      return `${String(effective.connectTimeout.inherited)} s`;
    default:
      return String(effective[name].inherited ?? '');
  }
}

export function sourceOf(
  form: FormValues,
  effective: EffectiveSettings,
  name: SettingName,
  names: Names,
): Source {
  return {
    own: isOwn(form, name),
    // What nobody in the tree says about recording, the settings of the vault say.
    from:
      name === 'record' && effective.record.inheritedOrigin.kind === 'builtIn'
        ? 'the vault'
        : originName(originOf(form, effective, name)),
    inherited: inheritedWords(form, effective, name, names),
  };
}

/** The settings there is a use for; a folder passes down all of them. */
function used(form: FormValues, folder: boolean): SettingName[] {
  return SETTING_NAMES.filter((name) => folder || appliesTo(form, name));
}

/** How many values are set here and how many come from above. Name and address are always set here. */
export function counts(form: FormValues, folder: boolean): { here: number; inherited: number } {
  const all = used(form, folder);
  const own = all.filter((name) => isOwn(form, name)).length;
  const mac = form.protocol !== 'serial' && form.mac.trim() !== '';
  const always = folder ? 1 : 2 + (mac ? 1 : 0);
  return { here: always + own, inherited: all.length - own };
}

const sameOrigin = (a: Origin, b: Origin): boolean =>
  a.kind === b.kind && (a.kind !== 'folder' || (b.kind === 'folder' && a.id === b.id));

/** The rungs from built in to here, with what each contributes to the form as it stands now. */
export function liveLadder(
  form: FormValues,
  detail: NodeDetail,
  folder: boolean,
): WhereValuesComeFrom[] {
  return detail.ladder.map((rung) => {
    if (rung.origin.kind === 'here') {
      return { origin: rung.origin, values: counts(form, folder).here, tags: form.tags };
    }
    const values = used(form, folder).filter(
      (name) =>
        !isOwn(form, name) && sameOrigin(originOf(form, detail.effective, name), rung.origin),
    ).length;
    return { origin: rung.origin, values, tags: rung.tags };
  });
}

const plural = (n: number, word: string): string => `${String(n)} ${word}${n === 1 ? '' : 's'}`;

/** "2 values and 1 tag". */
export function rungWords(rung: WhereValuesComeFrom): string {
  const said = [
    ...(rung.values > 0 ? [plural(rung.values, 'value')] : []),
    ...(rung.tags.length > 0 ? [plural(rung.tags.length, 'tag')] : []),
  ];
  return said.join(' and ') || 'nothing that counts here';
}
