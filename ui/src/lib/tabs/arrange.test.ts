import { describe, expect, it } from 'vitest';
import { fits, paneBeside, paneToTab, swapPanes, tabBeside, tile } from './arrange';
import { keepLayout, restoreLayout } from './layout';
import {
  findPane,
  makePane,
  makeTab,
  MOST_PANES,
  nudge,
  panes,
  removePane,
  SMALLEST,
  splitPane,
  tidy,
  type PaneNode,
  type Side,
  type Tab,
} from './model';

const SIDES: readonly Side[] = ['left', 'right', 'up', 'down'];

/** Numbers that look random and are the same in every run (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

const ids = (tabs: readonly Tab[]) => tabs.flatMap((tab) => panes(tab.root).map((pane) => pane.id));

/** What holds of every tab, whatever was done. */
function whole(tab: Tab): void {
  const check = (node: PaneNode): void => {
    if (node.kind === 'pane') return;
    expect(node.children.length).toBeGreaterThan(1);
    expect(node.sizes).toHaveLength(node.children.length);
    expect(node.sizes.every((size) => size > 0)).toBe(true);
    expect(node.sizes.reduce((sum, size) => sum + size, 0)).toBeCloseTo(100, 3);
    for (const child of node.children) {
      if (child.kind === 'split') expect(child.direction).not.toBe(node.direction);
      check(child);
    }
  };
  check(tab.root);
  expect(findPane(tab.root, tab.focused)).toBeDefined();
  expect(panes(tab.root).length).toBeLessThanOrEqual(MOST_PANES);
}

describe('whatever is done with panes', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('none is lost or doubled (%i)', (seed) => {
    const roll = dice(seed);
    const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
    let tabs: readonly Tab[] = [makeTab({ kind: 'start' })];
    const there = new Set(ids(tabs));
    for (let step = 0; step < 400; step += 1) {
      const before = tabs;
      const all = ids(tabs);
      const pane = pick(all);
      switch (roll(8)) {
        case 0: {
          const added = makePane({ kind: 'start' });
          const home = tabs.find((tab) => findPane(tab.root, pane))!;
          if (!fits(home.root, added)) break;
          const root = tidy(splitPane(home.root, pane, pick(SIDES), added));
          tabs = tabs.map((tab) => (tab === home ? { ...tab, root } : tab));
          there.add(added.id);
          break;
        }
        case 1:
          tabs = paneToTab(tabs, pane);
          break;
        case 2:
        case 3:
          tabs = paneBeside(tabs, pane, pick(all), pick(SIDES));
          break;
        case 4:
          tabs = swapPanes(tabs, pane, pick(all));
          break;
        case 5:
          tabs = tabBeside(tabs, pick(tabs).id, pane, pick(SIDES));
          break;
        case 6: {
          const side = pick(SIDES);
          tabs = tabs.map((tab) => ({ ...tab, root: nudge(tab.root, pane, side, 5) }));
          break;
        }
        case 7: {
          const home = tabs.find((tab) => findPane(tab.root, pane))!;
          const root = removePane(home.root, pane);
          if (!root || roll(3) > 0) break;
          tabs = tabs.map((tab) =>
            tab === home ? { ...tab, root: tidy(root), focused: panes(root)[0]!.id } : tab,
          );
          there.delete(pane);
          break;
        }
      }
      expect(new Set(ids(tabs)), `step ${step} of ${before.length} tabs`).toEqual(there);
      expect(ids(tabs)).toHaveLength(there.size);
      tabs.forEach(whole);
    }
  });

  it('comes back from what was kept as it was', async () => {
    const roll = dice(99);
    let tabs: readonly Tab[] = Array.from({ length: 12 }, () =>
      makeTab({ kind: 'session', sessionId: crypto.randomUUID() }),
    );
    for (let step = 0; step < 60; step += 1) {
      const all = ids(tabs);
      tabs = paneBeside(tabs, all[roll(all.length)]!, all[roll(all.length)]!, SIDES[roll(4)]!);
    }
    const shape = (node: PaneNode): unknown =>
      node.kind === 'pane'
        ? node.spec
        : { direction: node.direction, children: node.children.map(shape) };
    const json = keepLayout(tabs, null, () => ({ kind: 'localShell' }));
    const back = await restoreLayout(json, (id) => Promise.resolve(id));
    expect(back.tabs.map((tab) => shape(tab.root))).toEqual(tabs.map((tab) => shape(tab.root)));
  });
});

