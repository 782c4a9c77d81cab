import { describe, expect, it } from 'vitest';
import { isAboutFile, keepRunning, keyGroups, lockedBecause, unlockedFor } from './words';

describe('what the vault screens say', () => {
  it('counts down in minutes, then in seconds', () => {
    expect(unlockedFor(null)).toBe('Unlocked');
    expect(unlockedFor(14 * 60)).toBe('Unlocked, locks in 14 min');
    expect(unlockedFor(61)).toBe('Unlocked, locks in 2 min');
    expect(unlockedFor(59)).toBe('Unlocked, locks in 59 s');
  });

  it('says why it is locked', () => {
    const at = new Date(2026, 10, 22, 3, 20).getTime();
    expect(lockedBecause({ lockReason: 'idle' }, at)).toMatch(
      /^Since .*20.*, after a while without input$/,
    );
    expect(lockedBecause({ lockReason: 'start' }, at)).toBe('Type its passphrase to open it');
  });

  it('says how many sessions go on', () => {
    expect(keepRunning(1)).toBe('1 session keeps running.');
    expect(keepRunning(3)).toBe('3 sessions keep running.');
  });

  it('tells trouble with the file from a wrong passphrase', () => {
    const error = { message: '', nextStep: '', field: null, retryable: false };
    expect(isAboutFile({ ...error, code: 'vaultInUse' })).toBe(true);
    expect(isAboutFile({ ...error, code: 'wrongPassphrase' })).toBe(false);
    expect(isAboutFile(null)).toBe(false);
  });

  it('splits a recovery key as it is written', () => {
    expect(keyGroups('H7QX-M2VK T94D')).toEqual(['H7QX', 'M2VK', 'T94D']);
  });
});
