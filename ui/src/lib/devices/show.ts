/** Goes to other pages of a machine. */

import type { NodeId, SessionTarget } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';

/** Its page of power and hardware: where a certificate is looked at before anything is said to the machine. */
export function showCertificate(entry: NodeId): void {
  tabs.open({ kind: 'power', entry });
}

/** Opens a session in a new tab. */
export async function openSession(target: SessionTarget): Promise<void> {
  const session = await sessions.open(target);
  if (session) tabs.open({ kind: 'session', sessionId: session.id });
}
