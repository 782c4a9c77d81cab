/** What can be done with a tab: its menu. */

import type { MenuItems } from '$lib/components/menu';
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
