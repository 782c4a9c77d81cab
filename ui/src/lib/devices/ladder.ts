/** The ways to a console of a machine, best first, as they are shown after they were tried. */

import type { ConsoleRung, ErrorCode, SessionTarget } from '$lib/host';

type Tone = 'ok' | 'bad' | 'plain';

/** The first that works, then the first that can be looked at; none is what the button cannot open. */
export function bestRung(rungs: readonly ConsoleRung[]): ConsoleRung | undefined {
  const ready = rungs.filter((rung) => rung.ready);
  return ready.find(({ problem }) => problem === null) ?? ready[0];
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
  if (problem === null) {
    return ready ? { text: 'ready', tone: 'ok' } : { text: 'not tried', tone: 'plain' };
  }
  if (ready) return { text: CODES[problem.code] ?? 'ready', tone: 'plain' };
  return { text: CODES[problem.code] ?? 'failed', tone: 'bad' };
}

/** "port 22, 12 ms". */
export function rungDetail({ detail, ms }: ConsoleRung): string {
  return [detail, ms === null ? '' : ms < 1000 ? `${String(ms)} ms` : `${(ms / 1000).toFixed(1)} s`]
    .filter(Boolean)
    .join(', ');
}

/** What takes it from somebody else who has it, and what that is called; none where nobody has it or it cannot be taken. */
export function takeOver({
  target,
  problem,
}: ConsoleRung): { text: string; target: SessionTarget } | null {
  if (problem?.code !== 'conflict') return null;
  if (target.kind === 'serialOverLan')
    return { text: 'End the other console', target: { ...target, endStale: true } };
  return target.kind === 'conserver'
    ? { text: 'Take it over', target: { ...target, force: true } }
    : null;
}

/** What is opened, within a sentence: "SSH", "serial over LAN". */
export function rungName({ name }: ConsoleRung): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
