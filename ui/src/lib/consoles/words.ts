/** The words for the ports of console servers. */

import type { DotState } from '$lib/components/StatusDot.svelte';
import type { ConsolePort, ConsolePortState } from '$lib/host';

const STATES: Record<ConsolePortState, { text: string; dot: DotState }> = {
  inactive: { text: 'nothing answers', dot: 'unknown' },
  idle: { text: 'idle', dot: 'up' },
  connected: { text: 'in use', dot: 'up' },
  busy: { text: 'busy', dot: 'warning' },
  unknown: { text: 'not known', dot: 'unknown' },
};

/** What a port does: in a word, and as a dot. */
export const stateOf = (port: Pick<ConsolePort, 'state'>) => STATES[port.state];

/** Whether it is meant by what was typed. */
export function found({ number, name, kind, machines }: ConsolePort, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const words = [String(number), name, kind, ...machines.map((machine) => machine.name)];
  return words.some((word) => word.toLowerCase().includes(wanted));
}
