/** Finds out what a machine that answers by SNMP is, where it is not what its page is for. */

import { ways, type Found } from '$lib/devices/ways.svelte';
import { call, type NodeId } from '$lib/host';

const ASK: Record<Found, (entry: NodeId) => Promise<unknown>> = {
  switch: (entry) => call('switch_get', { entry }),
  pdu: (entry) => call('pdu_get', { entry }),
  consoles: (entry) => call('console_ports', { entry }),
};

/** Asks whether it answers as one of the other kinds; what comes of it is known to `ways`. */
export async function otherKind(entry: NodeId, ...kinds: readonly Found[]): Promise<void> {
  for (const kind of kinds) {
    try {
      await ASK[kind](entry);
      ways.answered(entry, kind);
      return;
    } catch {
      // It is none of that kind, or does not answer: the page says what is wrong.
    }
  }
}
