/** The words for power units and their outlets. */

import type { DotState } from '$lib/components/StatusDot.svelte';
import type { OutletAction, OutletLoad, OutletState, PduOutlet } from '$lib/host';

export const STATE_WORDS: Record<OutletState, string> = {
  on: 'on',
  off: 'off',
  pending: 'about to change',
  unknown: 'not known',
};

export const ACTION_WORDS: Record<OutletAction, string> = {
  on: 'Turn on',
  off: 'Turn off',
  cycle: 'Cycle',
};

export function outletDot(state: OutletState): DotState {
  return { on: 'up', off: 'unknown', pending: 'checking', unknown: 'unknown' }[state] as DotState;
}

/** "1.2 A", "286 W"; nothing where nothing is measured. */
export function amountText(value: number | null, unit: string, digits: number): string {
  return value === null
    ? ''
    : `${value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

/** "286 W, 1.2 A, 231 V": what is measured of it. */
export function loadText({ amperes, volts, watts }: OutletLoad): string {
  return [amountText(watts, 'W', 0), amountText(amperes, 'A', 1), amountText(volts, 'V', 0)]
    .filter(Boolean)
    .join(', ');
}

/** What an outlet can be told now. */
export function outletActions({ state }: Pick<PduOutlet, 'state'>): OutletAction[] {
  if (state === 'on') return ['off', 'cycle'];
  if (state === 'off') return ['on'];
  return ['on', 'off', 'cycle'];
}

/** Whether a column says anything for any outlet. */
export function measured(
  outlets: readonly Pick<PduOutlet, 'load'>[],
  what: keyof OutletLoad,
): boolean {
  return outlets.some(({ load }) => load[what] !== null);
}

/** Every word must be found in its place, name or machines. */
export function found(outlet: PduOutlet, text: string): boolean {
  const hay = [
    outlet.id,
    outlet.name,
    STATE_WORDS[outlet.state],
    ...outlet.feeds.map(([, name]) => name),
  ]
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
