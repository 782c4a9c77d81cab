/** The context menu of the tree, made of registered actions so that names and shortcuts are the same everywhere. */
import { actions } from '$lib/actions';
import type { MenuItem, MenuItems } from '$lib/components/menu';

const groups = [
  [
    'machine.connect',
    'machine.files',
    'folder.openAll',
    'folder.openTiled',
    'machine.edit',
    'machine.rename',
    'machine.duplicate',
    'machine.copyAddress',
    'machine.installKey',
  ],
  ['runs.selected', 'machine.check', 'machine.wake'],
  ['machine.move', 'machine.up', 'machine.down'],
  ['machine.access'],
  ['machine.new', 'folder.new', 'import.open', 'export.open'],
  ['machine.delete'],
];

export function treeMenu(): MenuItems {
  const lines: (MenuItem | null)[] = [];
  for (const ids of groups) {
    const items = ids
      .map((id) => actions.available.find((action) => action.id === id))
      .filter((action) => action !== undefined)
      .map(({ id, title, icon, shortcut, run }) => ({
        label: id === 'machine.check' ? 'Check status' : title,
        icon,
        shortcut,
        danger: id === 'machine.delete',
        run: () => void run(),
      }));
    if (items.length) lines.push(...(lines.length ? [null] : []), ...items);
  }
  return lines;
}
