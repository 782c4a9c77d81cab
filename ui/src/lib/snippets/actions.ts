// Ways to the snippets and to the page that runs commands on many machines.

import Layers from '@lucide/svelte/icons/layers';
import SquareCode from '@lucide/svelte/icons/square-code';
import Zap from '@lucide/svelte/icons/zap';
import type { Action } from '$lib/actions';
import { openRunPage } from '$lib/runs/open';
import { palette } from '$lib/palette/palette.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { snippets } from './snippets.svelte';

/** A folder, or a machine that runs commands. */
const selected = () =>
  tree.selectedSsh.length > 0 || tree.selection.length > tree.selectedMachines.length;

function whatIsSelected(): string {
  const [only] = tree.selection;
  return tree.selection.length === 1
    ? (tree.byId(only)?.name ?? '')
    : `${tree.selection.length} selected`;
}

export const fleetActions: readonly Action[] = [
  {
    id: 'snippets.open',
    title: 'Snippets',
    group: 'Vault',
    keywords: 'commands templates parameters macros',
    icon: SquareCode,
    run: () => tabs.open({ kind: 'snippets' }),
  },
  {
    id: 'snippets.run',
    title: 'Run a snippet…',
    group: 'Session',
    shortcut: 'Ctrl+Shift+Y',
    keywords: 'command insert type',
    icon: SquareCode,
    when: () => snippets.list.length > 0,
    run: () => palette.show('snippets'),
  },
  {
    id: 'triggers.open',
    title: 'Triggers',
    group: 'Vault',
    keywords: 'pattern notify alarm regular expression',
    icon: Zap,
    run: () => tabs.open({ kind: 'settings', section: 'triggers' }),
  },
  {
    id: 'runs.open',
    title: 'Run on many…',
    group: 'Machines',
    keywords: 'command fleet parallel all broadcast snippet',
    icon: Layers,
    when: () => !tree.empty,
    run: () => openRunPage({}),
  },
  {
    id: 'runs.selected',
    title: 'Run on these…',
    group: 'Machines',
    keywords: 'command fleet parallel many snippet',
    icon: Layers,
    detail: whatIsSelected,
    when: () => selected() && tree.selection.every((id) => workspaces.answers(id)),
    run: () => openRunPage({ targets: tree.selection.map((id) => ({ kind: 'node', id })) }),
  },
];
