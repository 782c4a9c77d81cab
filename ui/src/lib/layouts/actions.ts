/** Opening whole folders and named layouts, by name. */

import Columns3 from '@lucide/svelte/icons/columns-3';
import Grid2x2 from '@lucide/svelte/icons/grid-2x2';
import LayoutPanelLeft from '@lucide/svelte/icons/layout-panel-left';
import Save from '@lucide/svelte/icons/save';
import type { Action } from '$lib/actions';
import { attempt } from '$lib/frame/notices.svelte';
import { machinesIn } from '$lib/tree/model';
import { tree } from '$lib/tree/tree.svelte';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { layouts } from './layouts.svelte';

const inside = () => machinesIn(tree.shape, tree.selection).length;
/** A folder, or several things: one machine is simply connected to. */
const many = () =>
  inside() > 0 &&
  tree.selection.every((id) => workspaces.answers(id)) &&
  (tree.selection.length > 1 || tree.byId(tree.selection[0])?.folder === true);

function what(): string {
  const [only] = tree.selection;
  const name =
    tree.selection.length === 1
      ? (tree.byId(only)?.name ?? '')
      : `${tree.selection.length} selected`;
  return `${name}, ${inside()} ${inside() === 1 ? 'machine' : 'machines'}`;
}

export const layoutActions: readonly Action[] = [
  {
    id: 'folder.openAll',
    title: 'Open all in the folder, each in a tab',
    group: 'Machines',
    icon: Columns3,
    keywords: 'connect whole folder every machine inside',
    detail: what,
    when: many,
    run: () => layouts.openAll(tree.selection, 'tabs'),
  },
  {
    id: 'folder.openTiled',
    title: 'Open all in the folder, side by side',
    group: 'Machines',
    icon: Grid2x2,
    keywords: 'connect whole folder every machine inside tiled grid split',
    detail: what,
    when: many,
    run: () => layouts.openAll(tree.selection, 'tiled'),
  },
  {
    id: 'layout.open',
    title: 'Open layout…',
    group: 'Tabs',
    icon: LayoutPanelLeft,
    keywords: 'named layouts saved workspace rename overwrite delete manage',
    run: () => (layouts.question = { kind: 'open' }),
  },
  {
    id: 'layout.save',
    title: 'Save layout as…',
    group: 'Tabs',
    icon: Save,
    keywords: 'named layouts workspace tabs splits remember',
    when: () => layouts.canSave,
    run: () => (layouts.question = { kind: 'save' }),
  },
];

/** One action for each layout, so that typing its name opens it. */
export function namedActions(): readonly Action[] {
  return layouts.list.map((layout) => ({
    id: `layout.open.${layout.id}`,
    fleeting: true,
    title: `Open layout ${layout.name}`,
    group: 'Tabs',
    icon: LayoutPanelLeft,
    run: () => attempt(() => layouts.bring(layout)),
  }));
}
