// The machines of a run in the order they are looked at: what stands out first.

import type { DiffLine, NodeId, RunCounts, RunDetail, RunGroup, RunMachine } from '$lib/host';

export type Tone = 'plain' | 'warn' | 'danger';

export type Row =
  | { kind: 'head'; key: string; chip: string; tone: Tone; count: number }
  | { kind: 'machine'; key: NodeId; machine: RunMachine; tone: Tone };

const machinesOf = (detail: RunDetail, group: RunGroup): RunMachine[] =>
  group.machines.flatMap((at) => detail.machines[at] ?? []);

/** How a command ended, in a word or two. */
export function endWords({ state }: Pick<RunMachine, 'state'>): string {
  if (state.kind !== 'ended') return '';
  if (state.signal !== null) return `signal ${state.signal}`;
  return state.code === null ? 'ended' : `exit ${state.code}`;
}

const endedWell = ({ state }: RunMachine): boolean =>
  state.kind === 'ended' && state.signal === null && (state.code ?? 0) === 0;

/** Rows for the list: what runs, the odd ones out with the smallest group first, the usual, what failed, what waits. */
export function rowsOf(detail: RunDetail): Row[] {
  const rows: Row[] = [];
  const add = (key: string, chip: string, tone: Tone, machines: RunMachine[]) => {
    if (machines.length === 0) return;
    rows.push({ kind: 'head', key, chip, tone, count: machines.length });
    rows.push(
      ...machines.map((machine): Row => ({ kind: 'machine', key: machine.id, machine, tone })),
    );
  };
  const having = (...kinds: RunMachine['state']['kind'][]) =>
    detail.machines.filter(({ state }) => kinds.includes(state.kind));
  add('running', 'running', 'plain', having('connecting', 'running'));
  const odd = detail.groups.filter((group) => !group.usual);
  for (const group of odd.toReversed()) addGroup(group);
  for (const group of detail.groups.filter(({ usual }) => usual)) addGroup(group);
  add('attention', 'needs you', 'warn', having('attention'));
  add('failed', 'failed', 'danger', having('failed', 'timedOut'));
  add('cancelled', 'stopped', 'plain', having('cancelled'));
  add('waiting', 'waiting', 'plain', having('waiting'));
  return rows;

  function addGroup(group: RunGroup): void {
    const machines = machinesOf(detail, group);
    const [first] = machines;
    if (!first) return;
    const well = endedWell(first);
    const chip = well ? (group.usual ? 'same' : 'differs') : endWords(first);
    add(`group ${first.id}`, chip, well ? (group.usual ? 'plain' : 'warn') : 'danger', machines);
  }
}

/** What is looked at first: the odd one out, else whatever has output. */
export function firstToShow(detail: RunDetail): NodeId | null {
  const odd = detail.groups.filter((group) => !group.usual).at(-1) ?? detail.groups[0];
  const at = odd?.machines[0];
  return (at === undefined ? detail.machines[0] : detail.machines[at])?.id ?? null;
}

/** The group a machine is in. */
export function groupOf(detail: RunDetail, machine: NodeId): RunGroup | undefined {
  return detail.groups.find((group) =>
    group.machines.some((at) => detail.machines[at]?.id === machine),
  );
}

/** The first machine of the group that others are compared with: the usual one, or the largest other one. */
export function comparedWith(detail: RunDetail, machine: NodeId): NodeId | null {
  const own = groupOf(detail, machine);
  const other =
    detail.groups.find((group) => group.usual && group !== own) ??
    detail.groups.find((group) => group !== own);
  return detail.machines[other?.machines[0] ?? -1]?.id ?? null;
}

/** "11 answered, 1 failed", worst last; each with how it is coloured. */
export function countWords(
  counts: RunCounts,
): { text: string; tone: 'ok' | 'warn' | 'bad' | 'f2' }[] {
  const words: { text: string; tone: 'ok' | 'warn' | 'bad' | 'f2' }[] = [];
  const add = (count: number, what: string, tone: 'ok' | 'warn' | 'bad' | 'f2') => {
    if (count > 0) words.push({ text: `${count} ${what}`, tone });
  };
  add(counts.running, 'running', 'f2');
  add(counts.waiting, 'waiting', 'f2');
  add(counts.ok, 'went well', 'ok');
  add(counts.nonzero, 'ended badly', 'bad');
  add(counts.failed, 'failed', 'bad');
  add(counts.attention, counts.attention === 1 ? 'needs you' : 'need you', 'warn');
  add(counts.cancelled, 'stopped', 'f2');
  return words;
}

/** "0.4 s", "2 min 5 s". */
export function tookWords(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** Machines that can be tried again. */
export function notWell(counts: RunCounts): number {
  return counts.nonzero + counts.failed + counts.attention + counts.cancelled;
}

export type Pair =
  | { kind: 'pair'; left: Side | null; right: Side | null; same: boolean }
  | { kind: 'gap'; lines: number };

export interface Side {
  number: number;
  text: string;
  marks: readonly (readonly [number, number])[];
}

/** A comparison with both sides next to each other: what is on one side only stands beside what took its place. */
export function sideBySide(lines: readonly DiffLine[]): Pair[] {
  const pairs: Pair[] = [];
  let left: Side[] = [];
  let right: Side[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(left.length, right.length); at += 1)
      pairs.push({ kind: 'pair', left: left[at] ?? null, right: right[at] ?? null, same: false });
    [left, right] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === 'left') left.push({ number: line.left, text: line.text, marks: line.marks });
    else if (line.kind === 'right')
      right.push({ number: line.right, text: line.text, marks: line.marks });
    else {
      flush();
      if (line.kind === 'gap') pairs.push(line);
      else {
        const side = (number: number): Side => ({ number, text: line.text, marks: [] });
        pairs.push({ kind: 'pair', left: side(line.left), right: side(line.right), same: true });
      }
    }
  }
  flush();
  return pairs;
}

/** A line in pieces, those that differ marked. */
export function marked(
  text: string,
  marks: readonly (readonly [number, number])[],
): { text: string; on: boolean }[] {
  const pieces: { text: string; on: boolean }[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from > at) pieces.push({ text: text.slice(at, from), on: false });
    pieces.push({ text: text.slice(from, to), on: true });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), on: false });
  return pieces;
}
