import { describe, expect, it } from 'vitest';
import type { AuditLine } from '../api';
import { deedOf, doerOf, isNarrow, NO_FILTER, queryOf, stamp } from './words';

function line(entry: Partial<AuditLine['entry']>, more: Partial<AuditLine> = {}): AuditLine {
  return {
    seq: 1,
    entry: {
      at: 0,
      actor: { kind: 'account', account: 'a' },
      action: 'session.open',
      object: null,
      address: null,
      reason: null,
      outcome: 'done',
      detail: null,
      organisation: null,
      as: null,
      ...entry,
    },
    hash: '',
    who: 'Ada',
    asName: null,
    token: null,
    objectKind: null,
    objectName: null,
    organisationName: null,
    ...more,
  };
}

describe('what an entry says', () => {
  it('names what it was done with, by the name of today or the one that was written down', () => {
    expect(deedOf(line({}, { objectName: 'web' }))).toBe('Opened web');
    expect(deedOf(line({ action: 'machine.delete', detail: 'web' }))).toBe('Deleted web');
    expect(deedOf(line({ action: 'session.close' }))).toBe('Closed the session');
    // Why it was refused is no name.
    const refused = line({ action: 'machine.edit', outcome: 'refused', detail: 'Not allowed.' });
    expect(deedOf(refused)).toBe('Changed');
    expect(deedOf(line({ action: 'share.join' }))).toBe('Came to a shared session');
    expect(deedOf(line({ action: 'new_kind.of.thing' }))).toBe('New kind of thing');
  });

  it('says who it was', () => {
    const token = { kind: 'token', token: 't', account: 'a' } as const;
    expect(doerOf(line({ actor: token }, { token: 'nightly' }))).toBe('Ada, by the token nightly');
    expect(doerOf(line({ actor: token }, { who: null }))).toBe(
      'A deleted account, by the token that is gone',
    );
    expect(doerOf(line({ actor: { kind: 'server' } }))).toBe('The server');
    expect(doerOf(line({ as: 'b' }, { asName: 'Bob' }))).toBe('Ada as Bob');
    expect(doerOf(line({ as: 'b' }))).toBe('Ada as a deleted account');
    const begun = line({ action: 'account.act_as' }, { objectName: 'Bob' });
    expect(deedOf(begun)).toBe('Began to see it as Bob');
    expect(deedOf(line({ action: 'account.act_as_end' }))).toBe('Ended seeing it');
  });

  it('says when, the shorter the nearer', () => {
    const now = new Date(2026, 10, 23, 15).getTime();
    expect(stamp(new Date(2026, 10, 23, 9, 5, 7).getTime(), now)).toBe('09:05:07');
    expect(stamp(new Date(2026, 10, 22, 9, 5, 7).getTime(), now)).toBe('22 Nov, 09:05:07');
    expect(stamp(new Date(2025, 0, 2, 9, 5, 7).getTime(), now)).toBe('2 Jan 2025, 09:05');
  });
});

describe('a filter', () => {
  it('asks for what is chosen and nothing else', () => {
    expect(queryOf(NO_FILTER)).toEqual({});
    expect(isNarrow(NO_FILTER)).toBe(false);
    const asked = queryOf(
      {
        ...NO_FILTER,
        text: ' web ',
        who: 'server',
        kind: 'session.,run.',
        outcome: 'refused',
        object: { id: 'node-1', name: 'web' },
        span: 'week',
      },
      700_000_000,
    );
    expect(asked).toEqual({
      text: 'web',
      who: 'server',
      action: 'session.,run.',
      outcome: 'refused',
      object: 'node-1',
      since: String(700_000_000 - 604_800_000),
    });
  });

  it('counts both days of a span whole, and takes half a span', () => {
    const dates = { ...NO_FILTER, span: 'dates', from: '2026-03-28', to: '2026-03-29' } as const;
    expect(queryOf(dates)).toEqual({
      since: String(new Date(2026, 2, 28).getTime()),
      until: String(new Date(2026, 2, 30).getTime()),
    });
    expect(queryOf({ ...dates, from: '' })).toEqual({
      until: String(new Date(2026, 2, 30).getTime()),
    });
    expect(isNarrow({ ...dates, from: '', to: '' })).toBe(false);
  });
});
