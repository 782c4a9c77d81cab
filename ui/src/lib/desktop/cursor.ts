/** The pointer of a desktop as a CSS cursor. */

import type { Cursor } from './codec';

/** Browsers show no larger cursors. */
const LARGEST = 128;

/** The value of the CSS property; `scale` is that of the picture. A picture that cannot be drawn is the usual pointer. */
export function cssCursor(
  cursor: Cursor,
  scale: number,
  density = devicePixelRatio,
  make: () => HTMLCanvasElement = () => document.createElement('canvas'),
): string {
  if (cursor.form !== 'picture') return cursor.form === 'usual' ? 'default' : 'none';
  if (cursor.width === 0 || cursor.height === 0) return 'none';
  if (!isSeen(cursor.rgba)) return 'none';
  const side = Math.max(cursor.width, cursor.height);
  // A pointer that is smaller than its picture can still be pointed with.
  const shown = Math.min(Math.max(scale, 8 / side), LARGEST / side);
  const source = make();
  source.width = cursor.width;
  source.height = cursor.height;
  const context = source.getContext('2d');
  if (!context) return 'default';
  context.putImageData(new ImageData(cursor.rgba, cursor.width, cursor.height), 0, 0);
  const drawn = make();
  drawn.width = Math.max(1, Math.round(cursor.width * shown * density));
  drawn.height = Math.max(1, Math.round(cursor.height * shown * density));
  const to = drawn.getContext('2d');
  if (!to) return 'default';
  to.imageSmoothingEnabled = shown * density !== Math.round(shown * density);
  to.drawImage(source, 0, 0, drawn.width, drawn.height);
  const url = `url(${drawn.toDataURL()})`;
  const image = density === 1 ? url : `image-set(${url} ${String(density)}x)`;
  const spot = (at: number) => String(Math.round(at * shown));
  return `${image} ${spot(cursor.x)} ${spot(cursor.y)}, default`;
}

/** Some programs hide the pointer with a picture of nothing. */
function isSeen(rgba: Uint8ClampedArray): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 0) return true;
  return false;
}
