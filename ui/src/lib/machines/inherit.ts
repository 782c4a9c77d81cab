// Where each value of the editor comes from, recomputed as the person types.

import type {
  EffectiveSettings,
  Jump,
  NodeDetail,
  Origin,
  WhereValuesComeFrom,
} from '../host/bindings';
import { type FormValues, isOwn, SETTING_NAMES, type SettingName } from './form';

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

/** The value that counts without the one set here, in words; empty where there is none. */
export function inheritedWords(
  effective: EffectiveSettings,
  name: SettingName,
  names: Names,
): string {
  switch (name) {
    case 'identities':
      return effective.identities.inherited.map((id) => names.identity(id)).join(', ');
    case 'jump':
      return jumpWords(effective.jump.inherited, names);
    case 'compression':
    case 'forwardAgent':
    case 'forwardX11':
      return effective[name].inherited ? 'on' : 'off';
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
    from: originName(effective[name].inheritedOrigin),
    inherited: inheritedWords(effective, name, names),
  };
}

/** How many values are set here and how many come from above. Name and address are always set here. */
export function counts(form: FormValues, folder: boolean): { here: number; inherited: number } {
  const own = SETTING_NAMES.filter((name) => isOwn(form, name)).length;
  const always = folder ? 1 : 2 + (form.mac.trim() ? 1 : 0);
  return { here: always + own, inherited: SETTING_NAMES.length - own };
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
    const values = SETTING_NAMES.filter(
      (name) =>
        !isOwn(form, name) && sameOrigin(detail.effective[name].inheritedOrigin, rung.origin),
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
