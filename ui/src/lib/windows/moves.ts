/** Moving tabs from this window to another. The sessions in them stay where they are, in the core. */

import { asApiError } from '$lib/host';
import { notices } from '$lib/frame/notices.svelte';
import { editorKey, openEditors } from '$lib/machines/open-editors.svelte';
import { panesIn } from '$lib/tabs/layout';
import { paneToTab } from '$lib/tabs/arrange';
import { panes, type Tab } from '$lib/tabs/model';
import { tabs } from '$lib/tabs/tabs.svelte';
import { paneTitle } from '$lib/tabs/titles';
import { tree } from '$lib/tree/tree.svelte';
import { windows } from './windows.svelte';
import type { WindowInfo } from '$lib/host';

/** Moves a tab, or a pane out of its split, to another window; to a new one if `to` is null. */
export async function moveToWindow(
  kind: 'tab' | 'pane',
  id: string,
  to: string | null,
): Promise<void> {
  const from = kind === 'tab' ? tabs.list.find((tab) => tab.id === id) : tabs.tabOf(id);
  if (!from || stays(from)) return;
  // A window of one tab would only be another window of one tab.
  if (to === null && !windows.isMain && tabs.all.length === 1 && from.root.kind === 'pane') return;
  if (kind === 'pane' && from.root.kind === 'split')
    tabs.arrange((list) => paneToTab(list, id), id);
  const tab = kind === 'tab' ? from : tabs.tabOf(id);
  if (!tab) return;
  try {
    const json = tabs.keptOf(tab.id);
    if (to === null) await windows.open(json);
    else await windows.give(to, json);
    tabs.release(tab.id);
  } catch (problem) {
    notices.problem(asApiError(problem));
  }
}

/** What is typed into an editor is in this window alone: it is saved before the tab goes. */
function stays(tab: Tab): boolean {
  const editor = panes(tab.root).find(
    ({ spec }) =>
      spec.kind === 'editor' && (spec.nodeId === undefined || openEditors.dirty(editorKey(spec))),
  );
  if (!editor) return false;
  notices.say(`${paneTitle(editor.spec)} has changes that are not saved.`, {
    kind: 'danger',
    detail: 'Save or discard them, then move the tab.',
  });
  return true;
}

/** "Window 2: db-primary and 3 more". */
export function windowTitle(window: WindowInfo): string {
  const names = panesIn(window.tabs).map((pane) => {
    if (pane.kind !== 'session') return 'a page';
    return pane.target.kind === 'localShell'
      ? 'local shell'
      : (tree.byId(pane.target.id)?.name ?? 'a machine');
  });
  const name = window.label === 'main' ? 'the main window' : `window ${window.number}`;
  const [first] = names;
  if (first === undefined) return name;
  return names.length === 1
    ? `${name}: ${first}`
    : `${name}: ${first} and ${names.length - 1} more`;
}
