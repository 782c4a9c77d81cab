// The actions in the order the keyboard page lists them.

import type { Action } from '$lib/actions';
import { caps, spoken } from '$lib/components/keys';

export interface ActionGroup {
  title: string;
  actions: Action[];
}

/** Groups in the order they first appear; within one, those with keys first. */
export function grouped(all: readonly Action[], typed: string): ActionGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Action[]>();
  for (const action of all) {
    if (action.fleeting) continue;
    if (!words.every((word) => textOf(action).includes(word))) continue;
    groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  }
  return [...groups].map(([title, list]) => ({
    title,
    actions: list.toSorted(
      (a, b) => Number(b.shortcut !== undefined) - Number(a.shortcut !== undefined),
    ),
  }));
}

function textOf(action: Action): string {
  const keys = [action.shortcut, ...(action.also ?? [])].filter((each) => each !== undefined);
  const written = keys.flatMap((each) => [each, spoken(each), caps(each).join(' ')]);
  return [action.title, action.group, action.keywords ?? '', ...written].join(' ').toLowerCase();
}
