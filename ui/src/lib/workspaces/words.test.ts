import { describe, expect, it } from 'vitest';
import type { WorkspaceInfo } from '$lib/host';
import {
  addressError,
  age,
  certificateWords,
  hostOf,
  leaveText,
  offerTitle,
  relayWords,
  shortState,
  stateText,
  stateTitle,
  timeLeft,
  whyNot,
} from './words';

const NOW = Date.UTC(2026, 10, 23, 12, 0);
const MINUTE = 60_000;
const info = (over: Partial<WorkspaceInfo>): WorkspaceInfo => ({
  id: 'w',
  root: 'r',
  name: 'Operations hub',
  address: 'https://team.example.net:7443',
  fingerprint: null,
  account: null,
  state: 'connected',
  problem: null,
  asOf: null,
  ...over,
});

describe('how a workspace stands', () => {
  it('is said in words that fit into a row', () => {
    expect(shortState(info({}), NOW)).toBe('');
    expect(shortState(info({ state: 'connecting' }), NOW)).toBe('connecting');
    expect(shortState(info({ state: 'offline' }), NOW)).toBe('away');
    expect(shortState(info({ state: 'offline', asOf: NOW - 12 * MINUTE }), NOW)).toBe(
      'away, 12 min old',
    );
    expect(shortState(info({ state: 'signedOut' }), NOW)).toBe('signed out');
    expect(shortState(info({ state: 'certificateChanged' }), NOW)).toBe('certificate changed');
  });

  it('says how old what is shown is', () => {
    expect(age(NOW + MINUTE, NOW)).toBe('just now');
    expect(age(NOW - 59 * MINUTE, NOW)).toBe('59 min old');
    expect(age(NOW - 61 * MINUTE, NOW)).toBe('1 h old');
    expect(age(NOW - 24 * 60 * MINUTE, NOW)).toBe('1 day old');
    expect(age(NOW - 72 * 60 * MINUTE, NOW)).toBe('3 days old');
  });

  it('is explained where there is room', () => {
    const away = info({
      state: 'offline',
      asOf: NOW,
      problem: {
        code: 'unreachable',
        message: 'The connection timed out.',
        nextStep: '',
        field: null,
        retryable: true,
      },
    });
    expect(stateTitle(away)).toBe('Operations hub does not answer');
    expect(stateText(away, NOW)).toMatch(
      /^The connection timed out\. It is tried again by itself\. What is shown is from today/,
    );
    expect(stateText(info({ state: 'signedOut' }), NOW)).toMatch(/^Sign in again/);
    expect(stateText(info({ state: 'certificateChanged' }), NOW)).toMatch(/^Nothing is sent/);
  });

  it('says why nothing can be connected, and what to do', () => {
    expect(whyNot(undefined, 'x')).toBeNull();
    expect(whyNot(info({}), 'x')).toBeNull();
    expect(whyNot(info({ state: 'offline' }), 'db cannot be connected')).toMatchObject({
      message: 'db cannot be connected: Operations hub does not answer.',
      nextStep: expect.stringContaining('Look again now'),
    });
    expect(whyNot(info({ state: 'signedOut' }), 'db cannot be connected')).toMatchObject({
      code: 'signedOut',
      message: 'db cannot be connected: you are signed out of Operations hub.',
    });
    expect(whyNot(info({ state: 'certificateChanged' }), 'It')?.nextStep).toContain('Compare');
    expect(whyNot(info({ state: 'connecting' }), 'It')?.message).toBe(
      'It: still connecting to Operations hub.',
    );
  });
});

describe('an address', () => {
  it('is refused before it is asked only if it can be none', () => {
    expect(addressError('team.example.net')).toBeNull();
    expect(addressError('https://team.example.net:7443/join#abc')).toBeNull();
    expect(addressError('  ')).toMatch(/^Type the address/);
    expect(addressError('team example')).toMatch(/no spaces/);
    expect(addressError('http://team.example.net')).toMatch(/https only/);
  });

  it('is named without what is always the same', () => {
    expect(hostOf('https://team.example.net:7443')).toBe('team.example.net:7443');
    expect(hostOf('team.example.net/join')).toBe('team.example.net');
  });
});

it('says what leaving takes away', () => {
  expect(leaveText(0, 0)).toMatch(/^It goes from the tree of this vault, and you/);
  expect(leaveText(1, 2)).toContain('with its 1 machine,');
  expect(leaveText(3, 1)).toContain('1 session through it ends here.');
});

it('names steps, certificates and relays', () => {
  const offer = {
    address: '',
    name: 'Hub',
    version: '1',
    setUp: true,
    fingerprint: null,
    token: null,
  };
  expect(offerTitle({ step: 'compare', joins: false, offer })).toBe('Is this Hub?');
  expect(offerTitle({ step: 'enter', joins: false, offer })).toBe('Sign in to Hub');
  expect(offerTitle({ step: 'enter', joins: true, offer })).toBe('Join Hub');
  expect(certificateWords(null)).toContain('this computer');
  expect(certificateWords('SHA256:a')).toContain('you');
  expect(relayWords(undefined)).toBe('');
  expect(relayWords({ name: 'Hub' })).toBe('relayed through Hub');
});

describe('a code', () => {
  it('says how long it can be answered', () => {
    expect(timeLeft(NOW + 10 * MINUTE, NOW)).toBe('10 more minutes');
    expect(timeLeft(NOW + 9 * MINUTE + 1, NOW)).toBe('10 more minutes');
    expect(timeLeft(NOW + MINUTE + 1, NOW)).toBe('2 more minutes');
    expect(timeLeft(NOW + MINUTE, NOW)).toBe('less than a minute');
    expect(timeLeft(NOW - 1, NOW)).toBe('less than a minute');
  });
});
