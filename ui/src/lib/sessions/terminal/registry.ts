/** The terminals there are, by session. A terminal is made when it is first asked for. */

import type { SessionId } from '$lib/host';
import { TerminalView } from './view.svelte';

const views = new Map<SessionId, TerminalView>();

/** The terminal of a session; made if there is none yet. */
export function terminalOf(id: SessionId): TerminalView {
  let view = views.get(id);
  if (!view) {
    view = new TerminalView(id);
    views.set(id, view);
  }
  return view;
}

/** The terminal of a session, if there is one. */
export function existingTerminal(id: SessionId): TerminalView | undefined {
  return views.get(id);
}

/** Lets go of the terminal of a session that is gone. */
export function forgetTerminal(id: SessionId): void {
  views.get(id)?.dispose();
  views.delete(id);
}
