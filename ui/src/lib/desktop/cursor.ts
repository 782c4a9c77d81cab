/** The pointer of a desktop as a CSS cursor. */

import type { Cursor } from './codec';

/** Browsers show no larger cursors. */
const LARGEST = 128;

/** The value of the CSS property; `scale` is that of the picture. A picture that cannot be drawn is the usual pointer. */
export function cssCursor(
  cursor: Cursor,
  scale: number,
  density = devicePixelRatio,
  make?: () => HTMLCanvasElement,
): string {
  if (cursor.form !== 'picture') return cursor.form === 'usual' ? 'default' : 'none';
  if (cursor.width === 0 || cursor.height === 0) return 'none';
  if (!isSeen(cursor.rgba)) return 'none';
  const drawn = cursorImage(cursor, scale, density, make);
  if (!drawn) return 'default';
  const url = `url(${drawn.url})`;
  const image = density === 1 ? url : `image-set(${url} ${String(density)}x)`;
  return `${image} ${String(drawn.x)} ${String(drawn.y)}, default`;
}

/** A pointer as it is drawn: its sides and the place that points, in CSS pixels. */
export interface CursorImage {
  url: string;
  width: number;
  height: number;
  x: number;
  y: number;
}

/** The picture of a pointer at a scale; nothing if it has none, or if it cannot be drawn. */
export function cursorImage(
  cursor: Cursor,
  scale: number,
  density = devicePixelRatio,
  make: () => HTMLCanvasElement = () => document.createElement('canvas'),
): CursorImage | null {
  if (cursor.form !== 'picture' || cursor.width === 0 || cursor.height === 0) return null;
  const side = Math.max(cursor.width, cursor.height);
  // A pointer that is smaller than its picture can still be pointed with.
  const shown = Math.min(Math.max(scale, 8 / side), LARGEST / side);
  const source = make();
  source.width = cursor.width;
  source.height = cursor.height;
  const context = source.getContext('2d');
  if (!context) return null;
  context.putImageData(new ImageData(cursor.rgba, cursor.width, cursor.height), 0, 0);
  const drawn = make();
  drawn.width = Math.max(1, Math.round(cursor.width * shown * density));
  drawn.height = Math.max(1, Math.round(cursor.height * shown * density));
  const to = drawn.getContext('2d');
  if (!to) return null;
  to.imageSmoothingEnabled = shown * density !== Math.round(shown * density);
  to.drawImage(source, 0, 0, drawn.width, drawn.height);
  return {
    url: drawn.toDataURL(),
    width: drawn.width / density,
    height: drawn.height / density,
    x: Math.round(cursor.x * shown),
    y: Math.round(cursor.y * shown),
  };
}

/** Some programs hide the pointer with a picture of nothing. */
function isSeen(rgba: Uint8ClampedArray): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 0) return true;
  return false;
}
