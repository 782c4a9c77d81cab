/** The words for ports and VLANs. */

import type { DotState } from '$lib/components/StatusDot.svelte';
import type { PortRates, SwitchPort } from '$lib/host';

const UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];

/** "0 bit/s", "12.4 Mbit/s", "1 Gbit/s". */
export function bitsText(bits: number): string {
  let value = bits;
  let at = 0;
  while (value >= 999.5 && at < UNITS.length - 1) {
    value /= 1000;
    at += 1;
  }
  const digits = at === 0 || value >= 99.95 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[at] ?? ''}`;
}

export function stateWords({ state }: Pick<SwitchPort, 'state'>): string {
  return { up: 'up', down: 'down', disabled: 'disabled', other: 'other' }[state];
}

/** A port that is wanted and carries nothing is mostly an empty socket: that is an alarm only where something should be. */
export function portDot({
  state,
  alias,
  machines,
}: Pick<SwitchPort, 'state' | 'alias' | 'machines'>): DotState {
  if (state === 'up') return 'up';
  return state === 'down' && (alias !== '' || machines.length > 0) ? 'down' : 'unknown';
}

/** "1, 3-5": ranges of what follows on another. */
export function rangesText(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const first = sorted[at] ?? 0;
    let last = first;
    while (sorted[at + 1] === last + 1) last = sorted[++at] ?? last;
    parts.push(last === first ? String(first) : `${first}-${last}`);
  }
  return parts.join(', ');
}

/** "20", "10 + 20-23 tagged"; nothing where it carries no VLANs. */
export function vlansText({ switched, native, tagged }: SwitchPort): string {
  if (!switched) return '';
  const ranges = rangesText(tagged);
  const untagged = native === null ? '' : String(native);
  if (ranges === '') return untagged;
  return untagged === '' ? `${ranges} tagged` : `${untagged} + ${ranges} tagged`;
}

/** "in 12.4 Mbit/s, out 1 Mbit/s"; nothing where nothing is known. */
export function ratesText({ bitsIn, bitsOut }: PortRates): string {
  const parts = [];
  if (bitsIn !== null) parts.push(`in ${bitsText(bitsIn)}`);
  if (bitsOut !== null) parts.push(`out ${bitsText(bitsOut)}`);
  return parts.join(', ');
}

/** Broken or dropped packets a second, in and out. */
export function errorRate({ errorsIn, errorsOut }: PortRates): number | null {
  return errorsIn === null && errorsOut === null ? null : (errorsIn ?? 0) + (errorsOut ?? 0);
}

/** "0", "0.3 /s", "12 /s". */
export function errorsText(rates: PortRates): string {
  const rate = errorRate(rates);
  if (rate === null) return '';
  return rate === 0 ? '0' : `${rate < 10 ? Math.max(0.1, rate).toFixed(1) : Math.round(rate)} /s`;
}

/** Who is at the other end: its neighbour's name and port. */
export function neighbourText({ neighbour }: SwitchPort): string {
  if (!neighbour) return '';
  return [neighbour.name, neighbour.port].filter(Boolean).join(' ');
}
