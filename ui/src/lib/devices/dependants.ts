/** What hangs on something that goes down, as the dialog that asks before shows it. */

import type { Dependant, DependantEffect, PowerAction } from '$lib/host';

const EFFECTS: Record<DependantEffect, string> = {
  goesDown: 'goes down',
  losesOne: 'loses one of several',
  stops: 'is shut down',
  cutsOff: 'is cut off from here',
};

/** "goes down, 8 consoles with it"; the detail alone where that says what happens. */
export function effectText({ effect, detail }: Dependant): string {
  if (detail === '') return EFFECTS[effect];
  return effect === 'goesDown' && !/\bgo(es)? down\b|\bstops?\b|\bloses\b/.test(detail)
    ? `${EFFECTS.goesDown}, ${detail}`
    : detail;
}

/** Whether it is worse than a feed less. */
export function isBad({ effect }: Dependant): boolean {
  return effect === 'goesDown' || effect === 'cutsOff';
}

export interface Crowd {
  title: string;
  names: string[];
}

/** Fewer are rows of their own. */
const CROWD = 4;

/**
 * Those that are told one by one, the worst first, and those of which only the names are worth the room: guests that are shut down,
 * and many to which the same happens.
 */
export function sorted(dependants: readonly Dependant[]): { rows: Dependant[]; crowds: Crowd[] } {
  const groups = new Map<string, Dependant[]>();
  for (const dependant of dependants) {
    const key = `${dependant.effect} ${dependant.detail}`;
    groups.set(key, [...(groups.get(key) ?? []), dependant]);
  }
  const rows: Dependant[] = [];
  const crowds: Crowd[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const named = first.effect === 'stops' || group.every(({ place }) => place === '');
    if (named && (first.effect === 'stops' || group.length >= CROWD)) {
      crowds.push({ title: crowdTitle(group.length, first), names: group.map(({ name }) => name) });
    } else rows.push(...group);
  }
  const worst: readonly DependantEffect[] = ['cutsOff', 'goesDown', 'stops', 'losesOne'];
  rows.sort((a, b) => worst.indexOf(a.effect) - worst.indexOf(b.effect));
  return { rows, crowds };
}

function crowdTitle(count: number, first: Dependant): string {
  if (first.effect === 'stops') {
    const guests = count === 1 ? '1 guest' : `${String(count)} guests`;
    return `${guests}: ${first.detail || 'shut down first'}`;
  }
  return `Each of ${String(count)} others ${effectText(first)}`;
}

const INSTEAD: Partial<Record<PowerAction, string>> = {
  shutDown: 'Shut down cleanly instead',
  restart: 'Try a clean restart instead',
};

/** What the softer way is called. */
export function insteadText(action: PowerAction): string {
  return INSTEAD[action] ?? 'Do less instead';
}
