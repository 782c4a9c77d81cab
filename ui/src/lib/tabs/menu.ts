/** What can be done with a tab: its menu. */

import type { MenuItems } from '$lib/components/menu';
import { can } from '$lib/host';
import { moveToWindow, windowTitle } from '$lib/windows/moves';
import { windows } from '$lib/windows/windows.svelte';
import { tabBeside } from './arrange';
import { tabs } from './tabs.svelte';

export function tabMenu(id: string): MenuItems {
  const at = tabs.list.findIndex((tab) => tab.id === id);
  const tab = tabs.list[at];
  if (!tab) return [];
  return [
    { label: 'Rename', shortcut: 'F2', run: () => (tabs.renaming = id) },
    { label: 'Duplicate', run: () => void tabs.duplicate(id) },
    null,
    {
      label: 'Split right',
      shortcut: 'Ctrl+Shift+E',
      run: () => void tabs.split(tab.focused, 'right'),
    },
    {
      label: 'Split down',
      shortcut: 'Ctrl+Shift+O',
      run: () => void tabs.split(tab.focused, 'down'),
    },
    ...(tab.root.kind === 'split'
      ? [
          {
            label: tab.zoomed ? 'Show all panes' : 'Zoom the pane',
            shortcut: 'Ctrl+Shift+Z',
            run: () => {
              tabs.activate(id);
              tabs.toggleZoom();
            },
          },
        ]
      : []),
    null,
    ...(can('windows')
      ? [
          {
            label: 'Move to a new window',
            disabled: !windows.isMain && tabs.list.length < 2,
            run: () => void moveToWindow('tab', id, null),
          },
        ]
      : []),
    ...windows.others.map((other) => ({
      label: `Move to ${windowTitle(other)}`,
      run: () => void moveToWindow('tab', id, other.label),
    })),
    ...(id !== tabs.active && tabs.current
      ? [
          {
            label: 'Move into a split of the current tab',
            run: () => {
              const target = tabs.current?.focused ?? '';
              tabs.arrange((list) => tabBeside(list, id, target, 'right'), tab.focused);
            },
          },
        ]
      : []),
    null,
    {
      label: 'Move left',
      shortcut: 'Ctrl+Shift+ArrowLeft',
      disabled: at === 0,
      run: () => tabs.move(id, at - 1),
    },
    {
      label: 'Move right',
      shortcut: 'Ctrl+Shift+ArrowRight',
      disabled: at === tabs.list.length - 1,
      run: () => tabs.move(id, at + 1),
    },
    null,
    { label: 'Close', shortcut: 'Ctrl+Shift+W', run: () => tabs.close(id) },
    { label: 'Close others', disabled: tabs.list.length < 2, run: () => tabs.closeOthers(id) },
    {
      label: 'Close to the right',
      disabled: at === tabs.list.length - 1,
      run: () => tabs.closeToTheRight(id),
    },
    {
      label: 'Reopen closed tab',
      shortcut: 'Ctrl+Shift+T',
      disabled: !tabs.canReopen,
      run: () => void tabs.reopen(),
    },
  ];
}
