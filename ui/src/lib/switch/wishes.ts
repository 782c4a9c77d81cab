/** What somebody wants of a port, as it is typed, and the wishes that come of it. */

import type { SwitchPort, SwitchVlan, SwitchWish } from '$lib/host';
import { rangesText } from './words';

export type PortMode = 'access' | 'trunk';

export interface PortForm {
  up: boolean;
  alias: string;
  mode: PortMode;
  /** The VLAN of an access port; number as text. */
  vlan: string;
  /** Without a tag on a trunk; empty is none. */
  native: string;
  /** "20-23, 30". */
  tagged: string;
}

export function formOf(port: SwitchPort): PortForm {
  const native = port.native === null ? '' : String(port.native);
  return {
    up: port.up,
    alias: port.alias,
    mode: port.tagged.length > 0 ? 'trunk' : 'access',
    vlan: native,
    native,
    tagged: rangesText(port.tagged),
  };
}

const LAST_VLAN = 4094;

/** Numbers of VLANs from "20-23, 30"; none if it is no such list. */
export function parseVlans(text: string): number[] | null {
  const numbers = new Set<number>();
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
    if (!match) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first < 1 || last > LAST_VLAN || last < first) return null;
    for (let vlan = first; vlan <= last; vlan++) numbers.add(vlan);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** What is wrong, by field. */
export function portErrors(
  form: PortForm,
  vlans: readonly Pick<SwitchVlan, 'id'>[],
): Partial<Record<keyof PortForm, string>> {
  const errors: Partial<Record<keyof PortForm, string>> = {};
  if (form.mode === 'access') {
    if (form.vlan === '') errors.vlan = 'Choose a VLAN.';
    return errors;
  }
  const tagged = parseVlans(form.tagged);
  if (tagged === null) errors.tagged = 'Numbers from 1 to 4094: “20-23, 30”.';
  else if (tagged.length === 0) errors.tagged = 'A trunk carries one VLAN with a tag at least.';
  else {
    const missing = tagged.filter((id) => vlans.every((vlan) => vlan.id !== id));
    if (missing.length > 0) errors.tagged = `There is no VLAN ${rangesText(missing)} here.`;
    else if (form.native !== '' && tagged.includes(Number(form.native)))
      errors.tagged = `VLAN ${form.native} is the one without a tag.`;
  }
  return errors;
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((each, at) => each === b[at]);

/** Only what differs from how the port is. */
export function wishesOf(form: PortForm, port: SwitchPort): SwitchWish[] {
  const wishes: SwitchWish[] = [];
  const { index } = port;
  if (form.alias !== port.alias) wishes.push({ kind: 'alias', port: index, alias: form.alias });
  if (port.switched) {
    if (form.mode === 'access') {
      const vlan = Number(form.vlan);
      if (form.vlan !== '' && (vlan !== port.native || port.tagged.length > 0))
        wishes.push({ kind: 'access', port: index, vlan });
    } else {
      const native = form.native === '' ? null : Number(form.native);
      const tagged = parseVlans(form.tagged) ?? [];
      const before = port.tagged.toSorted((a, b) => a - b);
      if (native !== port.native || !same(tagged, before))
        wishes.push({ kind: 'trunk', port: index, native, tagged });
    }
  }
  // Last: a port that goes down may be the one that all of this goes through.
  if (form.up !== port.up) wishes.push({ kind: 'up', port: index, up: form.up });
  return wishes;
}

/** Addresses as they are typed, one a line or with blanks and commas between them. */
export const addressesOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** What is wrong at first sight; the rest is for the plan to say. */
export function addressesError(text: string): string | null {
  const wrong = addressesOf(text).find(
    (one) => !/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)\/\d{1,3}$/i.test(one),
  );
  return wrong === undefined
    ? null
    : `“${wrong}” is no address with its prefix, as 192.0.2.1/24 or 2001:db8::1/64.`;
}
