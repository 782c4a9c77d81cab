// Ways to the pages of machines, identities and settings, and what can be done with the editor in front.

import Download from '@lucide/svelte/icons/download';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import KeyRound from '@lucide/svelte/icons/key-round';
import PlugZap from '@lucide/svelte/icons/plug-zap';
import Plus from '@lucide/svelte/icons/plus';
import Save from '@lucide/svelte/icons/save';
import Settings from '@lucide/svelte/icons/settings';
import Upload from '@lucide/svelte/icons/upload';
import UserKey from '@lucide/svelte/icons/user-key';
import type { Action } from '$lib/actions';
import { exporting } from '$lib/export/exporting.svelte';
import { can } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { team } from '$lib/team/team.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { asking } from './asking.svelte';
import { openEditors } from './open-editors.svelte';

/** The folder that something new goes to. */
function where(): string {
  const parent = tree.newParent();
  return parent === null ? vault.name : (tree.byId(parent)?.name ?? '');
}

/** Whether something new can be put there: not where a team server is away, nor in the own space of whom an operator acts as. */
function takesNew(): boolean {
  const parent = tree.newParent();
  return workspaces.answers(parent) && !(parent === null && team.me?.acting);
}

/** The folder that is marked in the tree, if it is one and nothing else. */
function selectedFolder(): string | null {
  const [only, ...others] = tree.selection;
  if (only === undefined || others.length > 0) return null;
  return tree.byId(only)?.folder ? only : null;
}

const pages: readonly Action[] = [
  {
    id: 'machine.new',
    title: 'Add a machine…',
    group: 'Machines',
    shortcut: 'Ctrl+N',
    keywords: 'new create host server entry',
    icon: Plus,
    detail: where,
    when: takesNew,
    run: () => tabs.open({ kind: 'editor', parent: tree.newParent() }),
  },
  {
    id: 'folder.new',
    title: 'Add a folder…',
    group: 'Machines',
    shortcut: 'Ctrl+Shift+N',
    keywords: 'new create group',
    icon: FolderPlus,
    detail: where,
    when: takesNew,
    run: () => tabs.open({ kind: 'editor', parent: tree.newParent(), folder: true }),
  },
  {
    id: 'import.open',
    needs: 'localFiles',
    title: 'Import…',
    group: 'Machines',
    shortcut: 'Ctrl+I',
    keywords:
      'ssh config openssh hosts known_hosts putty mremoteng remmina royal mobaxterm termius windows terminal rdp csv archive',
    icon: Download,
    run: () => tabs.open({ kind: 'import' }),
  },
  {
    id: 'export.open',
    needs: 'localFiles',
    title: 'Export…',
    group: 'Machines',
    keywords: 'csv table ssh config archive backup save file',
    icon: Upload,
    detail: () => {
      const folder = selectedFolder();
      return folder === null ? 'all machines' : (tree.byId(folder)?.name ?? '');
    },
    // Machines of a team server are not written to files of this computer.
    when: () => !workspaces.of(selectedFolder()),
    run: () => exporting.ask(selectedFolder()),
  },
  {
    id: 'identities.open',
    title: 'Identities',
    group: 'Vault',
    keywords: 'password key agent certificate sign in credentials',
    icon: KeyRound,
    run: () => tabs.open({ kind: 'identities' }),
  },
  {
    id: 'settings.open',
    title: 'Settings',
    group: 'View',
    shortcut: 'Ctrl+,',
    keywords: 'preferences options',
    icon: Settings,
    run: () => tabs.open({ kind: 'settings' }),
  },
];

/** Whether others may have access to what is selected: it is on a team server that answers. */
function isShared(): boolean {
  const [only, second] = tree.selection;
  if (only === undefined || second !== undefined || workspaces.atRoot(only)) return false;
  return can('account') || workspaces.of(only)?.state === 'connected';
}

const sharing: readonly Action[] = [
  {
    id: 'machine.access',
    title: 'Who has access…',
    group: 'Team',
    keywords: 'permissions share grant role rights',
    icon: UserKey,
    detail: () => tree.byId(tree.selected.active)?.name ?? '',
    when: isShared,
    run: () => asking.access(tree.selection[0]),
  },
];

const editing: readonly Action[] = [
  {
    id: 'editor.save',
    title: 'Save',
    group: 'Machines',
    shortcut: 'Ctrl+S',
    icon: Save,
    when: () => openEditors.active !== null,
    run: () => openEditors.active?.save(),
  },
  {
    id: 'editor.saveAndConnect',
    title: 'Save and connect',
    group: 'Machines',
    shortcut: 'Ctrl+Enter',
    icon: PlugZap,
    when: () => openEditors.active !== null && !openEditors.active.folder,
    run: () => openEditors.active?.saveAndConnect(),
  },
];

export const machineActions: readonly Action[] = [...pages, ...sharing, ...editing];
