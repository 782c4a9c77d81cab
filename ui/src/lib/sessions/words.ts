/** The words for what a session does and why it is over. */

import type {
  ApiError,
  CloseReason,
  NodeId,
  Protocol,
  SessionInfo,
  SessionState,
  SessionTarget,
  Stage,
  Step,
  Use,
} from '$lib/host';
import { isDesktop } from '$lib/machines/protocols';
import type { DotState } from '$lib/components/StatusDot.svelte';

/** The parts of connecting, in order, as the strip names them. */
export const STAGES: readonly { stage: Stage; name: string }[] = [
  { stage: 'name', name: 'Name' },
  { stage: 'connect', name: 'Connect' },
  { stage: 'handshake', name: 'Handshake' },
  { stage: 'hostKey', name: 'Host key' },
  { stage: 'signIn', name: 'Sign in' },
  { stage: 'shell', name: 'Shell' },
];

/** The machine that a session is to; none for a shell on this computer. */
export function machineOf(target: SessionTarget): NodeId | null {
  return target.kind === 'localShell' ? null : target.id;
}

/** The steps as a desktop has them. */
const DESKTOP_STAGES: typeof STAGES = [
  { stage: 'name', name: 'Name' },
  { stage: 'connect', name: 'Connect' },
  { stage: 'handshake', name: 'Security' },
  { stage: 'hostKey', name: 'Certificate' },
  { stage: 'signIn', name: 'Sign in' },
  { stage: 'shell', name: 'Desktop' },
];

/** Whether a desktop said while it was opened that nothing is encrypted. */
export function isUnencrypted({
  steps,
  protocol,
}: Pick<SessionInfo, 'steps' | 'protocol'>): boolean {
  if (!isDesktop(protocol)) return false;
  return steps.some(({ stage, detail }) => stage === 'handshake' && /not encrypted/.test(detail));
}

/** What is being waited for; `target` is what the session is opened to. */
export function waitingFor(
  stage: Stage,
  machine: string,
  target: SessionTarget['kind'] = 'entry',
  desktop = false,
): string {
  switch (stage) {
    case 'name':
      return `Looking up the address of ${machine}`;
    case 'connect':
      return `Connecting to ${machine}`;
    case 'handshake':
      return `Agreeing on encryption with ${machine}`;
    case 'hostKey':
      return `Checking the ${desktop ? 'certificate' : 'host key'} of ${machine}`;
    case 'signIn':
      return `Signing in to ${machine}`;
    case 'shell':
      if (target === 'files') return `Waiting for ${machine} to give access to its files`;
      if (isConsole({ kind: target })) return `Waiting for ${machine} to open the console`;
      return `Waiting for ${machine} to ${desktop ? 'show its desktop' : 'open a shell'}`;
  }
}

/** The steps of a console that no machine gives itself: of a management controller, a console server or a hypervisor. */
const CONSOLE_STAGES: typeof STAGES = [
  { stage: 'name', name: 'Name' },
  { stage: 'connect', name: 'Connect' },
  { stage: 'hostKey', name: 'Certificate' },
  { stage: 'signIn', name: 'Sign in' },
  { stage: 'shell', name: 'Console' },
];

/** Whether it is the console that a management controller, a console server or a hypervisor gives. */
export function isConsole({ kind }: Pick<SessionTarget, 'kind'>): boolean {
  return (
    kind === 'serialOverLan' || kind === 'conserver' || kind === 'guest' || kind === 'nodeShell'
  );
}

/** The parts of connecting that there are. Jump hosts are reached by SSH, whatever the machine behind them speaks. */
function stagesOf(
  steps: readonly Step[],
  protocol: Protocol | null,
  target: SessionTarget,
): typeof STAGES {
  // IPMI has no certificate.
  const proved = (stage: Stage) => stage !== 'hostKey' || target.kind !== 'serialOverLan';
  if (isConsole(target)) return CONSOLE_STAGES.filter(({ stage }) => proved(stage));
  if (isDesktop(protocol)) return DESKTOP_STAGES;
  if (protocol === null || protocol === 'ssh' || steps.some(({ stage }) => stage === 'handshake'))
    return STAGES;
  if (protocol === 'serial') return [{ stage: 'connect', name: 'Open the port' }];
  return STAGES.filter(({ stage }) => stage === 'name' || stage === 'connect');
}

/** A step with something for every part, reached or not. */
export function allSteps({
  steps,
  target,
  protocol,
}: Pick<SessionInfo, 'steps' | 'target' | 'protocol'>): (Step & { name: string })[] {
  return stagesOf(steps, protocol, target).map(({ stage, name }) => ({
    ...(steps.find((step) => step.stage === stage) ?? {
      stage,
      state: 'waiting',
      detail: '',
      ms: null,
    }),
    // The last step is the one that differs.
    name: stage === 'shell' && target.kind === 'files' ? 'Files' : name,
  }));
}

