/**
 * How the picture of each machine's desktop was wanted last, where its settings leave that open. Kept on this computer:
 * it tells nothing about the machine but its id.
 */

import type { NodeId, PictureQuality } from '$lib/host';
import { QUALITY_WORDS } from './quality';
import { SCALINGS, type Scaling } from './scaling';

const KEY = 'patchbay.desktops';
/** Of more machines, those that were changed longest ago are forgotten. */
const MOST = 500;

export interface Chosen {
  scaling?: Scaling;
  quality?: PictureQuality;
}

export function keptChoice(machine: NodeId | null): Chosen {
  const chosen = machine === null ? undefined : read()[machine];
  if (typeof chosen !== 'object' || chosen === null) return {};
  const { scaling, quality } = chosen as Record<string, unknown>;
  return {
    ...(isOneOf(SCALINGS, scaling) ? { scaling } : {}),
    ...(isOneOf(Object.keys(QUALITY_WORDS) as PictureQuality[], quality) ? { quality } : {}),
  };
}

export function keepChoice(machine: NodeId | null, change: Chosen): void {
  if (machine === null) return;
  const { [machine]: _, ...others } = read();
  // The last one changed comes last.
  const all = [...Object.entries(others), [machine, { ...keptChoice(machine), ...change }]];
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all.slice(-MOST))));
  } catch {
    // A full storage: it looks as usual next time.
  }
}

function read(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    // Nothing kept that can be read: as on the first day.
    return {};
  }
}

function isOneOf<T extends string>(all: readonly T[], value: unknown): value is T {
  return all.some((one) => one === value);
}
