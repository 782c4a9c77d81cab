/** Sizes, dates and counts as people read them. */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const HALF_A_YEAR = 182 * 24 * 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

interface Scale {
  unit: string;
  by: number;
  digits: number;
}

function scaleOf(bytes: number): Scale {
  let at = 0;
  let value = bytes;
  // 999.6 KB would be written 1000 KB.
  while (value >= 999.5 && at < UNITS.length - 1) {
    value /= 1000;
    at += 1;
  }
  const digits = at === 0 || value >= 99.95 ? 0 : at >= 3 && value < 9.995 ? 2 : 1;
  return { unit: UNITS[at] ?? 'B', by: 1000 ** at, digits };
}

/** "512 B", "14.2 KB", "412 MB", "3.74 GB". */
export function sizeText(bytes: number): string {
  const { unit, by, digits } = scaleOf(bytes);
  return `${(bytes / by).toFixed(digits)} ${unit}`;
}

/** "2.41 of 3.77 GB": both in the unit of the whole. */
export function partText(done: number, all: number): string {
  const { unit, by, digits } = scaleOf(all);
  return `${(Math.min(done, all) / by).toFixed(digits)} of ${(all / by).toFixed(digits)} ${unit}`;
}

/** "1,204". */
export function countText(count: number): string {
  return whole.format(count);
}

/** "1 file", "1,204 files". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** "22 Nov 03:14"; with the year in the place of the time if that is long ago, or not yet. */
export function dateText(ms: number | null, now = Date.now()): string {
  if (ms === null) return '';
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '';
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${two(date.getDate())} ${MONTHS[date.getMonth()] ?? ''}`;
  const near = now - ms < HALF_A_YEAR && ms - now < DAY;
  return near
    ? `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
    : `${day} ${String(date.getFullYear())}`;
}

/** "40 s", "1 min 15 s", "2 h 5 min". */
export function durationText(seconds: number): string {
  const left = Math.max(1, Math.round(seconds));
  if (left < 60) return `${left} s`;
  if (left < 3600) return `${Math.floor(left / 60)} min ${left % 60} s`;
  if (left < 24 * 3600) return `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`;
  return 'more than a day';
}
