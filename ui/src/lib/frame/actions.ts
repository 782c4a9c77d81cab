/** What can be done with the window and the vault from anywhere. */
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Lock from '@lucide/svelte/icons/lock';
import LockKeyhole from '@lucide/svelte/icons/lock-keyhole';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import Undo2 from '@lucide/svelte/icons/undo-2';
import ListTree from '@lucide/svelte/icons/list-tree';
import type { Action } from '$lib/actions';
import { palette } from '$lib/palette/palette.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { chooseVault } from '$lib/vault/files';
import { vault } from '$lib/vault/vault.svelte';
import { frame } from './layout.svelte';
import { attempt, notices } from './notices.svelte';
import { focusRegion, nextRegion } from './regions';

async function anotherVault(): Promise<void> {
  const status = await chooseVault();
  if (status) vault.set(status);
}

function toFilter(): void {
  if (!frame.sideShown) frame.toggleSide();
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-find]')?.focus());
}

function toTree(): void {
  if (!frame.sideShown) frame.toggleSide();
  requestAnimationFrame(() => focusRegion('side'));
}

export const frameActions: readonly Action[] = [
  {
    id: 'palette.open',
    title: 'Find anything',
    group: 'View',
    shortcut: 'Ctrl+K',
    also: ['Ctrl+Shift+P', 'Ctrl+Shift+K'],
    icon: Search,
    run: () => palette.toggle(),
  },
  {
    id: 'tree.filter',
    title: 'Filter the machines',
    group: 'Machines',
    shortcut: 'Ctrl+Shift+M',
    keywords: 'find search tree tag',
    icon: Search,
    run: toFilter,
  },
  {
    id: 'tree.focus',
    title: 'Go to the machines',
    group: 'View',
    icon: ListTree,
    run: toTree,
  },
  {
    id: 'view.inspector',
    title: 'Show or hide details',
    group: 'View',
    shortcut: 'Ctrl+Shift+I',
    keywords: 'inspector panel right',
    icon: PanelRight,
    run: () => frame.toggleInspector(),
  },
  {
    id: 'view.side',
    title: 'Show or hide the machines',
    group: 'View',
    shortcut: 'Ctrl+Shift+B',
    keywords: 'side bar panel left tree',
    icon: PanelLeft,
    run: () => frame.toggleSide(),
  },
  {
    id: 'view.next',
    title: 'Go to the next part of the window',
    group: 'View',
    shortcut: 'F6',
    run: () => nextRegion(1),
  },
  {
    id: 'view.previous',
    title: 'Go to the previous part of the window',
    group: 'View',
    shortcut: 'Shift+F6',
    run: () => nextRegion(-1),
  },
  {
    id: 'vault.lock',
    needs: 'vault',
    title: 'Lock the vault',
    group: 'Vault',
    shortcut: 'Ctrl+Shift+Q',
    keywords: 'leave away',
    icon: Lock,
    detail: () => 'sessions keep running',
    run: () => attempt(() => vault.lock()),
  },
  {
    id: 'vault.lockAll',
    needs: 'vault',
    title: 'Lock the vault and close all sessions',
    group: 'Vault',
    keywords: 'disconnect quit',
    icon: LockKeyhole,
    when: () => (vault.status?.runningSessions ?? 0) > 0,
    detail: () => `${vault.status?.runningSessions ?? 0} running`,
    run: () => attempt(() => vault.lock(true)),
  },
  {
    id: 'vault.open',
    needs: 'vault',
    title: 'Open another vault…',
    group: 'Vault',
    icon: FolderOpen,
    run: () => attempt(anotherVault),
  },
  {
    id: 'vault.settings',
    needs: 'vault',
    title: 'Lock and vault settings',
    group: 'Vault',
    icon: Settings,
    run: () => tabs.open({ kind: 'settings', section: 'vault' }),
  },
  {
    id: 'edit.undo',
    title: 'Undo',
    group: 'Machines',
    shortcut: 'Ctrl+Z',
    icon: Undo2,
    when: () => notices.undoable !== undefined,
    detail: () => notices.undoable?.text ?? '',
    run: () => {
      if (notices.undoable) notices.act(notices.undoable);
    },
  },
];
