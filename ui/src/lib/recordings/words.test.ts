import { describe, expect, it } from 'vitest';
import { clockText, fileName, keptWords, recordWords } from './words';

describe('words of recordings', () => {
  it('tells times as players do', () => {
    expect([0, 7_999, 754_000, 3_723_000, -5].map(clockText)).toEqual([
      '0:00',
      '0:07',
      '12:34',
      '1:02:03',
      '0:00',
    ]);
  });

  it('says how long they are kept', () => {
    expect(keptWords({ kind: 'forever' })).toBe('Kept until you delete them');
    expect(keptWords({ kind: 'days', days: 1 })).toBe('Deleted a day after they ended');
    expect(keptWords({ kind: 'days', days: 30 })).toBe('Deleted 30 days after they ended');
    expect(keptWords({ kind: 'size', gib: 5 })).toBe('At most 5 GiB: the oldest are deleted first');
  });

  it('makes file names of titles that are none', () => {
    const started = Date.UTC(2026, 10, 22, 12);
    expect(fileName({ title: 'db/primary: "a"', started, desktop: false })).toBe(
      'db-primary- -a- 2026-11-22.cast',
    );
    expect(fileName({ title: ' ', started, desktop: true })).toBe('recording 2026-11-22.png');
  });

  it('names what is recorded', () => {
    expect(recordWords('outputAndKeys')).toBe('Output and typed lines');
    // Nothing typed is recorded of a desktop, whatever a folder says.
    expect(recordWords('outputAndKeys', true)).toBe('What it shows');
    expect(recordWords('off', true)).toBe('Off');
  });
});
