/** What is said of a workspace: how it stands, and what can be done about that. */
import type { ApiError, WorkspaceInfo, WorkspaceOffer } from '$lib/host';
import { when } from '$lib/sessions/when';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "12 min old". */
export function age(asOf: number, now: number): string {
  const passed = Math.max(0, now - asOf);
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${String(Math.floor(passed / MINUTE))} min old`;
  if (passed < DAY) return `${String(Math.floor(passed / HOUR))} h old`;
  const days = Math.floor(passed / DAY);
  return days === 1 ? '1 day old' : `${String(days)} days old`;
}

/** How long a code can be answered yet: "9 more minutes". */
export function timeLeft(until: number, now: number): string {
  const minutes = Math.ceil((until - now) / MINUTE);
  if (minutes <= 1) return 'less than a minute';
  return `${String(minutes)} more minutes`;
}

/** How it stands in the room of a row of the tree; nothing while all is well. */
export function shortState({ state, asOf }: WorkspaceInfo, now: number): string {
  switch (state) {
    case 'connected':
      return '';
    case 'connecting':
      return 'connecting';
    case 'offline':
      return asOf === null ? 'away' : `away, ${age(asOf, now)}`;
    case 'signedOut':
      return 'signed out';
    case 'certificateChanged':
      return 'certificate changed';
  }
}

/** What happened, in a sentence; nothing while all is well. */
export function stateTitle({ state, name }: WorkspaceInfo): string {
  switch (state) {
    case 'connected':
      return '';
    case 'connecting':
      return `Connecting to ${name}`;
    case 'offline':
      return `${name} does not answer`;
    case 'signedOut':
      return `You are signed out of ${name}`;
    case 'certificateChanged':
      return `The certificate of ${name} has changed`;
  }
}

/** What that means and what next. */
export function stateText(info: WorkspaceInfo, now: number): string {
  const shown = info.asOf === null ? '' : `What is shown is from ${when(info.asOf, now)}.`;
  const said = (...sentences: string[]) => sentences.filter(Boolean).join(' ');
  switch (info.state) {
    case 'connected':
    case 'connecting':
      return shown;
    case 'offline':
      return said(info.problem?.message ?? '', 'It is tried again by itself.', shown);
    case 'signedOut':
      return said('Sign in again to connect and to change anything.', shown);
    case 'certificateChanged':
      return said('Nothing is sent to it until you have compared the new one.', shown);
  }
}

/** Why nothing can be connected or changed there now; null if it can. */
export function whyNot(info: WorkspaceInfo | undefined, what: string): ApiError | null {
  if (!info || info.state === 'connected') return null;
  const next = {
    connecting: 'Wait until it is connected, then try again.',
    offline: `Check the network, then “Look again now” in the menu of ${info.name}.`,
    signedOut: `Choose “Sign in again…” in the menu of ${info.name}.`,
    certificateChanged: `Choose “Compare the new certificate…” in the menu of ${info.name}.`,
  }[info.state];
  return {
    code: info.state === 'signedOut' ? 'signedOut' : 'unreachable',
    message: `${what}: ${info.state === 'connecting' ? `still connecting to ${info.name}` : lower(stateTitle(info))}.`,
    nextStep: next,
    field: null,
    retryable: true,
  };
}

/** Names of servers keep their letters. */
function lower(sentence: string): string {
  return /^(You|The) /.test(sentence)
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence;
}

/** `team.example.net:7443`, as people name it. */
export function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/** What is wrong with what was typed for an address, before anything is asked. */
export function addressError(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return 'Type the address of the server, or paste the link you were sent.';
  if (/\s/.test(text)) return 'An address has no spaces.';
  if (/^http:\/\//i.test(text))
    return 'Patchbay speaks to team servers over https only. Leave http:// out.';
  return null;
}

/** What vouches for a certificate. */
export function certificateWords(fingerprint: string | null): string {
  return fingerprint === null
    ? 'certificate trusted by this computer'
    : 'certificate compared by you';
}

/** What the step is about, once something has answered. */
export function offerTitle({
  step,
  joins,
  offer,
}: {
  step: string;
  joins: boolean;
  offer: WorkspaceOffer | null;
}): string {
  const name = offer?.name ?? 'the team server';
  if (step === 'compare') return `Is this ${name}?`;
  return joins ? `Join ${name}` : `Sign in to ${name}`;
}

/** What leaving takes away, and what it does not. */
export function leaveText(machines: number, openSessions: number): string {
  const count = (n: number, one: string, many: string) => `${String(n)} ${n === 1 ? one : many}`;
  const inside = machines === 0 ? '' : `, with its ${count(machines, 'machine', 'machines')}`;
  const sessions =
    openSessions === 0
      ? ''
      : ` ${count(openSessions, 'session through it ends', 'sessions through it end')} here.`;
  return `It goes from the tree of this vault${inside}, and you are signed out there.${sessions} On the server everything stays as it is, your account too.`;
}

/** What it means that this computer dials a machine of a team server itself. */
export function directWords(info: Pick<WorkspaceInfo, 'name'>): string {
  return `this computer dials, with secrets that ${info.name} gives it for this session`;
}

/** How a session comes about that a team server dials; nothing for one of this computer. */
export function relayWords(info: Pick<WorkspaceInfo, 'name'> | undefined): string {
  return info ? `relayed through ${info.name}` : '';
}
