import { describe, expect, it } from 'vitest';
import type { Trigger, TriggerHit } from '$lib/host';
import { hitWords, isSeen, triggerWords } from './words';

const hit: TriggerHit = {
  trigger: 't',
  name: 'Out of memory',
  session: 's',
  title: 'db-primary',
  line: 'oom-killer',
  ran: null,
  problem: null,
  showLine: false,
};

describe('a hit', () => {
  it('is said unless the person looks at it; what was typed by itself is always said', () => {
    expect(isSeen(hit, true)).toBe(true);
    expect(isSeen(hit, false)).toBe(false);
    expect(isSeen({ ...hit, ran: 'Restart' }, true)).toBe(false);
    expect(isSeen({ ...hit, problem: 'x' }, true)).toBe(false);
  });

  it('says what, where and why', () => {
    expect(hitWords(hit)).toEqual({ text: 'Out of memory on db-primary', detail: 'oom-killer' });
    expect(hitWords({ ...hit, ran: 'Restart' }).text).toBe(
      'Out of memory ran Restart on db-primary',
    );
    expect(hitWords({ ...hit, problem: 'Gone.' }).detail).toBe('Gone.');
  });
});

it('a trigger says what it does and where', () => {
  const trigger: Trigger = {
    id: 't',
    name: 'x',
    pattern: 'x',
    ignoreCase: false,
    scope: { kind: 'everywhere' },
    action: { kind: 'notify' },
    pause: 10,
    showLine: false,
    enabled: true,
  };
  const none = () => undefined;
  expect(triggerWords(trigger, none, none)).toBe('Tells you, everywhere');
  const marks: Trigger = { ...trigger, action: { kind: 'highlight', color: 'red' } };
  expect(triggerWords(marks, none, none)).toBe('Marks it in red, everywhere');
  expect(
    triggerWords(
      { ...trigger, scope: { kind: 'node', id: 'n' }, action: { kind: 'run', snippet: 'r' } },
      () => 'Web',
      none,
    ),
  ).toBe('Runs a deleted snippet, on Web');
});
