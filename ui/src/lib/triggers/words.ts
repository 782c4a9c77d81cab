// Triggers in words.

import type { Trigger, TriggerColor, TriggerHit } from '$lib/host';

/** The colours to choose from. */
export const MARK_COLORS: readonly { value: TriggerColor; label: string }[] = [
  { value: 'yellow', label: 'Yellow' },
  { value: 'red', label: 'Red' },
  { value: 'green', label: 'Green' },
  { value: 'blue', label: 'Blue' },
];

/** Whether nothing need be said: the person looks at it, and nothing was done. */
export function isSeen(hit: TriggerHit, inSight: boolean): boolean {
  return inSight && hit.ran === null && hit.problem === null;
}

/** What is said of a hit. */
export function hitWords(hit: TriggerHit): { text: string; detail: string } {
  if (hit.ran !== null)
    return { text: `${hit.name} ran ${hit.ran} on ${hit.title}`, detail: hit.line };
  if (hit.problem !== null)
    return { text: `${hit.name} could not run its snippet on ${hit.title}`, detail: hit.problem };
  return { text: `${hit.name} on ${hit.title}`, detail: hit.line };
}

/** "Tells you, everywhere", with the names of what it is about. */
export function triggerWords(
  { action, scope }: Trigger,
  nodeName: (id: string) => string | undefined,
  snippetName: (id: string) => string | undefined,
): string {
  const what =
    action.kind === 'notify'
      ? 'Tells you'
      : action.kind === 'highlight'
        ? `Marks it in ${action.color}`
        : `Runs ${snippetName(action.snippet) ?? 'a deleted snippet'}`;
  const where =
    scope.kind === 'everywhere' ? 'everywhere' : `on ${nodeName(scope.id) ?? 'a deleted machine'}`;
  return `${what}, ${where}`;
}
