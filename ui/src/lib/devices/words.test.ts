import { describe, expect, it } from 'vitest';
import type { ApiError, ConsoleRung, Dependant, PowerDone, PowerTaken } from '$lib/host';
import { effectText, sorted } from './dependants';
import { badge, bestRung, takeOver, rungDetail, rungName } from './ladder';
import { bootText, doneText, sortedActions } from './words';

const refused: ApiError = {
  code: 'refused',
  message: 'Nothing listens on port 22.',
  nextStep: '',
  field: null,
  retryable: true,
};
const rung = (more: Partial<ConsoleRung>): ConsoleRung => ({
  name: 'SSH',
  detail: 'port 22',
  target: { kind: 'entry', id: 'a' },
  ready: false,
  ms: null,
  problem: null,
  ...more,
});

describe('the console ladder', () => {
  it('opens the first that works', () => {
    const ladder = [
      rung({ problem: refused }),
      rung({ name: 'Serial over LAN', ready: true, ms: 412 }),
      rung({ name: 'Guest console', ready: true }),
    ];
    expect(bestRung(ladder)?.name).toBe('Serial over LAN');
    expect(bestRung([rung({ problem: refused })])).toBeUndefined();
    expect(ladder.map((one) => badge(one).text)).toEqual(['refused', 'ready', 'ready']);
    expect(badge(rung({})).text).toBe('not tried');
    expect(rungDetail(rung({ ms: 1240 }))).toBe('port 22, 1.2 s');
    expect(['SSH', 'Serial over LAN'].map((name) => rungName(rung({ name })))).toEqual([
      'SSH',
      'serial over LAN',
    ]);
  });

  it('knows a serial console that somebody else has', () => {
    const busy: ApiError = { ...refused, code: 'conflict' };
    const target = { kind: 'serialOverLan', id: 'a', way: 'w', endStale: false } as const;
    expect(takeOver(rung({ target, problem: busy }))).toEqual({
      text: 'End the other console',
      target: { ...target, endStale: true },
    });
    expect(takeOver(rung({ target, problem: refused }))).toBeNull();
    expect(takeOver(rung({ problem: busy }))).toBeNull();
  });

  it('shows a console that is shared, and prefers one that nobody has', () => {
    const target = { kind: 'conserver', id: 'a', way: 'w', force: false } as const;
    const shared = rung({ target, ready: true, problem: { ...refused, code: 'conflict' } });
    expect(badge(shared)).toEqual({ text: 'in use', tone: 'plain' });
    expect(takeOver(shared)?.target).toEqual({ ...target, force: true });
    expect(bestRung([shared])).toBe(shared);
    expect(bestRung([shared, rung({ name: 'Serial port', ready: true })])?.name).toBe(
      'Serial port',
    );
  });
});

describe('power', () => {
  it('offers what is wanted most first, by how the machine stands', () => {
    const all = ['on', 'shutDown', 'restart', 'off', 'cycle'] as const;
    expect(sortedActions(all, 'on')).toEqual({
      common: ['shutDown', 'restart'],
      others: ['off', 'cycle'],
    });
    expect(sortedActions(all, 'off').common).toEqual(['on']);
    // Nothing hard is a big button.
    expect(sortedActions(['off', 'cycle'], 'on')).toEqual({ common: [], others: ['off', 'cycle'] });
  });

  it('says what came of it, and by which way', () => {
    const done = (...taken: PowerTaken[]): PowerDone => ({
      entry: 'a',
      action: 'cycle',
      power: 'on',
      tries: taken.map((one, at) => ({
        way: String(at),
        name: `way ${String(at)}`,
        taken: one,
        problem: null,
      })),
    });
    expect(doneText(done('failed', 'done'))).toEqual({ text: 'Cycle: done by way 1.', good: true });
    expect(doneText(done('unknown')).text).toContain('It is not sent again');
    expect(doneText(done('failed', 'failed'))).toEqual({
      text: 'Cycle: no way worked.',
      good: false,
    });
    expect(doneText(done('notNeeded')).good).toBe(true);
  });

  it('says what it starts from', () => {
    expect(bootText({ device: 'network', persistent: false, uefi: null })).toBe(
      'network (PXE), once',
    );
    expect(bootText({ device: 'none', persistent: false, uefi: null })).toBe('');
  });
});

describe('what hangs on it', () => {
  const dependant = (name: string, more: Partial<Dependant> = {}): Dependant => ({
    entry: null,
    name,
    place: '',
    effect: 'goesDown',
    detail: '',
    ...more,
  });

  it('is told one by one, the worst first, and crowds by name', () => {
    const guests = ['a', 'b', 'c', 'd'].map((name) =>
      dependant(name, { detail: 'stops without a shutdown' }),
    );
    const { rows, crowds } = sorted([
      dependant('switch', { effect: 'losesOne', place: '198.51.100.110' }),
      ...guests,
      dependant('console', { place: '198.51.100.116', detail: '8 consoles with it' }),
      dependant('vm', { effect: 'stops' }),
    ]);
    expect(rows.map(({ name }) => name)).toEqual(['console', 'switch']);
    expect(crowds).toEqual([
      { title: 'Each of 4 others stops without a shutdown', names: ['a', 'b', 'c', 'd'] },
      { title: '1 guest: shut down first', names: ['vm'] },
    ]);
  });

  it('is said in words', () => {
    expect(effectText(dependant('a'))).toBe('goes down');
    expect(effectText(dependant('a', { detail: '8 consoles with it' }))).toBe(
      'goes down, 8 consoles with it',
    );
    expect(
      effectText(dependant('a', { effect: 'losesOne', detail: 'loses one of two feeds' })),
    ).toBe('loses one of two feeds');
  });
});
