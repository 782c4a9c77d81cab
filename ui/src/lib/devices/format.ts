/** What sensors show, as people read it, and the lines of their charts. */

import { capital, when } from '../sessions/when';
import type { BmcLogEntry, BmcSensor, SensorPoint, Severity } from '../host/bindings';

const grouped = (value: number, digits: number): string =>
  value.toLocaleString('en-GB', { minimumFractionDigits: 0, maximumFractionDigits: digits });

/** "71", "24.5", "8,640", "1.02": as many digits as tell something of the unit. */
export function valueText({ value, unit }: Pick<BmcSensor, 'value' | 'unit'>): string {
  if (value === null) return '';
  if (unit === 'V' || unit === 'A') return grouped(value, Math.abs(value) < 20 ? 2 : 0);
  return grouped(value, Math.abs(value) < 100 ? 1 : 0);
}

/** What it shows: a number, or its states in words. */
export function shownText(sensor: BmcSensor): string {
  if (sensor.value !== null) return valueText(sensor);
  return sensor.states.join(', ') || 'no reading';
}

/** Those worth a tile: that measure something, or that something is wrong with. */
export function isTile({ value, kind, severity, history }: BmcSensor): boolean {
  const measures = kind !== 'state' && (value !== null || history.length > 0);
  return measures || (severity !== 'good' && kind !== 'other');
}

/** The first few in the controller's order, with all of those that something is wrong with. */
export function firstFew(sensors: readonly BmcSensor[], most: number): BmcSensor[] {
  const wrong = sensors.filter(({ severity }) => severity !== 'good');
  let room = Math.max(0, most - wrong.length);
  return sensors.filter((sensor) => {
    if (sensor.severity !== 'good') return true;
    room -= 1;
    return room >= 0;
  });
}

/** "2 critical", "1 warning": how many things are wrong. */
export function wrongCounts(
  things: readonly { severity: Severity }[],
): { severity: Severity; text: string }[] {
  return (['critical', 'warning'] as const).flatMap((severity) => {
    const count = things.filter((thing) => thing.severity === severity).length;
    return count === 0 ? [] : [{ severity, text: `${String(count)} ${severity}` }];
  });
}

export interface Chart {
  /** SVG paths. */
  line: string;
  area: string;
  /** How high the threshold is, if one is near. */
  threshold: number | null;
  /** Where the last point is. */
  end: { x: number; y: number } | null;
}

/** How close a threshold is to be drawn, in parts of what is measured. */
const NEAR = 0.6;

/** The chart of what a sensor showed, in a box of that size. A gap in what was read is a gap in the line. */
export function chartOf(
  sensor: Pick<BmcSensor, 'history' | 'lower' | 'upper'>,
  width: number,
  height: number,
): Chart {
  const points = sensor.history.filter(
    (point): point is { at: number; value: number } => point.value !== null,
  );
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return { line: '', area: '', threshold: null, end: null };
  const values = points.map(({ value }) => value);
  const limit = nearest(sensor, last.value);
  const all = limit === null ? values : [...values, limit];
  let low = Math.min(...all);
  let high = Math.max(...all);
  // A line that stands still is in the middle, and small changes are no mountains.
  const room = Math.max((high - low) * 0.15, Math.abs(high) * 0.04, 0.5);
  low -= room;
  high += room;
  const from = sensor.history[0]?.at ?? first.at;
  const span = Math.max(1, (sensor.history.at(-1)?.at ?? last.at) - from);
  const x = (at: number) => round(((at - from) / span) * width);
  const y = (value: number) => round(height - ((value - low) / (high - low)) * height);
  const runs = runsOf(sensor.history);
  const line = runs.map((run) => pathOf(run, x, y)).join('');
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const start = x(run[0]?.at ?? from);
      const end = x(run.at(-1)?.at ?? from);
      return `${pathOf(run, x, y)}L${String(end)} ${String(height)}L${String(start)} ${String(height)}Z`;
    })
    .join('');
  return {
    line,
    area,
    threshold: limit === null ? null : y(limit),
    end: { x: x(last.at), y: y(last.value) },
  };
}

function runsOf(history: readonly SensorPoint[]): { at: number; value: number }[][] {
  const runs: { at: number; value: number }[][] = [[]];
  for (const { at, value } of history) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push({ at, value });
  }
  return runs.filter((run) => run.length > 0);
}

function pathOf(
  run: readonly { at: number; value: number }[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  return run
    .map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${String(x(at))} ${String(y(value))}`)
    .join('');
}

/** The threshold that it is nearest to, if that is near enough to say something. */
function nearest(
  { lower, upper }: Pick<BmcSensor, 'lower' | 'upper'>,
  value: number,
): number | null {
  const limits = [upper.find(isNumber), lower.find(isNumber)].filter(isNumber);
  const scale = Math.max(Math.abs(value), 1);
  const [best] = limits
    .map((limit) => ({ limit, far: Math.abs(limit - value) / scale }))
    .filter(({ far }) => far <= NEAR)
    .sort((a, b) => a.far - b.far);
  return best?.limit ?? null;
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';
const round = (value: number): number => Math.round(value * 10) / 10;

/** What is said of a chart to whoever cannot see it: "24.1 to 25.9 °C". */
export function rangeText({ history, unit }: Pick<BmcSensor, 'history' | 'unit'>): string {
  const values = history.map(({ value }) => value).filter(isNumber);
  if (values.length === 0) return 'nothing was read yet';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const text = (value: number) => valueText({ value, unit });
  return low === high ? `${text(low)} ${unit}` : `${text(low)} to ${text(high)} ${unit}`;
}

/** "4 s ago", "3 min ago", "today 01:40". */
export function agoText(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${String(seconds)} s ago`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ago`;
  return when(at, now);
}

/** "Today 02:51"; a controller whose clock was not set says nothing. */
export function timeText(at: number | null, now = Date.now()): string {
  return at === null ? 'No date' : capital(when(at, now));
}

/** What of a span of time is in the charts: "last 6 hours", "last 12 min". */
export function spanText(sensors: readonly BmcSensor[], now: number): string {
  const first = Math.min(
    ...sensors.flatMap(({ history }) => (history[0] ? [history[0].at] : [])),
    now,
  );
  const minutes = Math.round((now - first) / 60_000);
  if (minutes < 2) return '';
  if (minutes < 90) return `last ${String(minutes)} min`;
  return `last ${String(Math.round(minutes / 60))} hours`;
}

/** Those of at least that level. */
export type Level = 'all' | 'warning' | 'critical';

export function ofLevel(entries: readonly BmcLogEntry[], level: Level): BmcLogEntry[] {
  if (level === 'all') return [...entries];
  return entries.filter(
    ({ severity }) => severity === 'critical' || (level === 'warning' && severity === 'warning'),
  );
}

/** Entries as a table of text, to be pasted. */
export function logText(entries: readonly BmcLogEntry[]): string {
  const line = ({ at, severity, source, message }: BmcLogEntry) =>
    [at === null ? '' : new Date(at).toISOString(), severity, source, message].join('\t');
  return entries.map((entry) => `${line(entry)}\n`).join('');
}
