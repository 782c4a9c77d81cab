/** Colours as numbers: contrast (WCAG 2) and mixing, for palettes that must be readable. */

type Rgb = readonly [number, number, number];

/** Reads `#rgb`, `#rrggbb` or `rgb(r g b)`; black if it is something else. */
export function parseColor(text: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const value = Number.parseInt(full, 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  }
  const [r = 0, g = 0, b = 0] = (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  return [r, g, b];
}

/** `#rrggbb`. */
export function hexColor(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** How much of `b` is in the result: 0 is `a`, 1 is `b`. */
export function mix(a: string, b: string, share: number): string {
  const [from, to] = [parseColor(a), parseColor(b)];
  return hexColor(
    [0, 1, 2].map((i) => (from[i] ?? 0) * (1 - share) + (to[i] ?? 0) * share) as unknown as Rgb,
  );
}

/** The contrast of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(parseColor(a)), luminance(parseColor(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The colour, moved towards white or black as little as makes it readable on the background. */
export function readable(color: string, background: string, ratio = 4.5): string {
  const target = luminance(parseColor(background)) > 0.18 ? '#000000' : '#ffffff';
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mix(color, target, share);
    if (contrast(candidate, background) >= ratio) return candidate;
  }
  return target;
}

function luminance([r, g, b]: Rgb): number {
  const [x, y, z] = [r, g, b].map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (x ?? 0) + 0.7152 * (y ?? 0) + 0.0722 * (z ?? 0);
}
