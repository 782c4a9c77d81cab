import { describe, expect, it } from 'vitest';
import type { RunCounts, RunDetail, RunMachine } from '$lib/host';
import {
  comparedWith,
  countWords,
  firstToShow,
  marked,
  notWell,
  rowsOf,
  sideBySide,
  tookWords,
} from './listing';

const machine = (id: string, state: RunMachine['state']): RunMachine => ({
  id,
  name: id,
  state,
  ms: 400,
  bytes: 3,
  cut: false,
});
const ended = (code: number): RunMachine['state'] => ({ kind: 'ended', code, signal: null });
const error = {
  code: 'refused' as const,
  message: 'no',
  nextStep: '',
  field: null,
  retryable: true,
};
const none: RunCounts = {
  machines: 0,
  waiting: 0,
  running: 0,
  ok: 0,
  nonzero: 0,
  failed: 0,
  attention: 0,
  cancelled: 0,
};

const detail: RunDetail = {
  info: {
    id: 'r',
    title: 't',
    command: 'c',
    options: { concurrency: 8, timeLimit: 0 },
    grouping: { ignoreTrailingSpace: false, ignoreOwnName: false },
    state: 'running',
    counts: none,
    groups: 3,
    began: 0,
    ms: 0,
    revision: 1,
  },
  machines: [
    machine('a', ended(0)),
    machine('b', ended(0)),
    machine('c', ended(0)),
    machine('d', ended(3)),
    machine('e', { kind: 'failed', error }),
    machine('f', { kind: 'attention', what: 'question', error }),
    machine('g', { kind: 'waiting' }),
    machine('h', { kind: 'running' }),
  ],
  groups: [
    { machines: [0, 1], lines: 7, usual: true },
    { machines: [2], lines: 7, usual: false },
    { machines: [3], lines: 1, usual: false },
  ],
};

describe('the machines of a run', () => {
  it('are listed with what stands out before the usual', () => {
    const words = rowsOf(detail).map((row) =>
      row.kind === 'head' ? `${row.chip} ${row.count} ${row.tone}` : row.key,
    );
    expect(words).toEqual([
      'running 1 plain',
      'h',
      'exit 3 1 danger',
      'd',
      'differs 1 warn',
      'c',
      'same 2 plain',
      'a',
      'b',
      'needs you 1 warn',
      'f',
      'failed 1 danger',
      'e',
      'waiting 1 plain',
      'g',
    ]);
  });

  it('begin with the odd one out, compared with the usual', () => {
    expect(firstToShow(detail)).toBe('d');
    expect(comparedWith(detail, 'd')).toBe('a');
    expect(comparedWith(detail, 'a')).toBe('c');
    expect(firstToShow({ ...detail, groups: [] })).toBe('a');
    expect(comparedWith({ ...detail, groups: detail.groups.slice(0, 1) }, 'a')).toBeNull();
  });

  it('are counted', () => {
    const counts = { ...none, ok: 11, failed: 1, attention: 2, cancelled: 1 };
    expect(countWords(counts).map(({ text }) => text)).toEqual([
      '11 went well',
      '1 failed',
      '2 need you',
      '1 stopped',
    ]);
    expect(notWell(counts)).toBe(4);
    expect([tookWords(null), tookWords(430), tookWords(125_000)]).toEqual([
      '',
      '0.4 s',
      '2 min 5 s',
    ]);
  });
});

describe('a comparison', () => {
  it('puts what took a place beside what was there', () => {
    expect(
      sideBySide([
        { kind: 'gap', lines: 9 },
        { kind: 'same', left: 10, right: 10, text: 'x' },
        { kind: 'left', left: 11, text: 'old', marks: [[0, 3]] },
        { kind: 'right', right: 11, text: 'new', marks: [] },
        { kind: 'right', right: 12, text: 'more', marks: [] },
      ]),
    ).toEqual([
      { kind: 'gap', lines: 9 },
      {
        kind: 'pair',
        same: true,
        left: { number: 10, text: 'x', marks: [] },
        right: { number: 10, text: 'x', marks: [] },
      },
      {
        kind: 'pair',
        same: false,
        left: { number: 11, text: 'old', marks: [[0, 3]] },
        right: { number: 11, text: 'new', marks: [] },
      },
      { kind: 'pair', same: false, left: null, right: { number: 12, text: 'more', marks: [] } },
    ]);
  });

  it('marks what differs in a line', () => {
    expect(marked('auth 3 no', [[5, 6]])).toEqual([
      { text: 'auth ', on: false },
      { text: '3', on: true },
      { text: ' no', on: false },
    ]);
    expect(marked('', [])).toEqual([]);
  });
});
