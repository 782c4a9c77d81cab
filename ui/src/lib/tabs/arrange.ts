/**
 * Moving panes and tabs into each other, as functions over all tabs of a window.
 *
 * No pane is ever lost or doubled; what cannot be done gives back the very same list. Opening and closing are in
 * `tabs.svelte.ts`, and what is dragged where in `drag.svelte.ts`.
 */

import {
  findPane,
  freshId,
  MOST_PANES,
  panes,
  removePane,
  splitPane,
  tidy,
  type PaneLeaf,
  type PaneNode,
  type Side,
  type Tab,
} from './model';

type Tabs = readonly Tab[];

function ofPane(tabs: Tabs, id: string): { tab: Tab; pane: PaneLeaf } | undefined {
  for (const tab of tabs) {
    const pane = findPane(tab.root, id);
    if (pane) return { tab, pane };
  }
  return undefined;
}

/** A tab with another root, unzoomed; its focus stays where it was if that is still there. */
function withRoot(tab: Tab, root: PaneNode): Tab {
  const focused = (findPane(root, tab.focused) ?? panes(root)[0])?.id ?? tab.focused;
  return { ...tab, root: tidy(root), focused, zoomed: false };
}

/** The tabs without a pane; a tab of that pane alone goes. */
function without(tabs: Tabs, { tab, pane }: { tab: Tab; pane: PaneLeaf }): Tabs {
  return tabs.flatMap((other) => {
    if (other !== tab) return [other];
    const root = removePane(tab.root, pane.id);
    return root ? [withRoot(tab, root)] : [];
  });
}

/** Takes a pane out of its split into a tab of its own: at a place, or right behind the tab it was in. */
export function paneToTab(tabs: Tabs, id: string, at?: number): Tabs {
  const found = ofPane(tabs, id);
  if (found?.tab.root.kind !== 'split') return tabs;
  const own: Tab = {
    id: freshId('tab'),
    name: null,
    root: found.pane,
    focused: id,
    zoomed: false,
  };
  return without(tabs, found).toSpliced(at ?? tabs.indexOf(found.tab) + 1, 0, own);
}

/** Puts a pane beside another one, of the same tab or not. */
export function paneBeside(tabs: Tabs, id: string, target: string, side: Side): Tabs {
  const found = ofPane(tabs, id);
  const to = ofPane(tabs, target);
  if (!found || !to || id === target) return tabs;
  if (to.tab !== found.tab && !fits(to.tab.root, found.pane)) return tabs;
  return into(without(tabs, found), target, side, found.pane, id);
}

/** Puts all panes of a tab beside a pane of another one, as they are. */
export function tabBeside(tabs: Tabs, id: string, target: string, side: Side): Tabs {
  const tab = tabs.find((other) => other.id === id);
  const to = ofPane(tabs, target);
  if (!tab || !to || to.tab === tab || !fits(to.tab.root, tab.root)) return tabs;
  const others = tabs.filter((other) => other !== tab);
  return into(others, target, side, tab.root, tab.focused);
}

/** Lets two panes take each other's place. */
export function swapPanes(tabs: Tabs, id: string, other: string): Tabs {
  const a = ofPane(tabs, id);
  const b = ofPane(tabs, other);
  if (!a || !b || id === other) return tabs;
  const swap = (node: PaneNode): PaneNode => {
    if (node.kind === 'split') return { ...node, children: node.children.map(swap) };
    if (node.id === id) return b.pane;
    return node.id === other ? a.pane : node;
  };
  return tabs.map((tab) => (tab === a.tab || tab === b.tab ? withRoot(tab, swap(tab.root)) : tab));
}

/** Whether there is room for more panes in a tab. */
export function fits(root: PaneNode, added: PaneNode): boolean {
  return panes(root).length + panes(added).length <= MOST_PANES;
}

function into(tabs: Tabs, target: string, side: Side, added: PaneNode, focused: string): Tabs {
  return tabs.map((tab) =>
    findPane(tab.root, target)
      ? { ...withRoot(tab, splitPane(tab.root, target, side, added)), focused }
      : tab,
  );
}

/** Panes in rows and columns of about the same size: as many columns as rows, or one more. */
export function tile(leaves: readonly PaneLeaf[]): PaneNode | null {
  const [only] = leaves;
  if (!only) return null;
  const columns = Math.ceil(Math.sqrt(leaves.length));
  const lines: PaneNode[] = [];
  for (let at = 0; at < leaves.length; at += columns)
    lines.push(line('row', leaves.slice(at, at + columns)));
  return line('column', lines);
}

function line(direction: 'row' | 'column', children: readonly PaneNode[]): PaneNode {
  const [only] = children;
  if (only && children.length === 1) return only;
  const sizes = children.map(() => 100 / children.length);
  return { kind: 'split', id: freshId('split'), direction, children: [...children], sizes };
}
