// What saving would mean for what is already running or trusted, said beside the editor before it is done.

import type { NodeDetail } from '$lib/host';
import { bareAddress, type FormValues } from './form';

export interface Consequence {
  ok: boolean;
  text: string;
}

/** Nothing is said of a machine or folder that does not exist yet. */
export function ifSaved(form: FormValues, detail: NodeDetail): Consequence[] {
  const { entry, folder, openSessions: open, effective } = detail;
  if (folder) return open === 0 ? [] : [{ ok: false, text: running(open) }];
  if (!entry) return [];
  const sessions =
    open === 0 ? { ok: true, text: 'No open session uses it' } : { ok: false, text: running(open) };
  // Only SSH has keys to trust.
  if (form.protocol !== 'ssh') return [sessions];
  const port = form.port.trim() === '' ? effective.port.inherited : Number(form.port);
  const moved = bareAddress(form.address) !== entry.address || port !== effective.port.value;
  return [
    sessions,
    moved
      ? { ok: false, text: 'The new address has a host key of its own to trust' }
      : { ok: true, text: 'A host key on record stays valid' },
  ];
}

function running(open: number): string {
  return open === 1
    ? '1 open session keeps its settings until it reconnects'
    : `${String(open)} open sessions keep their settings until they reconnect`;
}
