/** A guest's configuration as it is typed, and what of it is to be changed. */

import type { GuestChange, GuestDetail } from '$lib/host';

export interface ConfigForm {
  name: string;
  description: string;
  cores: string;
  sockets: string;
  cpuLimit: string;
  cpuUnits: string;
  memory: string;
  balloon: string;
}

type NumberField = Exclude<keyof ConfigForm, 'name' | 'description'>;

interface Rule {
  title: string;
  hint?: string;
  least: number;
  most: number;
  /** Only virtual machines have it. */
  vm?: boolean;
  /** Parts of one may be given. */
  parts?: boolean;
}

export const NUMBERS: Record<NumberField, Rule> = {
  cores: { title: 'Cores', least: 1, most: 8192 },
  sockets: { title: 'Sockets', least: 1, most: 4, vm: true },
  cpuLimit: {
    title: 'CPU limit',
    hint: 'In cores; 0 is no limit.',
    least: 0,
    most: 8192,
    parts: true,
  },
  cpuUnits: { title: 'CPU weight', hint: 'Beside other guests.', least: 1, most: 262144 },
  memory: { title: 'Memory, MiB', least: 16, most: 4178944 },
  balloon: {
    title: 'Memory at least, MiB',
    hint: '0 never takes memory back.',
    least: 0,
    most: 4178944,
    vm: true,
  },
};

export const NUMBER_FIELDS = Object.keys(NUMBERS) as NumberField[];

const written = (value: number | null): string => (value === null ? '' : String(value));

export function formOf(detail: GuestDetail): ConfigForm {
  return {
    name: detail.guest.name,
    description: detail.description,
    cores: written(detail.cores),
    sockets: written(detail.sockets),
    cpuLimit: written(detail.cpuLimit),
    cpuUnits: written(detail.cpuUnits),
    memory: written(detail.memory),
    balloon: written(detail.balloon),
  };
}

/** What is wrong, by field. */
export function errorsOf(
  form: ConfigForm,
  detail: GuestDetail,
): Partial<Record<keyof ConfigForm, string>> {
  const errors: Partial<Record<keyof ConfigForm, string>> = {};
  if (form.name !== detail.guest.name && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(form.name))
    errors.name = 'Letters, digits, dots and hyphens, as in a host name.';
  for (const field of NUMBER_FIELDS) {
    const { least, most, parts } = NUMBERS[field];
    const typed = form[field].trim();
    if (typed === written(detail[field])) continue;
    const number = Number(typed);
    if (typed === '' || !Number.isFinite(number) || (!parts && !Number.isInteger(number)))
      errors[field] = parts ? 'Type a number.' : 'Type a whole number.';
    else if (number < least || number > most) errors[field] = `From ${least} to ${most}.`;
  }
  const [balloon, memory] = [Number(form.balloon), Number(form.memory)];
  if (
    !errors.balloon &&
    !errors.memory &&
    form.balloon !== written(detail.balloon) &&
    balloon > memory
  )
    errors.balloon = 'Not more than the memory.';
  return errors;
}

/** Only what differs from what was read; none if nothing does. */
export function changeOf(form: ConfigForm, detail: GuestDetail): GuestChange | null {
  const before = formOf(detail);
  const number = (field: NumberField): number | null =>
    form[field].trim() === before[field] ? null : Number(form[field]);
  const text = (field: 'name' | 'description'): string | null =>
    form[field] === before[field] ? null : form[field];
  const change: GuestChange = {
    digest: detail.digest,
    name: text('name'),
    description: text('description'),
    cores: number('cores'),
    sockets: number('sockets'),
    cpuLimit: number('cpuLimit'),
    cpuUnits: number('cpuUnits'),
    memory: number('memory'),
    balloon: number('balloon'),
  };
  const { digest: _digest, ...wanted } = change;
  return Object.values(wanted).some((value) => value !== null) ? change : null;
}

/** What was typed, over what somebody else has set since: only fields that were changed here keep what was typed. */
export function carriedOver(form: ConfigForm, before: GuestDetail, now: GuestDetail): ConfigForm {
  const [was, is] = [formOf(before), formOf(now)];
  const fields = Object.keys(form) as (keyof ConfigForm)[];
  const typed = fields.filter((field) => form[field] !== was[field]);
  return { ...is, ...Object.fromEntries(typed.map((field) => [field, form[field]])) };
}
