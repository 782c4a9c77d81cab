/** What the audit log says in words, and what its filters ask for. */
import type { AuditFind, AuditLine, AuditOutcome } from '../api';

/** What was done, by action. */
const DEEDS: Record<string, string> = {
  'account.act_as': 'Began to see it as',
  'account.act_as_end': 'Ended seeing it as',
  'account.change': 'Changed an account',
  'account.create': 'Made an account',
  'account.delete': 'Deleted an account',
  'account.link': 'Unlinked from a provider',
  'account.passkey': 'Removed a passkey of',
  'account.password': 'Set another password for',
  'account.rename': 'Changed their display name',
  'account.sign_in': 'Signed in',
  'account.sign_out': 'Signed out',
  'account.totp': 'Turned off one-time passwords of',
  'api.entry.create': 'Added over the entries API',
  'api.entry.delete': 'Deleted over the entries API',
  'api.entry.duplicate': 'Duplicated over the entries API',
  'api.entry.edit': 'Changed over the entries API',
  'api.entry.reposition': 'Moved over the entries API',
  'api.entry.wake': 'Woke over the entries API',
  'audit.check': 'Checked the audit log',
  'audit.check_cancel': 'Stopped checking the audit log',
  'audit.export_lines': 'Exported the audit log',
  'audit.export_table': 'Exported the audit log',
  'device.answer': 'Answered a program that wanted to sign in',
  'files.copy': 'Copied files of',
  'files.delete': 'Deleted files of',
  'files.make.folder': 'Made a folder on',
  'files.picture': 'Looked at a picture on',
  'files.preview': 'Looked at a file on',
  'files.rename': 'Renamed files of',
  'files.set.mode': 'Set permissions of files of',
  'files.set.mode.inside': 'Set permissions of files of',
  'grant.create': 'Gave a role',
  'grant.delete': 'Took a role',
  'group.change': 'Changed the group',
  'group.create': 'Made the group',
  'group.delete': 'Deleted the group',
  'guest.remove': 'Put a guest out of a shared session',
  'hostkey.authority.add': 'Trusted a host authority',
  'hostkey.remove': 'Removed a host key',
  'identity.delete': 'Deleted the identity',
  'identity.edit': 'Changed the identity',
  'identity.install.key': 'Installed a key of',
  'identity.reveal': 'Was shown a secret of',
  'identity.share': 'Shared the identity',
  'invitation.create': 'Made a link to join',
  'invitation.delete': 'Took a link to join back',
  'link.delete': 'Unlinked their account from a provider',
  'link.directory': 'Linked their account to a directory',
  'link.oidc': 'Linked their account to a provider',
  'machine.create': 'Added',
  'machine.delete': 'Deleted',
  'machine.edit': 'Changed',
  'me.join': 'Joined',
  'member.remove': 'Removed from the organisation',
  'organisation.audit_export_lines': 'Exported the audit log',
  'organisation.audit_export_table': 'Exported the audit log',
  'organisation.create': 'Made the organisation',
  'organisation.delete': 'Deleted the organisation',
  'organisation.join': 'Joined',
  'organisation.policy': 'Changed the rules of',
  'organisation.rename': 'Renamed the organisation',
  'passkey.create': 'Added a passkey',
  'passkey.delete': 'Removed a passkey',
  'passkey.rename': 'Renamed a passkey',
  'password.change': 'Changed their password',
  'provider.change': 'Changed how people sign in with',
  'provider.create': 'Let people sign in with',
  'provider.delete': 'Took away how people sign in with',
  'provider.try': 'Tried how people sign in with',
  'recording.delete': 'Deleted the recording',
  'recording.expire': 'Deleted the old recording',
  'recording.play': 'Played the recording',
  'recording.read': 'Played the recording',
  'recording.rename': 'Renamed the recording',
  'recording.search': 'Searched in recordings',
  'recovery_codes.renew': 'Made new recovery codes',
  'role.change': 'Changed the role',
  'role.create': 'Made the role',
  'role.delete': 'Deleted the role',
  'run.again': 'Ran a command again on',
  'run.retry': 'Ran a command again on',
  'run.start': 'Ran a command on',
  'server.set_up': 'Set up the server',
  'server.set_up_link': 'Made the link that sets up the server',
  'session.close': 'Closed the session with',
  'session.disconnect': 'Disconnected from',
  'session.hand.out': 'Was handed what it takes to open directly',
  'session.host.key': 'Decided about the host key of',
  'session.open': 'Opened',
  'session.reconnect': 'Reconnected to',
  'session.record': 'Began to record',
  'session.record.stop': 'Stopped recording',
  'session.test': 'Tried a connection',
  'share.control': 'Passed control of a shared session on',
  'share.create': 'Made a link to a session',
  'share.delete': 'Took a link to a session back',
  'share.end': 'Ended links to a session',
  'share.join': 'Came to a shared session',
  'share.leave': 'Ended a visit to a shared session',
  'sign_in.end': 'Ended a sign-in',
  'sign_ins.end': 'Ended all other sign-ins',
  'snippet.send': 'Sent a snippet to',
  'token.create': 'Made the token',
  'token.delete': 'Took a token back',
  'totp.confirm': 'Turned on one-time passwords',
  'totp.end': 'Turned off one-time passwords',
  wake: 'Woke',
};

