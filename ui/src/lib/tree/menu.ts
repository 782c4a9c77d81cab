/** The context menu of the tree, made of registered actions so that names and shortcuts are the same everywhere. */
import { actions } from '$lib/actions';
import type { MenuItem, MenuItems } from '$lib/components/menu';
import { actionsOf } from '$lib/workspaces/actions';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { tree } from './tree.svelte';

const groups = [
  [
    'machine.connect',
    'machine.connectDirectly',
    'machine.files',
    'folder.openAll',
    'folder.openTiled',
    'machine.edit',
    'machine.rename',
    'machine.duplicate',
    'machine.copyAddress',
    'machine.installKey',
  ],
  ['power.open', 'power.console', 'power.on', 'power.shutDown', 'power.restart', 'power.off'],
  ['device.guests', 'device.ports', 'device.outlets'],
  ['runs.selected', 'machine.check', 'machine.wake'],
  ['machine.move', 'machine.up', 'machine.down'],
  ['machine.access'],
  ['machine.new', 'folder.new', 'import.open', 'export.open', 'workspace.add'],
  ['machine.delete'],
];

/** Of the folder of a workspace: what mends how it stands, then who is in it, and the way out last. */
function ofWorkspace(): string[][] {
  const [only, second] = tree.selection;
  const info = second === undefined ? workspaces.atRoot(only) : undefined;
  const ids = info ? actionsOf(info).map(({ id }) => id) : [];
  const out = ids.filter((id) => id.startsWith('workspace.leave.'));
  return [ids.filter((id) => !out.includes(id)), out];
}

export function treeMenu(): MenuItems {
  const live = tree.liveById(tree.selected.active);
  if (live) return live.menu();
  const lines: (MenuItem | null)[] = [];
  const [first = [], last = []] = ofWorkspace();
  for (const ids of [first, ...groups, last]) {
    const items = ids
      .map((id) => actions.available.find((action) => action.id === id))
      .filter((action) => action !== undefined)
      .map(({ id, title, icon, shortcut, run }) => ({
        label: id === 'machine.check' ? 'Check status' : title,
        icon,
        shortcut,
        danger: id === 'machine.delete' || last.includes(id),
        run: () => void run(),
      }));
    if (items.length) lines.push(...(lines.length ? [null] : []), ...items);
  }
  return lines;
}
