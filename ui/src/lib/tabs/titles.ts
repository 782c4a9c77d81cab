/** What tabs and panes are called. */

import { existingDesktop } from '$lib/desktop/registry';
import { runs } from '$lib/runs/runs.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { relayWords } from '$lib/workspaces/words';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { panes, type KeptTarget, type PaneLeaf, type Tab, type TabSpec } from './model';

/** The name of what a pane shows. */
export function paneTitle(spec: TabSpec): string {
  switch (spec.kind) {
    case 'session':
      return sessionTitle(spec.sessionId);
    case 'queued':
      return targetTitle(spec.target);
    case 'editor':
      if (spec.nodeId !== undefined) return tree.byId(spec.nodeId)?.name ?? 'Edit';
      return spec.folder ? 'New folder' : 'New machine';
    case 'settings':
      return 'Settings';
    case 'tunnels':
      return `Tunnels: ${tree.byId(spec.entry)?.name ?? 'a machine'}`;
    case 'power':
      return `Power: ${tree.byId(spec.entry)?.name ?? 'a machine'}`;
    case 'identities':
      return 'Identities';
    case 'people':
      return 'People';
    case 'workspace':
      return workspaces.get(spec.id)?.name ?? 'Workspace';
    case 'desktops':
      return 'Desktops';
    case 'recordings':
      return 'Recordings';
    case 'snippets':
      return 'Snippets';
    case 'run':
      return runTitle(spec.runId);
    case 'guests':
      return `Guests: ${tree.byId(spec.entry)?.name ?? 'a machine'}`;
    case 'ports':
      return `Ports: ${tree.byId(spec.entry)?.name ?? 'a machine'}`;
    case 'outlets':
      return `Outlets: ${tree.byId(spec.entry)?.name ?? 'a machine'}`;
    case 'consoles':
      return `Console ports: ${tree.byId(spec.entry)?.name ?? 'a machine'}`;
    case 'fleet':
      return 'Fleet';
    case 'import':
      return 'Import';
    case 'start':
      return 'New tab';
  }
}

function runTitle(id: string | undefined): string {
  const run = id === undefined ? undefined : runs.get(id);
  return run ? `Run: ${run.title}` : 'Run on many';
}

/** The name of what a session is opened to. */
export function targetTitle(target: KeptTarget): string {
  if (target.kind === 'localShell') return 'Local shell';
  const name = tree.byId(target.id)?.name ?? 'Machine';
  switch (target.kind) {
    case 'entry':
      return name;
    case 'files':
      return `Files: ${name}`;
    case 'serialOverLan':
    case 'conserver':
      return `Console: ${name}`;
    case 'guest':
      return `Console: guest ${String(target.guest)} of ${name}`;
    case 'nodeShell':
      return `Shell: ${target.node}`;
  }
}

function sessionTitle(id: string): string {
  const session = sessions.get(id);
  if (!session) return 'Session';
  switch (session.target.kind) {
    case 'files':
      return `Files: ${session.title}`;
    case 'serialOverLan':
    case 'conserver':
    case 'guest':
      return `Console: ${session.title}`;
    case 'nodeShell':
      return `Shell: ${session.title}`;
    default:
      return session.title;
  }
}

/** The name of a tab: the one a person gave it, or those of its panes. */
export function tabTitle(tab: Tab): string {
  if (tab.name !== null) return tab.name;
  const names = panes(tab.root).map((pane) => paneTitle(pane.spec));
  return names.length <= 2 ? names.join(' + ') : `${names[0] ?? ''} + ${names.length - 1} more`;
}

/** What a tab shows, in a line: for its tool tip. */
export function tabHint(tab: Tab): string {
  return panes(tab.root).map(paneHint).join('\n');
}

function paneHint({ spec }: PaneLeaf): string {
  const session = spec.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  // What a desktop calls itself.
  const called = session && existingDesktop(session.id)?.title;
  const relay = relayWords(workspaces.get(session?.workspace));
  return [paneTitle(spec), session?.subtitle, relay, called].filter(Boolean).join(', ');
}
