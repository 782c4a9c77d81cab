/** Machines that can be managed, as the fleet lists them. */

import type { FleetResult, FleetRow, PowerAction } from '$lib/host';
import { doneText } from '$lib/devices/words';

export type FleetFilter =
  'all' | 'trouble' | 'on' | 'off' | 'sensors' | 'ports' | 'guests' | 'tasks' | 'failed';

/** What is wrong with its ways: those that did not answer, and those that have to be looked at first. */
export function troubles({ status }: FleetRow): string[] {
  return status.ways.flatMap((way) => {
    if (way.question) return [`${way.name}: its certificate is not trusted yet`];
    return way.problem ? [`${way.name}: ${way.problem.message}`] : [];
  });
}

function applies(row: FleetRow, show: FleetFilter, failed: ReadonlySet<string>): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'trouble':
      return troubles(row).length > 0 || (row.sensorsOut ?? 0) > 0 || (row.portsDown ?? 0) > 0;
    case 'on':
    case 'off':
      return row.status.power === show;
    case 'sensors':
      return (row.sensorsOut ?? 0) > 0;
    case 'ports':
      return (row.portsDown ?? 0) > 0;
    case 'guests':
      return row.guests !== null;
    case 'tasks':
      return row.tasks > 0;
    case 'failed':
      return failed.has(row.status.entry);
  }
}

/** Those that are looked for, by folder and name. Every word must be found in name, folder or ways. */
export function fleetRows(
  rows: readonly FleetRow[],
  { text, show }: { text: string; show: FleetFilter },
  failed: ReadonlySet<string> = new Set(),
): FleetRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows
    .filter((row) => {
      if (!applies(row, show, failed)) return false;
      const { name, path, status } = row;
      const hay = [
        name,
        path,
        status.power,
        ...status.ways.map((way) => `${way.name} ${way.about}`),
      ]
        .join(' ')
        .toLowerCase();
      return words.every((word) => hay.includes(word));
    })
    .sort(
      (a, b) =>
        a.path.localeCompare(b.path, 'en', { numeric: true }) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
}

const ORDER: readonly PowerAction[] = [
  'on',
  'shutDown',
  'restart',
  'off',
  'cycle',
  'reset',
  'interrupt',
];

/** What can be done with the power of one of them at least, and with how many. */
export function actionsOf(rows: readonly FleetRow[]): { action: PowerAction; count: number }[] {
  return ORDER.flatMap((action) => {
    const count = rows.filter(({ status }) => status.offers.includes(action)).length;
    return count > 0 ? [{ action, count }] : [];
  });
}

/** What came of it for one machine. */
export function resultText({ done, problem }: FleetResult): { text: string; good: boolean } {
  if (problem) return { text: problem.message, good: false };
  return done ? doneText(done) : { text: 'Nothing was tried.', good: false };
}

/** "4 done, 1 failed". */
export function sumText(results: readonly FleetResult[]): string {
  const good = results.filter((result) => resultText(result).good).length;
  const parts = [`${good} done`];
  if (good < results.length) parts.push(`${results.length - good} failed`);
  return parts.join(', ');
}
