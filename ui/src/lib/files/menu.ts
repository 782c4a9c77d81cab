/** The context menu of files, made of the actions so that names and keys are the same everywhere. */

import { isHere } from '$lib/actions';
import type { MenuItem, MenuItems } from '$lib/components/menu';
import { copyGoal, fileActions } from './actions';
import type { FilesView } from './view.svelte';

const groups = [
  [
    'files.open',
    'files.copy',
    'files.move',
    'files.saveTo',
    'files.download',
    'files.preview',
    'files.edit',
  ],
  ['files.rename', 'files.mode', 'files.delete'],
  ['files.upload', 'files.newFolder', 'files.copyPath', 'files.cd', 'files.refresh'],
];

export function fileMenu(view: FilesView): MenuItems {
  const lines: (MenuItem | null)[] = [];
  for (const ids of groups) {
    const items = ids
      .map((id) => fileActions.find((action) => action.id === id))
      .filter((action) => action !== undefined)
      .filter(isHere)
      .filter((action) => action.when?.() ?? true)
      .map(({ id, title, icon, shortcut, run }) => ({
        label: id === 'files.copy' ? `Copy to ${copyGoal(view)}` : title,
        icon,
        shortcut,
        danger: id === 'files.delete',
        run: () => void run(),
      }));
    if (items.length) lines.push(...(lines.length ? [null] : []), ...items);
  }
  return lines;
}
