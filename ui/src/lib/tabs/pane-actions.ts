/** What can be done with panes beyond splitting and closing, and with tabs beyond their window, by name. */

import AppWindow from '@lucide/svelte/icons/app-window';
import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import BadgeHelp from '@lucide/svelte/icons/circle-question-mark';
import Columns2 from '@lucide/svelte/icons/columns-2';
import Maximize2 from '@lucide/svelte/icons/maximize-2';
import Rows2 from '@lucide/svelte/icons/rows-2';
import SquareSplitHorizontal from '@lucide/svelte/icons/square-split-horizontal';
import type { Action } from '$lib/actions';
import { moveToWindow, windowTitle } from '$lib/windows/moves';
import { windows } from '$lib/windows/windows.svelte';
import { paneToTab, swapPanes, tabBeside } from './arrange';
import { neighbour, type Side } from './model';
import { tabSigns } from './signs';
import { tabs } from './tabs.svelte';

const GROUP = 'Tabs';
const SIDES: readonly Side[] = ['left', 'right', 'up', 'down'];
const WHERE = { left: 'on the left', right: 'on the right', up: 'above', down: 'below' };

const some = () => tabs.current !== undefined;
const isSplit = () => tabs.current?.root.kind === 'split';
const front = () => tabs.current?.focused ?? '';
const others = () => tabs.list.filter((tab) => tab.id !== tabs.active);

function beside(side: Side): string | undefined {
  return tabs.current && neighbour(tabs.current.root, tabs.current.focused, side);
}

function swap(side: Side): Action {
  return {
    id: `pane.swap.${side}`,
    title: `Swap with the pane ${WHERE[side]}`,
    group: GROUP,
    icon: ArrowLeftRight,
    keywords: 'move pane exchange',
    when: () => isSplit() && beside(side) !== undefined,
    run: () => {
      const other = beside(side);
      if (other !== undefined) tabs.arrange((list) => swapPanes(list, front(), other), front());
    },
  };
}

function resize(side: Side): Action {
  const key = { left: 'Left', right: 'Right', up: 'Up', down: 'Down' }[side];
  return {
    id: `pane.resize.${side}`,
    title: `Move the edge of the pane ${side}`,
    group: GROUP,
    shortcut: `Alt+Shift+Arrow${key}`,
    // In a tab of one pane the program gets it: the tab's page listens.
    local: true,
    keywords: 'resize larger smaller wider higher',
    when: () => isSplit() && tabs.current?.zoomed === false,
    run: () => tabs.resize(side),
  };
}

/** The next tab whose session waits for an answer, after the one in front. */
function nextQuestion(): string | undefined {
  const at = tabs.list.findIndex((tab) => tab.id === tabs.active);
  const after = [...tabs.list.slice(at + 1), ...tabs.list.slice(0, Math.max(0, at))];
  return after.find((tab) => tabSigns(tab).asking)?.id;
}

const fixed: readonly Action[] = [
  {
    id: 'pane.splitLeft',
    title: 'Split left',
    group: GROUP,
    icon: Columns2,
    when: some,
    run: () => tabs.split(front(), 'left'),
  },
  {
    id: 'pane.splitUp',
    title: 'Split up',
    group: GROUP,
    icon: Rows2,
    when: some,
    run: () => tabs.split(front(), 'up'),
  },
  {
    id: 'pane.zoom',
    title: 'Zoom the pane',
    group: GROUP,
    shortcut: 'Ctrl+Shift+Z',
    icon: Maximize2,
    keywords: 'maximize fill full unzoom restore',
    detail: () => (tabs.current?.zoomed ? 'show all panes again' : 'let it fill the tab'),
    when: isSplit,
    run: () => tabs.toggleZoom(),
  },
  {
    id: 'pane.toTab',
    title: 'Move pane to a new tab',
    group: GROUP,
    icon: SquareSplitHorizontal,
    keywords: 'detach break out',
    when: isSplit,
    run: () => tabs.arrange((list) => paneToTab(list, front()), front()),
  },
  ...SIDES.map(swap),
  ...SIDES.map(resize),
  {
    id: 'tab.nextQuestion',
    title: 'Go to the next tab that waits for an answer',
    group: GROUP,
    icon: BadgeHelp,
    keywords: 'question password host key asking prompt',
    when: () => nextQuestion() !== undefined,
    run: () => {
      const id = nextQuestion();
      if (id !== undefined) tabs.activate(id);
    },
  },
  {
    id: 'tab.toNewWindow',
    needs: 'windows',
    title: 'Move tab to a new window',
    group: GROUP,
    icon: AppWindow,
    keywords: 'detach tear off',
    detail: () => tabs.current?.title ?? '',
    when: () => some() && (windows.isMain || tabs.list.length > 1),
    run: () => moveToWindow('tab', tabs.active ?? '', null),
  },
];

/** One for each other tab and window. */
function towards(): readonly Action[] {
  const splits = others().map((tab): Action => ({
    id: `tab.intoSplit.${tab.id}`,
    fleeting: true,
    title: `Move tab ${tab.title} into a split of the current tab`,
    group: GROUP,
    icon: SquareSplitHorizontal,
    keywords: 'join merge pane',
    run: () => tabs.arrange((list) => tabBeside(list, tab.id, front(), 'right'), tab.focused),
  }));
  const moves = windows.others.map((other): Action => ({
    id: `tab.toWindow.${other.label}`,
    fleeting: true,
    title: `Move tab to ${windowTitle(other)}`,
    group: GROUP,
    icon: AppWindow,
    when: some,
    run: () => moveToWindow('tab', tabs.active ?? '', other.label),
  }));
  return [...splits, ...moves];
}

export { fixed as paneActions, towards as movingActions };
