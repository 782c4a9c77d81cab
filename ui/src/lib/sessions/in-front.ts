/** Which machine an action is about that names none. */

import type { NodeId } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { sessions } from './sessions.svelte';
import { machineOf } from './words';

/** The machine of the tab in front: that of its session, or the one that it is a page of. */
export function machineInFront(): NodeId | null {
  const spec = tabs.current?.spec;
  if (spec === undefined) return null;
  if ('entry' in spec) return spec.entry;
  const session = spec.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  return session && !sessions.isOrphan(session) ? machineOf(session.target) : null;
}

/** The machine that is chosen in the tree, if it is the only one. */
export function machineChosen(): NodeId | null {
  const [only, second] = tree.selectedMachines;
  return second === undefined ? (only ?? null) : null;
}

/** The chosen one, then the one in front, if this holds of it. */
export function machineMeant(such: (entry: NodeId) => boolean): NodeId | null {
  return [machineChosen(), machineInFront()].find((id) => id !== null && such(id)) ?? null;
}
