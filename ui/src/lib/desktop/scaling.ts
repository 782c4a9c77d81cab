/** How a desktop lies in its pane, and where on it the pointer is. Plain functions of numbers. */

/** How the picture is brought into the pane. */
export const SCALINGS = ['follow', 'fit', 'fill', 'original'] as const;
export type Scaling = (typeof SCALINGS)[number];

export const SCALING_WORDS: Record<Scaling, string> = {
  follow: 'Follow the tab',
  fit: 'Fit to the tab',
  fill: 'Fill the tab',
  original: 'Original size',
};

export const SCALING_HINTS: Record<Scaling, string> = {
  follow: 'The machine makes its desktop as large as the tab, where it can',
  fit: 'A larger desktop is shrunk, a smaller one stays as it is',
  fill: 'As large as the tab allows',
  original: 'A pixel for a pixel; the tab scrolls',
};

export interface Extent {
  width: number;
  height: number;
}

/** Where the picture is, in CSS pixels of the pane. */
export interface Place extends Extent {
  left: number;
  top: number;
  /** CSS pixels for one of the desktop. */
  scale: number;
}

/**
 * Where a desktop goes in an area. `density` is how many pixels of the screen a CSS pixel has, for desktops that are
 * drawn for it; 1 for those that are not.
 */
export function place(scaling: Scaling, desktop: Extent, area: Extent, density: number): Place {
  const natural = 1 / density;
  const most = Math.min(area.width / desktop.width, area.height / desktop.height);
  const scale =
    scaling === 'original' ? natural : scaling === 'fill' ? most : Math.min(natural, most);
  const width = desktop.width * scale;
  const height = desktop.height * scale;
  // Whole pixels, or every line of text would be blurred.
  const middle = (room: number, used: number) => Math.max(0, Math.floor((room - used) / 2));
  return {
    width,
    height,
    scale,
    left: middle(area.width, width),
    top: middle(area.height, height),
  };
}

/** The pixel of the desktop at a place of the picture's box on the screen; beside it, the nearest one. */
export function pixelAt(
  point: { x: number; y: number },
  box: { left: number; top: number } & Extent,
  desktop: Extent,
): { x: number; y: number } {
  const along = (at: number, from: number, length: number, pixels: number) => {
    const pixel = Math.floor(((at - from) / (length || 1)) * pixels);
    return Math.max(0, Math.min(pixels - 1, pixel));
  };
  return {
    x: along(point.x, box.left, box.width, desktop.width),
    y: along(point.y, box.top, box.height, desktop.height),
  };
}

/** The size to ask the machine for, so that it fills an area. */
export function wantedSize(area: Extent, density: number): Extent & { scale: number } {
  // RDP takes even widths only, and nothing below 200 (MS-RDPEDISP 2.2.2.2.1).
  const side = (css: number) => Math.max(200, Math.min(8192, Math.floor(css * density)));
  return { width: side(area.width) & ~1, height: side(area.height), scale: density * 100 };
}
