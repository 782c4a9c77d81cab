import { describe, expect, it } from 'vitest';
import type { SharedSession } from './api';
import {
  audiences,
  controlForGuest,
  controlText,
  guestNameError,
  guestText,
  linkOf,
  shareFacts,
  shareTitle,
  until,
} from './words';

const NOW = new Date(2026, 10, 23, 9, 0).getTime();
const HOUR = 3_600_000;
const guest = (id: string, more = {}) => ({
  id,
  name: id.toUpperCase(),
  known: true,
  mayControl: true,
  since: NOW - HOUR,
  asks: false,
  ...more,
});

describe('links', () => {
  it('say what they allow, to whom, and until when', () => {
    const share = {
      id: 'share-1',
      mayControl: false,
      audience: 'organisation' as const,
      created: NOW,
      expires: NOW + HOUR,
      guests: 2,
    };
    expect(shareTitle(share, NOW)).toBe('May look, until today 10:00');
    expect(shareFacts(share, 'Lab')).toBe('Members of Lab, 2 guests');
    expect(shareFacts({ ...share, audience: 'anybody', guests: 0 }, null)).toBe(
      'Anybody with the link, nobody there',
    );
    expect(linkOf('pbl_x', 'https://team.example')).toBe('https://team.example/share#pbl_x');
  });

  it('are for members only where there is an organisation', () => {
    expect(audiences(null).map(({ value }) => value)).toEqual(['anybody', 'account']);
    expect(audiences('Lab').at(-1)?.label).toBe('Members of Lab');
  });

  it('end on another day by its name', () => {
    expect(until(NOW + 24 * HOUR, NOW)).toBe('tomorrow 09:00');
    expect(until(NOW + 48 * HOUR, NOW)).toBe('25 Nov 2026, 09:00');
  });
});

describe('control', () => {
  it('is told to the owner', () => {
    const guests = [guest('bob')];
    expect(controlText({ guests, control: null })).toBe('You have control');
    expect(controlText({ guests, control: 'bob' })).toBe('BOB has control');
  });

  it('is told to guests', () => {
    const shared = {
      guests: [guest('bob'), guest('eve')],
      control: null,
      me: 'bob',
      mayControl: true,
      owner: 'Ada',
    } as unknown as SharedSession;
    expect(controlForGuest(shared)).toBe('Ada has control');
    expect(controlForGuest({ ...shared, mayControl: false })).toBe('You may look');
    expect(controlForGuest({ ...shared, control: 'eve' })).toBe('EVE has control');
    expect(controlForGuest({ ...shared, control: 'bob' })).toBe('You have control');
  });

  it('is said of each guest, and whether the name is sure', () => {
    expect(guestText(guest('bob'), 'bob', NOW)).toBe('BOB, here since today 08:00, has control.');
    const unsure = guest('eve', { known: false, mayControl: false });
    expect(guestText(unsure, null, NOW)).toBe(
      'EVE, here since today 08:00, may look. No account: the name is what they said.',
    );
  });
});

it('a guest has a name that can be told', () => {
  expect(guestNameError('  ')).not.toBeNull();
  expect(guestNameError('x'.repeat(41))).not.toBeNull();
  expect(guestNameError('😀'.repeat(40))).toBeNull();
});
