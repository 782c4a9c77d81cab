/**
 * Dragging a tab or a pane: to another place of the bar, into a split, or out of the window.
 *
 * Pointer events and not the browser's drag and drop, as in the tree: they go on outside of the window. Everything here
 * can be done from the palette too.
 */

import { moveToWindow } from '$lib/windows/moves';
import { paneBeside, paneToTab, swapPanes, tabBeside } from './arrange';
import type { Side } from './model';
import { tabs } from './tabs.svelte';

type Dragged = { kind: 'tab' | 'pane'; id: string; title: string };

/** Where it would go: beside a pane, or in its place. */
export interface Zone {
  pane: string;
  at: Side | 'middle';
}

const STARTS_AFTER = 6;
/** So far beyond its edge something is out of the window, and was not only shaken. */
const OUT = 24;
/** A tab that something is held over comes to the front. */
const HOLD_MS = 450;

class TabDrag {
  what = $state.raw<Dragged | null>(null);
  x = $state(0);
  y = $state(0);
  zone = $state.raw<Zone | null>(null);
  /** A pane would become a tab of its own. */
  overBar = $state(false);
  outside = $state(false);

  #press: { x: number; y: number; pointer: number; element: HTMLElement; what: Dragged } | null =
    null;
  #front: string | null = null;
  #held: { id: string; timer: ReturnType<typeof setTimeout> } | null = null;
  readonly #moved = (event: PointerEvent): void => this.#move(event);
  readonly #released = (): void => this.#release();
  readonly #cancelled = (): void => this.#end();
  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.#end();
  };

  /** A button went down on what can be dragged. `front` is the tab that was in front until then. */
  press(event: PointerEvent, what: Dragged, front = tabs.active): void {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    this.#end();
    const element = event.currentTarget;
    this.#press = { x: event.clientX, y: event.clientY, pointer: event.pointerId, element, what };
    this.#front = front;
    window.addEventListener('pointermove', this.#moved);
    window.addEventListener('pointerup', this.#released);
    window.addEventListener('pointercancel', this.#cancelled);
    window.addEventListener('keydown', this.#pressed, { capture: true });
  }

  #move(event: PointerEvent): void {
    const press = this.#press;
    if (!press || event.pointerId !== press.pointer) return;
    if (!this.what) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < STARTS_AFTER) return;
      press.element.setPointerCapture(press.pointer);
      this.what = press.what;
      // What it is dragged into is what was in front, and not the tab itself.
      if (press.what.kind === 'tab' && this.#front !== null) tabs.active = this.#front;
    }
    this.x = event.clientX;
    this.y = event.clientY;
    this.#aim(this.what);
  }

  #aim(what: Dragged): void {
    const { x, y } = this;
    this.outside =
      x < -OUT || y < -OUT || x > window.innerWidth + OUT || y > window.innerHeight + OUT;
    const under = this.outside ? null : document.elementFromPoint(x, y);
    const tab = under?.closest<HTMLElement>('[role="tab"]');
    const splits = what.kind === 'pane' && tabs.tabOf(what.id)?.root.kind === 'split';
    this.overBar = splits && under?.closest('[data-region="tabs"]') != null;
    this.#hold(what.kind === 'pane' ? tab?.dataset['tab'] : undefined);
    if (what.kind === 'tab' && tab) this.#reorder(what.id, tab);
    const pane = under?.closest<HTMLElement>('[data-pane]:not([data-pane=""])');
    this.zone = pane ? this.#zoneOf(what, pane) : null;
  }

  /** A tab takes the place of the one under the pointer as soon as it is past its middle. */
  #reorder(id: string, over: HTMLElement): void {
    const from = tabs.list.findIndex((tab) => tab.id === id);
    const to = tabs.list.findIndex((tab) => tab.id === over.dataset['tab']);
    if (to < 0 || from === to) return;
    const box = over.getBoundingClientRect();
    const past = this.x >= box.left + box.width / 2;
    if (from < to ? past : !past) tabs.move(id, to);
  }

  #zoneOf(what: Dragged, element: HTMLElement): Zone | null {
    const pane = element.dataset['pane'] ?? '';
    const own = what.kind === 'pane' ? what.id === pane : tabs.tabOf(pane)?.id === what.id;
    if (own) return null;
    return { pane, at: sideOf(element.getBoundingClientRect(), this.x, this.y, what.kind) };
  }

  #hold(id: string | undefined): void {
    if (this.#held?.id === id) return;
    if (this.#held) clearTimeout(this.#held.timer);
    this.#held = id
      ? { id, timer: setTimeout(() => (tabs.active = this.what ? id : tabs.active), HOLD_MS) }
      : null;
  }

  #release(): void {
    const { what, zone, overBar, outside } = this;
    this.#end();
    if (!what) return;
    if (outside) void moveToWindow(what.kind, what.id, null);
    else if (zone) drop(what, zone);
    else if (overBar) tabs.arrange((list) => paneToTab(list, what.id), what.id);
  }

  #end(): void {
    const press = this.#press;
    if (press?.element.hasPointerCapture?.(press.pointer))
      press.element.releasePointerCapture(press.pointer);
    this.#press = null;
    this.what = this.zone = null;
    this.overBar = this.outside = false;
    this.#hold(undefined);
    window.removeEventListener('pointermove', this.#moved);
    window.removeEventListener('pointerup', this.#released);
    window.removeEventListener('pointercancel', this.#cancelled);
    window.removeEventListener('keydown', this.#pressed, { capture: true });
  }
}

function drop({ kind, id }: Dragged, { pane, at }: Zone): void {
  if (at === 'middle') tabs.arrange((list) => swapPanes(list, id, pane), id);
  else if (kind === 'pane') tabs.arrange((list) => paneBeside(list, id, pane, at), id);
  else tabs.arrange((list) => tabBeside(list, id, pane, at));
}

/** The edge a point is nearest to; for a pane there is a middle, in which the two change places. */
export function sideOf(box: DOMRect, x: number, y: number, kind: Dragged['kind']): Zone['at'] {
  const across = (x - box.left) / Math.max(1, box.width);
  const down = (y - box.top) / Math.max(1, box.height);
  const edges: [Side, number][] = [
    ['left', across],
    ['right', 1 - across],
    ['up', down],
    ['down', 1 - down],
  ];
  const [nearest, distance] = edges.reduce((best, edge) => (edge[1] < best[1] ? edge : best));
  return kind === 'pane' && distance > 0.3 ? 'middle' : nearest;
}

export const tabDrag = new TabDrag();