/** "Opened web-1", "Signed in". */
export function deedOf({ entry, objectName }: AuditLine): string {
  const known = DEEDS[entry.action] ?? plain(entry.action);
  // Machines that are gone are known by the name that was written down.
  const gone = entry.outcome === 'done' && NAMED.test(entry.action) ? entry.detail : null;
  const what = objectName ?? gone;
  return what === null || what === ''
    ? known.replace(/ (as|of|on|for|to|with|from)$/, '')
    : `${known} ${what}`;
}

/** Actions whose detail is what the thing was called. */
const NAMED =
  /^(machine|group|role|token|organisation)\.(create|edit|change|delete|rename)$|^recording\.(delete|expire)$|^run\./;

function plain(action: string): string {
  const text = action.replace(/[._]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Who did it, and as whom. */
export function doerOf(line: AuditLine): string {
  const doer = actorOf(line);
  return line.entry.as === null ? doer : `${doer} as ${line.asName ?? 'a deleted account'}`;
}

function actorOf({ entry: { action, actor }, who, token }: AuditLine): string {
  switch (actor.kind) {
    case 'server':
      return 'The server';
    case 'nobody':
      // Who comes by a link has no account.
      return action.startsWith('share.') ? 'A guest' : 'Nobody signed in';
    case 'token':
      return `${who ?? 'A deleted account'}, by the token ${token ?? 'that is gone'}`;
    case 'account':
      return who ?? 'A deleted account';
  }
}

export const OUTCOMES: readonly { value: AuditOutcome | 'any'; label: string }[] = [
  { value: 'any', label: 'Done or not' },
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
  { value: 'failed', label: 'Failed' },
];

/** Kinds of actions to choose from; each value is what the server is asked for. */
export const KINDS: readonly { value: string; label: string }[] = [
  { value: '', label: 'Everything' },
  {
    value: 'session.,share.,guest.,run.,snippet.send,wake,api.entry.wake',
    label: 'Sessions and commands',
  },
  { value: 'files.', label: 'Files' },
  { value: 'identity.', label: 'Identities and secrets' },
  { value: 'machine.,api.entry.,hostkey.', label: 'Machines' },
  { value: 'recording.,session.record,session.record.stop', label: 'Recordings' },
  {
    value: 'organisation.,member.,group.,role.,grant.,invitation.',
    label: 'People and permissions',
  },
  {
    value: 'account.,password.,totp.,recovery_codes.,sign_in.,sign_ins.,token.',
    label: 'Accounts and sign-ins',
  },
  { value: 'server.,audit.', label: 'The server' },
];

export type Span = 'any' | 'day' | 'week' | 'month' | 'dates';
export const SPANS: readonly { value: Span; label: string }[] = [
  { value: 'any', label: 'At any time' },
  { value: 'day', label: 'Last 24 hours' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
  { value: 'dates', label: 'From … to …' },
];

/** What is looked for, as it is chosen on the page. */
export interface Filter {
  text: string;
  /** An account's id, `server`, `nobody` or nothing. */
  who: string;
  kind: string;
  outcome: AuditOutcome | 'any';
  span: Span;
  /** Dates as `2026-11-23`, of `span` `dates`; both days count whole. */
  from: string;
  to: string;
  object: { id: string; name: string } | null;
}

export const NO_FILTER: Filter = {
  text: '',
  who: '',
  kind: '',
  outcome: 'any',
  span: 'any',
  from: '',
  to: '',
  object: null,
};

const DAY = 24 * 60 * 60 * 1000;
const DAYS: Partial<Record<Span, number>> = { day: 1, week: 7, month: 30 };

/** Midnight at the beginning of a date here; nothing if it is no date. */
function midnight(date: string, later = 0): number | null {
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const at = new Date(year, month - 1, day + later).getTime();
  return Number.isNaN(at) ? null : at;
}

/** The question to the server. */
export function queryOf(filter: Filter, now = Date.now()): AuditFind {
  const query: AuditFind = {};
  if (filter.text.trim() !== '') query.text = filter.text.trim();
  if (filter.who !== '') query.who = filter.who;
  if (filter.kind !== '') query.action = filter.kind;
  if (filter.outcome !== 'any') query.outcome = filter.outcome;
  if (filter.object) query.object = filter.object.id;
  const days = DAYS[filter.span];
  if (days !== undefined) query.since = String(now - days * DAY);
  if (filter.span === 'dates') {
    const [since, until] = [midnight(filter.from), midnight(filter.to, 1)];
    if (since !== null) query.since = String(since);
    if (until !== null) query.until = String(until);
  }
  return query;
}

/** Whether anything narrows what is shown. */
export function isNarrow(filter: Filter): boolean {
  return Object.keys(queryOf(filter)).length > 0;
}

/** "14:02:31" of today, "22 Nov, 14:02:31", "22 Nov 2025, 14:02". */
export function stamp(at: number, now = Date.now()): string {
  const [date, today] = [new Date(at), new Date(now)];
  const time = date.toLocaleTimeString('en-GB');
  if (date.toDateString() === today.toDateString()) return time;
  const same = date.getFullYear() === today.getFullYear();
  const day = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(same ? {} : { year: 'numeric' }),
  });
  return `${day}, ${same ? time : time.slice(0, 5)}`;
}

/** "1,000,312". */
export function many(count: number): string {
  return count.toLocaleString('en-GB');
}
