// Which rows of a long list are in sight.

const MARGIN = 12;

/** The rows to draw, with a few more on both sides, so that scrolling shows no gaps. */
export function windowOf(
  count: number,
  rowHeight: number,
  top: number,
  height: number,
): { from: number; to: number } {
  const last = Math.max(0, count * rowHeight - height);
  const at = Math.max(0, Math.min(top, last));
  const from = Math.max(0, Math.floor(at / rowHeight) - MARGIN);
  const to = Math.min(count, Math.ceil((at + height) / rowHeight) + MARGIN);
  return { from, to };
}
