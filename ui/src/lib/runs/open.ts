// The way to the page that runs a command on many machines.

import type { RunTarget, Snippet } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { runs } from './runs.svelte';

interface Wanted {
  targets?: RunTarget[];
  snippet?: Snippet;
  values?: Record<string, string>;
}

/** Opens the page with what is known; what was begun there stays where nothing else is said. */
export function openRunPage({ targets, snippet, values }: Wanted): void {
  if (targets) runs.compose.targets = targets;
  if (snippet) runs.compose.take(snippet, values ?? {});
  tabs.open({ kind: 'run' });
}
