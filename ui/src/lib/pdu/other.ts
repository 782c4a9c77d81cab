/** Finds out what a machine that answers by SNMP is, where it is not what its page is for. */

import { ways } from '$lib/devices/ways.svelte';
import { call, type NodeId } from '$lib/host';

/** Asks whether it answers as the other kind; what comes of it is known to `ways`. */
export async function otherKind(entry: NodeId, kind: 'switch' | 'pdu'): Promise<void> {
  try {
    if (kind === 'pdu') await call('pdu_get', { entry });
    else await call('switch_get', { entry });
    ways.answered(entry, kind);
  } catch {
    // It is neither, or does not answer: the page says what is wrong.
  }
}
