/** What can be done with the machines that are selected, and with the tree. Questions are asked by lib/machines. */
import Activity from '@lucide/svelte/icons/activity';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import Copy from '@lucide/svelte/icons/copy';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import FolderClosed from '@lucide/svelte/icons/folder-closed';
import FolderInput from '@lucide/svelte/icons/folder-input';
import ListX from '@lucide/svelte/icons/list-x';
import Pencil from '@lucide/svelte/icons/pencil';
import Plug from '@lucide/svelte/icons/plug';
import PlugZap from '@lucide/svelte/icons/plug-zap';
import Power from '@lucide/svelte/icons/power';
import TextCursorInput from '@lucide/svelte/icons/text-cursor-input';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { Action } from '$lib/actions';
import { attempt, notices } from '$lib/frame/notices.svelte';
import { call } from '$lib/host';
import { asking } from '$lib/machines/asking.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { machinesIn } from './model';
import { statuses } from './status.svelte';
import { tree } from './tree.svelte';
import { isWorkspaceRow } from './workspace-rows';

const some = () => tree.selection.length > 0;
/** What is of a team server that is away can be looked at, and no more. */
const reachable = () => tree.selection.every((id) => workspaces.answers(id));
/** The folder of a workspace is not the vault's to change. */
const changeable = (id: string) => workspaces.answers(id) && !workspaces.atRoot(id);
const movable = () => some() && tree.selection.every(changeable);
const machines = () => tree.selectedMachines.length > 0;
const active = () => tree.byId(tree.selected.active);

/** "db-primary", or "3 selected". */
function what(): string {
  const [only] = tree.selection;
  return tree.selection.length === 1
    ? (tree.byId(only)?.name ?? '')
    : `${tree.selection.length} selected`;
}

function connectSelected(): void {
  for (const id of tree.selectedMachines) void attempt(async () => sessions.connect(id));
}

function connectDirectly(): void {
  for (const id of tree.selectedMachines) void attempt(async () => sessions.connectDirectly(id));
}

function openFiles(): void {
  for (const id of tree.selectedSsh) void attempt(async () => sessions.files(id));
}

/** Every machine in or among the selected; every machine there is if nothing is selected. */
function machinesToCheck(): string[] {
  const { rows } = tree.shape;
  return machinesIn(tree.shape, tree.selection.length ? tree.selection : rows.ids);
}

async function wake(): Promise<void> {
  const ids = tree.selectedMachines;
  await call('wake', { ids });
  notices.say(
    ids.length === 1
      ? `Sent ${what()} the packet that wakes it.`
      : `Sent ${ids.length} machines the packet that wakes them.`,
    {
      detail: 'A machine takes a while to start: check its status in a minute.',
    },
  );
}

export const treeActions: readonly Action[] = [
  {
    id: 'machine.connect',
    title: 'Connect',
    group: 'Machines',
    shortcut: 'Enter',
    local: true,
    icon: Plug,
    detail: what,
    when: machines,
    run: connectSelected,
  },
  {
    id: 'machine.connectDirectly',
    title: 'Open directly',
    group: 'Machines',
    keywords: 'connect from this computer not through the team server own dial',
    local: true,
    icon: PlugZap,
    detail: what,
    when: () => machines() && tree.selectedMachines.every((id) => workspaces.mayDial(id)),
    run: connectDirectly,
  },
  {
    id: 'machine.files',
    title: 'Open files',
    group: 'Machines',
    shortcut: 'Shift+Enter',
    keywords: 'sftp browse copy upload download transfer folder',
    local: true,
    icon: FolderClosed,
    detail: what,
    when: () => tree.selectedSsh.length > 0,
    run: openFiles,
  },
  {
    id: 'machine.edit',
    title: 'Edit…',
    group: 'Machines',
    shortcut: 'Ctrl+E',
    icon: Pencil,
    detail: what,
    when: () => changeable(active()?.id ?? '') && active() !== undefined,
    run: () => {
      const node = active();
      if (node) tabs.open({ kind: 'editor', nodeId: node.id, folder: node.folder });
    },
  },
  {
    id: 'machine.rename',
    title: 'Rename',
    group: 'Machines',
    shortcut: 'F2',
    local: true,
    icon: TextCursorInput,
    detail: what,
    when: () => changeable(active()?.id ?? '') && active() !== undefined,
    run: () => {
      tree.renaming = tree.selected.active;
    },
  },
  {
    id: 'machine.duplicate',
    title: 'Duplicate',
    group: 'Machines',
    shortcut: 'Ctrl+D',
    local: true,
    icon: CopyPlus,
    detail: what,
    when: movable,
    run: () => attempt(() => tree.duplicate(tree.selection)),
  },
  {
    id: 'machine.move',
    title: 'Move to folder…',
    group: 'Machines',
    icon: FolderInput,
    detail: what,
    when: movable,
    run: () => asking.move(tree.selection),
  },
  {
    id: 'machine.up',
    title: 'Move up',
    group: 'Machines',
    shortcut: 'Alt+ArrowUp',
    local: true,
    icon: ArrowUp,
    detail: what,
    when: () => movable() && !tree.filter,
    run: () => attempt(() => tree.moveStep('up', isWorkspaceRow)),
  },
  {
    id: 'machine.down',
    title: 'Move down',
    group: 'Machines',
    shortcut: 'Alt+ArrowDown',
    local: true,
    icon: ArrowDown,
    detail: what,
    when: () => movable() && !tree.filter,
    run: () => attempt(() => tree.moveStep('down', isWorkspaceRow)),
  },
  {
    id: 'machine.copyAddress',
    title: 'Copy address',
    group: 'Machines',
    shortcut: 'Ctrl+C',
    local: true,
    icon: Copy,
    detail: what,
    when: machines,
    run: () =>
      attempt(() =>
        call('host_copy_text', {
          text: tree.selectedMachines.map((id) => tree.byId(id)?.address ?? '').join('\n'),
        }),
      ),
  },
  {
    id: 'machine.check',
    title: 'Check which machines answer',
    group: 'Machines',
    shortcut: 'Ctrl+Shift+U',
    keywords: 'status ping reachable up down',
    icon: Activity,
    detail: () => (some() ? what() : 'all'),
    when: () => !tree.empty && reachable(),
    run: () => attempt(() => statuses.check(machinesToCheck())),
  },
  {
    id: 'machine.wake',
    title: 'Wake up',
    group: 'Machines',
    keywords: 'wake-on-lan wol power on',
    icon: Power,
    detail: what,
    when: () => machines() && reachable(),
    run: () => attempt(wake),
  },
  {
    id: 'machine.delete',
    title: 'Delete…',
    group: 'Machines',
    shortcut: 'Delete',
    local: true,
    icon: Trash2,
    detail: what,
    when: movable,
    run: () => asking.delete(tree.selection),
  },
  {
    id: 'machine.selectNone',
    title: 'Select nothing',
    group: 'Machines',
    icon: ListX,
    when: some,
    run: () => tree.selectNone(),
  },
];
