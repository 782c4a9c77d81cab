// Ways to run a snippet: in the terminal in front, or on many machines.

import { attempt } from '$lib/frame/notices.svelte';
import { call, type SessionId, type SessionInfo, type Snippet } from '$lib/host';
import { openRunPage } from '$lib/runs/open';
import { sessions } from '$lib/sessions/sessions.svelte';
import { existingTerminal } from '$lib/sessions/terminal/registry';
import { tabs } from '$lib/tabs/tabs.svelte';
import { snippets } from './snippets.svelte';

/** The terminal in front, if it can be typed into. */
export function terminalInFront(): SessionInfo | undefined {
  const spec = tabs.current?.spec;
  const session = spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  return session?.state.kind === 'open' && session.target.kind !== 'files' ? session : undefined;
}

/** Runs it in the terminal in front; without one, on many machines. Asks only where there is something to ask or to see. */
export async function runSnippet(snippet: Snippet): Promise<void> {
  const session = terminalInFront();
  if (!session) {
    runSnippetOnMany(snippet);
    return;
  }
  if (snippet.parameters.length > 0 || snippet.body.includes('\n')) {
    snippets.asking = { snippet, session: session.id, machine: session.title };
    return;
  }
  await attempt(() => sendSnippet(snippet, {}, session.id));
}

/** Types a filled snippet into a terminal and gives it the keyboard; throws what is wrong. */
export async function sendSnippet(
  snippet: Snippet,
  values: Record<string, string>,
  session: SessionId,
): Promise<void> {
  const view = existingTerminal(session);
  await call('snippet_send', {
    id: snippet.id,
    values,
    session,
    bracketed: view?.bracketsPastes ?? false,
  });
  view?.focus();
}

/** Opens the page that runs it on many machines. */
export function runSnippetOnMany(snippet: Snippet, values: Record<string, string> = {}): void {
  openRunPage({ snippet, values });
}
