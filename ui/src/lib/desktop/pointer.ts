/** A mouse, a wheel and fingers as what a desktop is told. Plain state; where things are is worked out by the caller. */

import { BUTTON } from './codec';

/** The buttons of a pointer event in the order of the codec. */
export function buttonsOf(buttons: number): number {
  return (
    (buttons & 1 ? BUTTON.left : 0) |
    (buttons & 4 ? BUTTON.middle : 0) |
    (buttons & 2 ? BUTTON.right : 0) |
    (buttons & 8 ? BUTTON.back : 0) |
    (buttons & 16 ? BUTTON.forward : 0)
  );
}

/** What a step of a mouse's wheel is, in the codec. */
const STEP = 120;
/** Pixels that browsers make of one step, and lines. */
const STEP_PIXELS = 100;
const STEP_LINES = 3;

/** A turn of the wheel in the codec's steps. */
export function turnOf({
  deltaX,
  deltaY,
  deltaMode,
}: Pick<WheelEvent, 'deltaX' | 'deltaY' | 'deltaMode'>): { across: number; down: number } {
  const each = deltaMode === 2 ? STEP : deltaMode === 1 ? STEP / STEP_LINES : STEP / STEP_PIXELS;
  return { across: Math.round(deltaX * each), down: Math.round(deltaY * each) };
}

export interface FingerSink {
  /** The pointer is here, with these buttons. */
  pointer(x: number, y: number, buttons: number): void;
  /** Pixels of the screen that two fingers moved. */
  scroll(x: number, y: number, across: number, down: number): void;
  /** Two fingers went apart by this factor, or together. */
  pinch(x: number, y: number, factor: number): void;
}

interface Finger {
  x: number;
  y: number;
}

/** A finger that moves less than this is held still. */
const STILL = 8;

/** A finger that is held still so long clicks the right button, in milliseconds. */
const LONG = 600;
/** Two fingers pinch from here on: how much their distance changes before they move as far together. */
const PINCH = 32;

/**
 * Fingers in place of a mouse: one that taps clicks, one that moves drags, one that is held still and two that tap click
 * the right button, two that move turn the wheel, and two that go apart or together pinch.
 */
export class Fingers {
  readonly #down = new Map<number, Finger>();
  #start: Finger = { x: 0, y: 0 };
  #last: Finger = { x: 0, y: 0 };
  #most = 0;
  #moved = false;
  /** How far apart two fingers were; set once they pinch. */
  #apart = 0;
  #pinching = false;
  /** What they did is done; what follows until all are lifted means nothing. */
  #done = false;
  #holding: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly sink: FingerSink) {}

  press(id: number, x: number, y: number): void {
    // A second finger: the first one meant something else.
    if (this.#dragging) this.sink.pointer(this.#last.x, this.#last.y, 0);
    this.#down.set(id, { x, y });
    if (this.#down.size === 1) {
      this.#moved = false;
      this.#most = 0;
      this.#done = this.#pinching = false;
      this.#start = { x, y };
      this.#holding = setTimeout(() => this.#held(), LONG);
    } else clearTimeout(this.#holding);
    this.#most = Math.max(this.#most, this.#down.size);
    this.#last = this.#middle();
    this.#apart = this.#distance();
  }

  move(id: number, x: number, y: number): void {
    if (!this.#down.has(id)) return;
    this.#down.set(id, { x, y });
    if (this.#done) return;
    const at = this.#middle();
    const from = this.#most === 1 ? this.#start : this.#last;
    const far = Math.hypot(at.x - from.x, at.y - from.y) > STILL;
    if (this.#most === 1) {
      if (!this.#moved && !far) return;
      clearTimeout(this.#holding);
      if (!this.#moved) this.sink.pointer(this.#start.x, this.#start.y, BUTTON.left);
      this.#moved = true;
      this.sink.pointer(at.x, at.y, BUTTON.left);
      this.#last = at;
    } else if (this.#pinches()) {
      const apart = this.#distance();
      this.sink.pinch(at.x, at.y, apart / this.#apart);
      this.#apart = apart;
    } else if (this.#moved || far) {
      this.#moved = true;
      this.sink.scroll(at.x, at.y, this.#last.x - at.x, this.#last.y - at.y);
      this.#last = at;
    }
  }

  lift(id: number): void {
    if (!this.#down.has(id)) return;
    const at = this.#middle();
    const dragging = this.#dragging;
    clearTimeout(this.#holding);
    this.#down.delete(id);
    if (dragging) this.sink.pointer(at.x, at.y, 0);
    if (this.#down.size > 0) {
      this.#last = this.#middle();
      this.#apart = this.#distance();
      return;
    }
    if (!this.#moved && !this.#done && !this.#pinching && this.#most <= 2) {
      const button = this.#most === 2 ? BUTTON.right : BUTTON.left;
      this.sink.pointer(at.x, at.y, button);
      this.sink.pointer(at.x, at.y, 0);
    }
  }

  /** The system took the fingers. */
  cancel(): void {
    if (this.#dragging) this.sink.pointer(this.#last.x, this.#last.y, 0);
    clearTimeout(this.#holding);
    this.#down.clear();
  }

  #held(): void {
    if (this.#moved || this.#most !== 1 || this.#down.size !== 1) return;
    this.#done = true;
    this.sink.pointer(this.#last.x, this.#last.y, BUTTON.right);
    this.sink.pointer(this.#last.x, this.#last.y, 0);
  }

  /** Two fingers that do one thing do not do the other until they are lifted. */
  #pinches(): boolean {
    if (this.#down.size !== 2 || this.#moved) return false;
    this.#pinching ||= Math.abs(this.#distance() - this.#apart) > PINCH;
    return this.#pinching;
  }

  #distance(): number {
    const [one, other] = [...this.#down.values()];
    return one && other ? Math.max(1, Math.hypot(one.x - other.x, one.y - other.y)) : 1;
  }

  get #dragging(): boolean {
    return this.#most === 1 && this.#moved && this.#down.size === 1;
  }

  #middle(): Finger {
    const all = [...this.#down.values()];
    const sum = all.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }), { x: 0, y: 0 });
    return { x: sum.x / (all.length || 1), y: sum.y / (all.length || 1) };
  }
}