describe('moving panes', () => {
  const first = makeTab({ kind: 'settings' });
  const second = makePane({ kind: 'identities' });
  const split: Tab = {
    ...first,
    root: splitPane(first.root, first.focused, 'right', second),
    zoomed: true,
  };
  const other = makeTab({ kind: 'import' });
  const tabs = [split, other];

  it('to a tab of their own puts it behind the one they were in, or at a place', () => {
    const moved = paneToTab(tabs, second.id);
    expect(moved.map((tab) => panes(tab.root).length)).toEqual([1, 1, 1]);
    expect(moved[1]).toMatchObject({ focused: second.id, root: { id: second.id } });
    expect(moved[0]!.zoomed).toBe(false);
    expect(paneToTab(tabs, second.id, 2)[2]!.focused).toBe(second.id);
    expect(paneToTab(tabs, other.focused), 'it is alone already').toBe(tabs);
  });

  it('beside a pane of another tab closes the tab that is then empty', () => {
    const moved = paneBeside(tabs, other.focused, second.id, 'down');
    expect(moved).toHaveLength(1);
    expect(moved[0]).toMatchObject({ focused: other.focused, zoomed: false });
    expect(paneBeside(tabs, second.id, second.id, 'up')).toBe(tabs);
    expect(paneBeside(tabs, 'nobody', second.id, 'up')).toBe(tabs);
  });

  it('of a whole tab keeps their places among each other', () => {
    const moved = tabBeside(tabs, split.id, other.focused, 'up');
    expect(moved).toHaveLength(1);
    expect(moved[0]!.root).toMatchObject({
      direction: 'column',
      children: [{ direction: 'row' }, { id: other.focused }],
    });
    expect(tabBeside(tabs, other.id, other.focused, 'up')).toBe(tabs);
  });

  it('stops where a tab is full', () => {
    let root: PaneNode = makePane({ kind: 'start' });
    const target = panes(root)[0]!.id;
    while (panes(root).length < MOST_PANES)
      root = splitPane(root, target, 'right', makePane({ kind: 'start' }));
    const full: Tab = { ...makeTab({ kind: 'start' }), root, focused: target };
    expect(paneBeside([full, other], other.focused, target, 'left')).toHaveLength(2);
    expect(tabBeside([full, other], other.id, target, 'left')).toHaveLength(2);
    const within = panes(root)[3]!.id;
    expect(panes(paneBeside([full], within, target, 'left')[0]!.root)).toHaveLength(MOST_PANES);
  });

  it('swaps them, over tabs too', () => {
    const moved = swapPanes(tabs, second.id, other.focused);
    expect(panes(moved[0]!.root).map((pane) => pane.spec.kind)).toEqual(['settings', 'import']);
    expect(moved[1]).toMatchObject({ root: { id: second.id }, focused: second.id });
  });
});

describe('an edge that is moved', () => {
  const a = makePane({ kind: 'start' });
  const b = makePane({ kind: 'start' });
  const c = makePane({ kind: 'start' });
  const row = tidy(splitPane(splitPane(a, a.id, 'right', c), a.id, 'right', b));
  const sizes = (node: PaneNode) => (node.kind === 'split' ? node.sizes : []);

  it('is the one on that side, or the other where the tab ends', () => {
    expect(sizes(nudge(row, a.id, 'right', 5))).toEqual([30, 20, 50]);
    expect(sizes(nudge(row, b.id, 'left', 5))).toEqual([20, 30, 50]);
    expect(sizes(nudge(row, a.id, 'left', 5))).toEqual([20, 30, 50]);
    expect(sizes(nudge(row, c.id, 'right', 5))).toEqual([25, 30, 45]);
  });

  it('leaves every pane its least room, and other directions alone', () => {
    let node = row;
    for (let step = 0; step < 20; step += 1) node = nudge(node, a.id, 'right', 5);
    expect(sizes(node)[1]).toBeCloseTo(SMALLEST);
    expect(nudge(node, a.id, 'right', 5)).toBe(node);
    expect(nudge(row, a.id, 'down', 5)).toBe(row);
  });

  it('is found in the innermost split of that direction', () => {
    const d = makePane({ kind: 'start' });
    const deep = splitPane(row, c.id, 'down', d);
    expect(nudge(deep, d.id, 'left', 5)).toMatchObject({ sizes: [25, 20, 55] });
    expect(nudge(deep, d.id, 'up', 5)).toMatchObject({ children: [{}, {}, { sizes: [45, 55] }] });
  });
});

describe('tiles', () => {
  const made = (count: number) =>
    tile(Array.from({ length: count }, () => makePane({ kind: 'start' })));
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 5],
    [16, 16],
  ])('of %i show %i panes', (count, shown) => {
    const root = made(count);
    expect(root ? panes(root) : []).toHaveLength(shown);
  });
  it('are as many wide as high', () => {
    expect(made(4)).toMatchObject({ direction: 'column', children: [{ direction: 'row' }, {}] });
    expect(made(2)).toMatchObject({ direction: 'row', sizes: [50, 50] });
  });
});
