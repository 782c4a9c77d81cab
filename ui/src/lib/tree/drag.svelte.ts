/**
 * Dragging rows with the pointer: where they would go, and scrolling while held at an edge.
 *
 * Pointer events and not the browser's drag and drop, which the webviews each do in their own way. The keyboard moves
 * rows with Alt+Up, Alt+Down and "Move to folder…".
 */
import { attempt } from '$lib/frame/notices.svelte';
import { tops } from './model';
import { dropAt, type Drop } from './moves';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { tree } from './tree.svelte';
import { firstWorkspaceRow, isWorkspaceRow } from './workspace-rows';

const STARTS_AFTER = 5;
const EDGE = 28;
const FASTEST = 14;

export class Drag {
  /** Rows that move; empty while nothing is dragged. */
  moving = $state.raw<readonly number[]>([]);
  drop = $state.raw<Drop | null>(null);
  x = $state(0);
  y = $state(0);

  #from: { x: number; y: number; pointer: number } | null = null;
  #frame = 0;

  constructor(
    private readonly viewport: () => HTMLElement | null,
    private readonly rowHeight: number,
  ) {}

  get active(): boolean {
    return this.moving.length > 0;
  }

  /** A button went down on a row that is selected. */
  press(event: PointerEvent): void {
    this.#from = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
  }

  move(event: PointerEvent): void {
    const from = this.#from;
    if (!from || event.pointerId !== from.pointer) return;
    if (!this.active) {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STARTS_AFTER) return;
      this.viewport()?.setPointerCapture(from.pointer);
      this.moving = tops(tree.shape, tree.selection);
      this.#frame = requestAnimationFrame(this.#scroll);
    }
    this.x = event.clientX;
    this.y = event.clientY;
    this.#aim();
  }

  /** The button went up. True if that ended a drag, and so is no click. */
  release(): boolean {
    const { drop, active } = this;
    this.cancel();
    if (drop) void attempt(() => tree.move(tree.selection, drop.place));
    return active;
  }

  cancel(): void {
    cancelAnimationFrame(this.#frame);
    const from = this.#from;
    if (from && this.active) this.viewport()?.releasePointerCapture(from.pointer);
    this.#from = null;
    this.moving = [];
    this.drop = null;
  }

  #aim(): void {
    const viewport = this.viewport();
    if (!viewport) return;
    const box = viewport.getBoundingClientRect();
    const y = this.y - box.top + viewport.scrollTop;
    const at = Math.floor(y / this.rowHeight);
    const row = tree.visible[at];
    if (this.x < box.left || this.x > box.right || this.y < box.top || this.y > box.bottom)
      this.drop = null;
    else if (row === undefined) {
      const place = { kind: 'endOf', folder: null } as const;
      const last = tree.visible.findLast((each) => each >= 0) ?? 0;
      const end = firstWorkspaceRow();
      if (this.moving.some(isWorkspaceRow)) this.drop = null;
      else if (end !== undefined) this.drop = { place, row: end, mark: 'before' };
      else this.drop = { place, row: last, mark: 'after' };
    } else if (row < 0) this.drop = null;
    else
      this.drop = dropAt(
        tree.shape,
        this.moving,
        row,
        y / this.rowHeight - at,
        tree.isOpenAt(at),
        isWorkspaceRow,
      );
    // What is kept here does not go there by being moved, nor the other way round.
    if (this.drop && !this.#isSamePlace(this.drop)) this.drop = null;
  }

  #isSamePlace({ place }: Drop): boolean {
    const to = workspaces.of(place.kind === 'endOf' ? place.folder : place.id);
    return this.moving.every((row) => workspaces.of(tree.rows.ids[row]) === to);
  }

  readonly #scroll = (): void => {
    const viewport = this.viewport();
    if (!viewport || !this.active) return;
    const box = viewport.getBoundingClientRect();
    const over =
      Math.max(0, box.top + EDGE - this.y) * -1 || Math.max(0, this.y - (box.bottom - EDGE));
    if (over) {
      viewport.scrollTop += Math.max(-FASTEST, Math.min(FASTEST, over / 2));
      this.#aim();
    }
    this.#frame = requestAnimationFrame(this.#scroll);
  };
}
