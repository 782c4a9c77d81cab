import { describe, expect, it, vi } from 'vitest';
import { buttonsOf, Fingers, turnOf } from './pointer';
import { pixelAt, place, wantedSize } from './scaling';

const desktop = { width: 1000, height: 500 };

describe('where a desktop lies', () => {
  it('is whole in its pane, and in the middle', () => {
    const small = { width: 500, height: 500 };
    expect(place('fit', desktop, small, 1)).toEqual({
      width: 500,
      height: 250,
      left: 0,
      top: 125,
      scale: 0.5,
    });
    const large = { width: 2000, height: 2000 };
    expect(place('fit', desktop, large, 1)).toMatchObject({ scale: 1, left: 500, top: 750 });
    expect(place('fill', desktop, large, 1)).toMatchObject({ scale: 2, left: 0, top: 500 });
    expect(place('original', desktop, small, 1)).toMatchObject({ scale: 1, left: 0, top: 0 });
    expect(place('follow', desktop, small, 1).scale).toBe(0.5);
  });

  it('is a pixel for a pixel on dense screens', () => {
    const area = { width: 500, height: 250 };
    expect(place('original', desktop, area, 2)).toMatchObject({ width: 500, height: 250 });
    expect(place('fit', desktop, area, 2).scale).toBe(0.5);
    expect(wantedSize(area, 2)).toEqual({ width: 1000, height: 500, scale: 200 });
  });

  it('is asked for in sizes that machines take', () => {
    expect(wantedSize({ width: 801.7, height: 601 }, 1)).toEqual({
      width: 800,
      height: 601,
      scale: 100,
    });
    expect(wantedSize({ width: 50, height: 90_000 }, 1)).toMatchObject({
      width: 200,
      height: 8192,
    });
  });
});

describe('the pixel under the pointer', () => {
  it.each(['fit', 'fill', 'original', 'follow'] as const)('is right when it is %s', (scaling) => {
    const lies = place(scaling, desktop, { width: 400, height: 400 }, 1);
    const at = (x: number, y: number) =>
      pixelAt({ x: lies.left + x * lies.scale, y: lies.top + y * lies.scale }, lies, desktop);
    expect(at(0, 0)).toEqual({ x: 0, y: 0 });
    expect(at(999.5, 499.5)).toEqual({ x: 999, y: 499 });
    expect(at(500.5, 250.5)).toEqual({ x: 500, y: 250 });
    // Beside the picture it is the edge.
    expect(at(-50, 9999)).toEqual({ x: 0, y: 499 });
  });
});

it('turns buttons and wheels into what the codec has', () => {
  expect([1, 2, 4, 8, 16, 7].map(buttonsOf)).toEqual([1, 4, 2, 8, 16, 7]);
  expect(turnOf({ deltaX: 0, deltaY: 100, deltaMode: 0 })).toEqual({ across: 0, down: 120 });
  expect(turnOf({ deltaX: -3, deltaY: 0, deltaMode: 1 })).toEqual({ across: -120, down: 0 });
  expect(turnOf({ deltaX: 0, deltaY: -1, deltaMode: 2 })).toEqual({ across: 0, down: -120 });
});

describe('fingers', () => {
  function fingers() {
    const said: string[] = [];
    const made = new Fingers({
      pointer: (x, y, buttons) => said.push(`${String(x)},${String(y)} ${String(buttons)}`),
      scroll: (_x, _y, across, down) => said.push(`scroll ${String(across)},${String(down)}`),
      pinch: (x, y, factor) => said.push(`pinch ${String(x)},${String(y)} ${factor.toFixed(2)}`),
    });
    return { made, said };
  }

  it('tap: a click', () => {
    const { made, said } = fingers();
    made.press(1, 10, 10);
    made.move(1, 12, 11);
    made.lift(1);
    expect(said).toEqual(['12,11 1', '12,11 0']);
  });

  it('move: a drag from where it began', () => {
    const { made, said } = fingers();
    made.press(1, 10, 10);
    made.move(1, 30, 10);
    made.move(1, 31, 10);
    made.lift(1);
    expect(said).toEqual(['10,10 1', '30,10 1', '31,10 1', '31,10 0']);
  });

  it('two that tap: the right button', () => {
    const { made, said } = fingers();
    made.press(1, 10, 10);
    made.press(2, 30, 10);
    made.lift(2);
    made.lift(1);
    expect(said).toEqual(['10,10 4', '10,10 0']);
  });

  it('two that move: the wheel, and no click', () => {
    const { made, said } = fingers();
    made.press(1, 10, 10);
    made.press(2, 30, 10);
    made.move(1, 10, 50);
    made.lift(1);
    made.lift(2);
    expect(said).toEqual(['scroll 0,-20']);
  });

  it('one that is held still: the right button, and nothing when it is lifted', () => {
    vi.useFakeTimers();
    const { made, said } = fingers();
    made.press(1, 10, 10);
    vi.advanceTimersByTime(599);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1);
    made.move(1, 60, 10);
    made.lift(1);
    expect(said).toEqual(['10,10 4', '10,10 0']);
    made.press(1, 10, 10);
    made.move(1, 40, 10);
    vi.advanceTimersByTime(1000);
    made.lift(1);
    expect(said.slice(2)).toEqual(['10,10 1', '40,10 1', '40,10 0']);
    vi.useRealTimers();
  });

  it('two that go apart: larger, and neither the wheel nor a click', () => {
    const { made, said } = fingers();
    made.press(1, 100, 100);
    made.press(2, 200, 100);
    made.move(2, 210, 100);
    made.move(2, 250, 100);
    made.move(1, 50, 100);
    made.lift(1);
    made.lift(2);
    expect(said).toEqual(['pinch 175,100 1.50', 'pinch 150,100 1.33']);
  });

  it('a second finger ends a drag', () => {
    const { made, said } = fingers();
    made.press(1, 10, 10);
    made.move(1, 40, 10);
    made.press(2, 60, 10);
    expect(said.at(-1)).toBe('40,10 0');
  });
});
