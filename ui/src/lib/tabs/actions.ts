/** What can be done with tabs and panes, by name. */

import Columns2 from '@lucide/svelte/icons/columns-2';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import History from '@lucide/svelte/icons/history';
import Plus from '@lucide/svelte/icons/plus';
import Rows2 from '@lucide/svelte/icons/rows-2';
import TextCursorInput from '@lucide/svelte/icons/text-cursor-input';
import X from '@lucide/svelte/icons/x';
import type { Action } from '$lib/actions';
import type { Side } from './model';
import { tabs } from './tabs.svelte';

const GROUP = 'Tabs';
const some = () => tabs.current !== undefined;
const several = () => tabs.list.length > 1;
const isSplit = () => tabs.current?.root.kind === 'split';
const title = () => tabs.current?.title ?? '';

/** Does something with the tab in front. */
function withTab(run: (id: string, paneId: string) => unknown): () => void {
  return () => {
    if (tabs.current) void run(tabs.current.id, tabs.current.focused);
  };
}

function toPane(side: Side, key: string): Action {
  return {
    id: `pane.focus.${side}`,
    title: `Go to the pane ${{ left: 'on the left', right: 'on the right', up: 'above', down: 'below' }[side]}`,
    group: GROUP,
    shortcut: `Alt+${key}`,
    // Programs get it in a tab of one pane, so the tab's page listens for it.
    local: true,
    when: isSplit,
    run: () => tabs.focusSide(side),
  };
}

export const tabActions: readonly Action[] = [
  {
    id: 'tab.new',
    title: 'New tab',
    group: GROUP,
    shortcut: 'Ctrl+T',
    icon: Plus,
    run: () => tabs.open({ kind: 'start' }),
  },
  {
    id: 'tab.close',
    title: 'Close tab',
    group: GROUP,
    shortcut: 'Ctrl+Shift+W',
    also: ['Ctrl+W'],
    icon: X,
    detail: title,
    when: some,
    run: withTab((id) => tabs.close(id)),
  },
  {
    id: 'tab.closeOthers',
    title: 'Close other tabs',
    group: GROUP,
    when: several,
    run: withTab((id) => tabs.closeOthers(id)),
  },
  {
    id: 'tab.closeRight',
    title: 'Close tabs to the right',
    group: GROUP,
    when: several,
    run: withTab((id) => tabs.closeToTheRight(id)),
  },
  {
    id: 'tab.reopen',
    title: 'Reopen closed tab',
    group: GROUP,
    shortcut: 'Ctrl+Shift+T',
    icon: History,
    when: () => tabs.canReopen,
    run: () => tabs.reopen(),
  },
  {
    id: 'tab.rename',
    title: 'Rename tab',
    group: GROUP,
    icon: TextCursorInput,
    detail: title,
    when: some,
    run: withTab((id) => (tabs.renaming = id)),
  },
  {
    id: 'tab.duplicate',
    title: 'Duplicate tab',
    group: GROUP,
    icon: CopyPlus,
    detail: title,
    when: some,
    run: withTab((id) => tabs.duplicate(id)),
  },
  {
    id: 'tab.next',
    title: 'Next tab',
    group: GROUP,
    shortcut: 'Control+Tab',
    also: ['Ctrl+PageDown'],
    when: several,
    run: () => tabs.step(1),
  },
  {
    id: 'tab.previous',
    title: 'Previous tab',
    group: GROUP,
    shortcut: 'Control+Shift+Tab',
    also: ['Ctrl+PageUp'],
    when: several,
    run: () => tabs.step(-1),
  },
  {
    id: 'tab.moveLeft',
    title: 'Move tab left',
    group: GROUP,
    when: several,
    run: withTab((id) => tabs.move(id, tabs.list.findIndex((tab) => tab.id === id) - 1)),
  },
  {
    id: 'tab.moveRight',
    title: 'Move tab right',
    group: GROUP,
    when: several,
    run: withTab((id) => tabs.move(id, tabs.list.findIndex((tab) => tab.id === id) + 1)),
  },
  ...Array.from({ length: 9 }, (_, at): Action => ({
    id: `tab.at.${at + 1}`,
    title: `Go to tab ${at + 1}`,
    group: GROUP,
    shortcut: `Alt+${at + 1}`,
    when: () => tabs.list.length > at,
    detail: () => tabs.list[at]?.title ?? '',
    run: () => tabs.activateAt(at),
  })),
  {
    id: 'pane.splitRight',
    title: 'Split right',
    group: GROUP,
    shortcut: 'Ctrl+Shift+E',
    icon: Columns2,
    when: some,
    run: withTab((_, pane) => tabs.split(pane, 'right')),
  },
  {
    id: 'pane.splitDown',
    title: 'Split down',
    group: GROUP,
    shortcut: 'Ctrl+Shift+O',
    icon: Rows2,
    when: some,
    run: withTab((_, pane) => tabs.split(pane, 'down')),
  },
  {
    id: 'pane.close',
    title: 'Close pane',
    group: GROUP,
    shortcut: 'Ctrl+Shift+X',
    icon: X,
    when: isSplit,
    run: withTab((_, pane) => tabs.closePane(pane)),
  },
  toPane('left', 'ArrowLeft'),
  toPane('right', 'ArrowRight'),
  toPane('up', 'ArrowUp'),
  toPane('down', 'ArrowDown'),
];