/** "web-01 has used your SSH agent 3 times, last at 12:04". */
export function lentText(machine: string, what: string, { times, last }: Use): string {
  if (times === 0) return `${machine} may use your ${what}; it has not yet`;
  const often = times === 1 ? 'once' : `${String(times)} times`;
  const when = last === null ? '' : `, last at ${new Date(last).toLocaleTimeString()}`;
  return `${machine} has used your ${what} ${often}${when}`;
}

/** The second line of a step: "192.0.2.45, 2 ms". */
export function stepDetail(step: Step): string {
  if (step.state === 'waiting') return 'not reached';
  if (step.state === 'running') return step.detail || 'under way';
  const time = step.ms === null ? '' : duration(step.ms);
  return (
    [step.detail, time].filter(Boolean).join(', ') || (step.state === 'done' ? 'done' : 'failed')
  );
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Why a session is over that its team server does not have any more. */
export const LOST: ApiError = {
  code: 'notFound',
  message: 'The team server has this session no more',
  nextStep: 'The server was started anew, or somebody ended it. Connect again.',
  field: null,
  retryable: true,
};

/** Why a session cannot be connected again, and what would help. */
export const DELETED = 'Its machine was deleted. Add the machine again to connect to it.';

/** Why a session is over: a sentence, and what to do. */
export interface Ending {
  title: string;
  text: string;
  /** Nothing went wrong. */
  expected: boolean;
}

export function ending(session: Pick<SessionInfo, 'title'>, reason: CloseReason): Ending {
  const name = session.title;
  switch (reason.kind) {
    case 'failed':
      return {
        // As a title it does without its full stop.
        title: reason.error.message.replace(/\.$/, ''),
        text: reason.error.nextStep,
        expected: false,
      };
    case 'byPerson':
      return { title: `Disconnected from ${name}`, text: '', expected: true };
    case 'signalled':
      return {
        title: `The session on ${name} was ended by the signal ${reason.signal}`,
        text: reason.message,
        expected: false,
      };
    case 'exited':
      if (reason.code === null || reason.code === 0) {
        return { title: `The session on ${name} has ended`, text: '', expected: true };
      }
      return {
        title: `The session on ${name} ended with exit status ${reason.code}`,
        text: '',
        expected: false,
      };
  }
}

/** When a lost desktop is tried again: "Tried again in 4 s, attempt 2 of 20". */
export function againText(
  lost: { attempt: number; most: number; next: number },
  now: number,
): string {
  const seconds = Math.ceil((lost.next - now) / 1000);
  const when = seconds > 0 ? `in ${String(seconds)} s` : 'now';
  return `Tried again ${when}, attempt ${String(lost.attempt)} of ${String(lost.most)}`;
}

/** Whether the switch for legacy devices of this very machine would have helped. */
export function needsLegacy(reason: CloseReason): boolean {
  return (
    reason.kind === 'failed' &&
    reason.error.code === 'noCommonAlgorithm' &&
    reason.error.field === 'legacyAlgorithms'
  );
}

/** What a person has to do while a step goes on; nothing for most. */
export function handsOn(steps: readonly Step[]): string | null {
  const running = steps.find((step) => step.state === 'running');
  return running?.stage === 'signIn' && running.detail === 'touch your security key'
    ? 'Touch your security key'
    : null;
}

/** The sign beside a session's name. */
export function dotOf(state: SessionState): DotState {
  switch (state.kind) {
    case 'open':
      return 'live';
    case 'connecting':
    case 'lost':
      return 'checking';
    case 'asking':
    case 'hostKey':
      return 'warning';
    case 'closed':
      return state.reason.kind === 'failed' ? 'down' : 'unknown';
  }
}

/** Everything about an attempt as text, to be given to somebody who can help. */
export function report(session: SessionInfo): string {
  const { state } = session;
  const end = state.kind === 'closed' ? ending(session, state.reason) : null;
  const code =
    state.kind === 'closed' && state.reason.kind === 'failed'
      ? [`Code: ${state.reason.error.code}`]
      : [];
  return [
    `${session.title} (${session.subtitle})`,
    ...(end ? [end.title, ...(end.text ? [end.text] : [])] : []),
    ...code,
    '',
    ...allSteps(session).map(
      (step) => `${step.name.padEnd(10)} ${step.state.padEnd(8)} ${stepDetail(step)}`,
    ),
    '',
    ...session.log,
    '',
  ].join('\n');
}
