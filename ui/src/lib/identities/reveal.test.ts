import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useHost } from '$lib/host';
import type { AppEvent, VaultStatus } from '$lib/host';
import { Reveal, SHOWN_SECONDS } from './reveal.svelte';

let tell: ((event: AppEvent) => void) | undefined;
const locked: VaultStatus = {
  phase: 'locked',
  name: 'v',
  path: '/v',
  lockReason: 'idle',
  locksIn: null,
  keyring: false,
  runningSessions: 0,
};

beforeEach(() => {
  vi.useFakeTimers();
  useHost({
    call: () => Promise.resolve({ text: 'hunter2' }),
    listen: (heard) => {
      tell = heard;
      return Promise.resolve(() => undefined);
    },
    socket: () => {
      throw new Error('no streams here');
    },
  });
});
afterEach(() => vi.useRealTimers());

it('hides a secret after half a minute', async () => {
  const reveal = new Reveal();
  await reveal.show('i', 'password');
  expect(reveal.text).toBe('hunter2');
  vi.advanceTimersByTime((SHOWN_SECONDS - 1) * 1000);
  expect(reveal.left).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(reveal.text).toBeNull();
});

it('hides it when the vault locks', async () => {
  const reveal = new Reveal();
  await reveal.show('i', 'password');
  tell?.({ kind: 'vault', status: { ...locked, phase: 'unlocked' } });
  expect(reveal.text).toBe('hunter2');
  tell?.({ kind: 'vault', status: locked });
  expect(reveal.text).toBeNull();
});

it('shows nothing when it was hidden before the answer came', async () => {
  const reveal = new Reveal();
  const asked = reveal.show('i', 'password');
  reveal.hide();
  await asked;
  expect(reveal.text).toBeNull();
});
