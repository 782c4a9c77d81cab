/** The ways to a console of a machine, best first, as they are shown after they were tried. */

import type { ConsoleRung, ErrorCode } from '$lib/host';

type Tone = 'ok' | 'bad' | 'plain';

/** The first that works; none is what the button cannot open. */
export function bestRung(rungs: readonly ConsoleRung[]): ConsoleRung | undefined {
  return rungs.find(({ ready }) => ready);
}

const CODES: Partial<Record<ErrorCode, string>> = {
  refused: 'refused',
  timedOut: 'no answer',
  unreachable: 'unreachable',
  unknownHost: 'unknown host',
  authFailed: 'sign-in failed',
  hostKey: 'not trusted',
  conflict: 'in use',
  notAllowed: 'not allowed',
  serialPort: 'port in use',
};

/** "ready", "refused", "in use". */
export function badge({ ready, problem }: ConsoleRung): { text: string; tone: Tone } {
  if (ready) return { text: 'ready', tone: 'ok' };
  if (problem === null) return { text: 'not tried', tone: 'plain' };
  return { text: CODES[problem.code] ?? 'failed', tone: 'bad' };
}

/** "port 22, 12 ms". */
export function rungDetail({ detail, ms }: ConsoleRung): string {
  return [detail, ms === null ? '' : ms < 1000 ? `${String(ms)} ms` : `${(ms / 1000).toFixed(1)} s`]
    .filter(Boolean)
    .join(', ');
}

/** Whether it is a serial console that somebody else has open, which can be ended. */
export function isTaken({ target, problem }: ConsoleRung): boolean {
  return target.kind === 'serialOverLan' && problem?.code === 'conflict';
}

/** What is opened, within a sentence: "SSH", "serial over LAN". */
export function rungName({ name }: ConsoleRung): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
