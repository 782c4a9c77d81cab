/**
 * Dragging files with the pointer from one side to the other, which copies them: to the folder that side shows, or to
 * one of its rows. The keyboard copies with F5. Past the edge of the window what is dragged goes over to the system, if
 * that can be.
 *
 * Pointer events and not the browser's drag and drop, as in the tree.
 */

import type { FileEntry } from '$lib/host';
import type { FilesPane } from './pane.svelte';

const STARTS_AFTER = 5;

export class FileDrag {
  /** What is dragged; empty while nothing is. */
  entries = $state.raw<readonly FileEntry[]>([]);
  /** The name of the folder it would go to on the other side; empty for the one that is shown there. */
  into = $state('');
  /** Why it cannot leave the window, while it tries to. */
  stays = $state('');
  /** It is over the other side. */
  over = $state(false);
  x = $state(0);
  y = $state(0);
  from = $state.raw<FilesPane | null>(null);

  #press: { x: number; y: number; pointer: number; list: HTMLElement; pane: FilesPane } | null =
    null;

  constructor(
    private readonly drop: (
      from: FilesPane,
      entries: readonly FileEntry[],
      folder?: string,
    ) => void,
    /** Takes it out of the window, or says why not. */
    private readonly leave: (from: FilesPane, entries: readonly FileEntry[]) => string | null,
  ) {}

  get active(): boolean {
    return this.entries.length > 0;
  }

  /** A button went down on a row that is selected. */
  press(event: PointerEvent, pane: FilesPane, list: HTMLElement): void {
    this.#press = { x: event.clientX, y: event.clientY, pointer: event.pointerId, list, pane };
  }

  move(event: PointerEvent): void {
    const press = this.#press;
    if (!press || event.pointerId !== press.pointer) return;
    if (!this.active) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < STARTS_AFTER) return;
      if (press.pane.chosen.length === 0) return;
      press.list.setPointerCapture(press.pointer);
      this.entries = press.pane.chosen;
      this.from = press.pane;
    }
    if (isOutside(event)) {
      const why = this.leave(press.pane, this.entries);
      if (why === null) {
        this.cancel();
        return;
      }
      this.stays = why;
    } else this.stays = '';
    this.x = event.clientX;
    this.y = event.clientY;
    this.#aim(press.list);
  }

  /** The button went up. True if that ended a drag, and so is no click. `folderAt` gives the path of a row over there. */
  release(folderAt: (name: string) => string): boolean {
    const { active, over, into, from, entries } = this;
    this.cancel();
    if (over && from) this.drop(from, entries, into === '' ? undefined : folderAt(into));
    return active;
  }

  cancel(): void {
    const press = this.#press;
    if (press && this.active) press.list.releasePointerCapture(press.pointer);
    this.#press = null;
    this.entries = [];
    this.from = null;
    this.over = false;
    this.into = '';
    this.stays = '';
  }

  #aim(own: HTMLElement): void {
    const under = document.elementFromPoint(this.x, this.y);
    const side = under?.closest<HTMLElement>('[data-files-side]');
    const ownSide = own.closest<HTMLElement>('[data-files-side]');
    const page = own.closest('[data-files-page]');
    this.over = side != null && side !== ownSide && side.closest('[data-files-page]') === page;
    const folder = this.over ? under?.closest<HTMLElement>('[data-folder]') : null;
    this.into = folder?.dataset['folder'] ?? '';
  }
}

function isOutside({ clientX: x, clientY: y }: PointerEvent): boolean {
  return x < 0 || y < 0 || x >= innerWidth || y >= innerHeight;
}
