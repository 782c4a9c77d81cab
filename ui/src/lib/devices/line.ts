/** Series of figures as lines of an SVG. */

export type Points = readonly (number | null)[];

/** The largest of all, and never 0. */
export function topOf(series: readonly Points[], least = 0): number {
  let top = least;
  for (const points of series)
    for (const point of points) if (point !== null && point > top) top = point;
  return top > 0 ? top : 1;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Runs of points that were measured, as places in a box. */
function runs(points: Points, width: number, height: number, top: number): [number, number][][] {
  const step = points.length > 1 ? width / (points.length - 1) : width;
  const all: [number, number][][] = [];
  let run: [number, number][] = [];
  points.forEach((point, at) => {
    if (point === null) {
      if (run.length > 0) all.push(run);
      run = [];
    } else {
      const y = height - (Math.min(Math.max(point, 0), top) / top) * height;
      run.push([round(at * step), round(y)]);
    }
  });
  if (run.length > 0) all.push(run);
  return all;
}

/** A line through the points; broken where nothing was measured. */
export function linePath(points: Points, width: number, height: number, top: number): string {
  return runs(points, width, height, top)
    .map((run) => {
      // One point alone would not be seen.
      const [only, second] = run;
      if (only && !second) return `M${only[0]} ${only[1]}h0.1`;
      return `M${run.map(([x, y]) => `${x} ${y}`).join('L')}`;
    })
    .join('');
}

/** The area below that line. */
export function areaPath(points: Points, width: number, height: number, top: number): string {
  return runs(points, width, height, top)
    .filter((run) => run.length > 1)
    .map((run) => {
      const first = run[0]?.[0] ?? 0;
      const last = run.at(-1)?.[0] ?? 0;
      return `M${first} ${height}L${run.map(([x, y]) => `${x} ${y}`).join('L')}L${last} ${height}Z`;
    })
    .join('');
}

/** The latest that was measured. */
export function latest(points: Points): number | null {
  return points.findLast((point) => point !== null) ?? null;
}
