/** The audit log of the team server in memory: four hundred entries of its people, the newest a minute old. */
import type { AuditCheck, AuditEntry, AuditLine, AuditPage } from '$lib/team/api';

const MINUTE = 60_000;

type Sample = Partial<AuditEntry> & {
  action: string;
  name?: string;
  kind?: AuditLine['objectKind'];
  asName?: string;
};

const WEB = { object: 'node-app-01', name: 'app-01', kind: 'machine' as const };
const DB = { object: 'node-db-primary', name: 'db-primary', kind: 'machine' as const };

/** What happens over and over, with who does it. */
const DAY: readonly (readonly [string, Sample])[] = [
  ['account-grace', { action: 'session.open', ...DB, reason: 'Ticket 4711: slow queries' }],
  ['account-grace', { action: 'session.close', ...DB }],
  [
    'account-linus',
    {
      action: 'session.open',
      ...WEB,
      outcome: 'refused',
      detail: 'You may not connect to “app-01”.',
    },
  ],
  ['account-ada', { action: 'machine.edit', ...WEB, detail: 'app-01' }],
  [
    'account-ada',
    {
      action: 'identity.reveal',
      object: 'identity-root',
      name: 'root password',
      kind: 'identity',
      reason: 'Rotating it after Linus left',
    },
  ],
  ['account-ada', { action: 'grant.create', object: 'grant:1' }],
  ['account-grace', { action: 'files.copy', ...DB }],
  ['nobody', { action: 'account.sign_in', object: 'root', outcome: 'refused', organisation: null }],
  ['account-grace', { action: 'account.sign_in', organisation: null }],
  [
    'account-grace',
    { action: 'run.start', detail: 'app-01, app-02, db-primary', reason: 'Kernel update' },
  ],
  ['token', { action: 'api.entry.edit', ...WEB }],
  [
    'account-ada',
    {
      action: 'group.create',
      object: 'group:group-call',
      name: 'On call',
      kind: 'group',
      detail: 'On call',
    },
  ],
  ['account-ada', { action: 'session.open', ...DB, as: 'account-grace', asName: 'Grace Hopper' }],
  ['server', { action: 'server.set_up_link', organisation: null }],
];
const DISPLAY: Record<string, string> = {
  'account-ada': 'Ada Byron',
  'account-grace': 'Grace Hopper',
  'account-linus': 'Linus T.',
};

export class MemoryAudit {
  lines: AuditLine[] = [];
  check: AuditCheck | null = null;
  /** Records that the server looks at for one answer. */
  stretch = 1000;

  constructor(readonly now: number) {
    for (let i = 0; i < 400; i += 1) this.add(i);
    this.lines.reverse();
  }

  /** Something more happens. */
  happens(which: number): void {
    this.lines = [this.#line(which, this.lines.length), ...this.lines];
  }

  add(i: number): void {
    this.lines.push(this.#line(DAY.length - 1 - (i % DAY.length), i));
  }

  #line(which: number, i: number): AuditLine {
    const [who, sample] = DAY[which] ?? (['server', { action: 'server.set_up' }] as const);
    const { name, kind, asName, ...given } = sample;
    const actor: AuditEntry['actor'] =
      who === 'server' || who === 'nobody'
        ? { kind: who }
        : who === 'token'
          ? { kind: 'token', token: 'token-1', account: 'account-ada' }
          : { kind: 'account', account: who };
    const entry: AuditEntry = {
      at: this.now - (400 - i) * 7 * MINUTE,
      actor,
      object: null,
      address: who === 'server' ? null : who === 'nobody' ? '203.0.113.80' : '192.0.2.17',
      reason: null,
      outcome: 'done',
      detail: null,
      organisation: 'org-ops',
      as: null,
      ...given,
    };
    return {
      seq: i + 1,
      entry,
      hash: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
      who: who === 'token' ? 'Ada Byron' : (DISPLAY[who] ?? null),
      asName: asName ?? null,
      token: who === 'token' ? 'Nightly backup' : null,
      objectKind: kind ?? null,
      objectName: name ?? null,
      organisationName: entry.organisation === null ? null : 'Operations',
    };
  }

  find(query: URLSearchParams, organisation?: string): AuditPage {
    const number = (name: string, other: number): number => Number(query.get(name) ?? other);
    const head = this.lines[0]?.seq ?? 0;
    const before = Math.min(number('before', head + 1), head + 1);
    const from = Math.max(number('after', 0) + 1, before - this.stretch);
    const fits = this.lines.filter(
      (line) =>
        line.seq < before &&
        line.seq >= from &&
        this.#fits(line, query) &&
        (organisation === undefined || line.entry.organisation === organisation),
    );
    const entries = fits.slice(0, number('limit', 100));
    const end = entries.length < fits.length ? (entries.at(-1)?.seq ?? from) : from;
    const next = end > number('after', 0) + 1 ? end : null;
    const backTo =
      next === null ? null : (this.lines.find(({ seq }) => seq === next)?.entry.at ?? null);
    return { entries, next, head, backTo };
  }

  #fits({ entry }: AuditLine, query: URLSearchParams): boolean {
    const actions = query.get('action')?.split(',') ?? [];
    const who = 'account' in entry.actor ? entry.actor.account : entry.actor.kind;
    const text = query.get('text')?.toLowerCase() ?? '';
    return (
      (!query.has('who') || [who, entry.as].includes(query.get('who'))) &&
      (!query.has('outcome') || query.get('outcome') === entry.outcome) &&
      (!query.has('object') || query.get('object') === entry.object) &&
      entry.at >= Number(query.get('since') ?? 0) &&
      entry.at < Number(query.get('until') ?? Infinity) &&
      (actions.length === 0 ||
        actions.some((one) =>
          one.endsWith('.') ? entry.action.startsWith(one) : entry.action === one,
        )) &&
      [entry.action, entry.object, entry.address, entry.reason, entry.detail].some(
        (one) => one?.toLowerCase().includes(text) ?? false,
      )
    );
  }

  begin(): AuditCheck {
    const total = this.lines[0]?.seq ?? 0;
    const { now } = this;
    return (this.check = { started: now, told: now, done: 250, total, state: { kind: 'running' } });
  }

  /** The check is through. */
  ends(state: AuditCheck['state']): void {
    if (this.check) this.check = { ...this.check, done: this.check.total, state };
  }
}
