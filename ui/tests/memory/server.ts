/**
 * A team server in memory, behind doubles of `fetch` and `EventSource`: the real host/http.ts talks to it. Its people are Ada, who runs
 * it (password "correct horse", one-time password 123456 once it is on), and Grace and Linus, who are members.
 */
import type { EventStream } from '$lib/host/events';
import { httpHost } from '$lib/host/http';
import type {
  Access,
  AccountInfo,
  AccountWays,
  ApiTokenInfo,
  Grant,
  Group,
  Invitation,
  Me,
  Member,
  NewGrant,
  OrganisationPolicy,
  Permission,
  Role,
  SignInInfo,
} from '$lib/team/api';
import { MemoryAudit } from './audit';
import type { MemoryHost } from './index';
import { MemorySharing } from './sharing';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const PASSWORD = 'correct horse';
export const CODE = '123456';
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const CODES = [
  'a7kd-93mq',
  'b2xw-58rt',
  'c9fj-41np',
  'd6hv-72yc',
  'e3gz-85lk',
  'f8qs-16wd',
  'g5tn-37bm',
  'h1pr-64xj',
  'k4cy-29vf',
  'm7lb-50hg',
];

export const NO_RULES: OrganisationPolicy = {
  askReason: 0,
  record: 'off',
  keepDays: 0,
  keepOffline: true,
  direct: false,
};
const ALL: Permission[] = ['see', 'connect', 'useSecret', 'reveal', 'edit', 'share', 'administer'];

/** The token of the link that states with `guest` begin with. */
export const GUEST_LINK = 'pbl_1'.padEnd(56, 'q');

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly error: {
      code: string;
      message: string;
      nextStep?: string;
      field?: string;
      retryable?: boolean;
    },
  ) {
    super(error.message);
  }
}

export const refuse = (
  status: number,
  code: string,
  message: string,
  field?: string,
  retryable = false,
): never => {
  throw new Refusal(status, {
    code,
    message,
    nextStep: '',
    retryable,
    ...(field ? { field } : {}),
  });
};

type Handler = (given: { body: never; path: string[]; query: URLSearchParams }) => unknown;

export class MemoryServer {
  readonly calls: { method: string; path: string; body: unknown }[] = [];
  /** Streams of events that are open. */
  streams: MemoryEvents[] = [];
  /** The network is gone. */
  down = false;
  signedIn = true;
  setUp = true;
  readonly now = Date.now();
  me: Me = {
    id: 'account-ada',
    name: 'ada',
    display: 'Ada Byron',
    operator: true,
    totp: false,
    recoveryCodes: 0,
    organisations: [
      {
        id: 'org-ops',
        name: 'Operations',
        member: true,
        permissions: ALL,
        policy: NO_RULES,
      },
      {
        id: 'org-lab',
        name: 'Laboratory',
        member: false,
        permissions: ['administer'],
        policy: NO_RULES,
      },
    ],
    acting: null,
  };
  /** Who is back when nobody acts as somebody else any more. */
  #operator: Me | null = null;
  /** What was begun has ended, and the browser does not know. */
  #over = false;
  members: Member[] = [
    {
      id: 'account-ada',
      name: 'ada',
      display: 'Ada Byron',
      suspended: false,
      totp: true,
      lastSeen: this.now,
    },
    {
      id: 'account-grace',
      name: 'grace',
      display: 'Grace Hopper',
      suspended: false,
      totp: true,
      lastSeen: this.now - 2 * HOUR,
    },
    {
      id: 'account-linus',
      name: 'linus',
      display: 'Linus T.',
      suspended: true,
      totp: false,
      lastSeen: this.now - 30 * DAY,
    },
  ];
  groups: Group[] = [
    { id: 'group-call', name: 'On call', members: ['account-ada', 'account-grace'] },
    { id: 'group-new', name: 'New here', members: [] },
  ];
  roles: Role[] = [
    { id: 'role-viewer', name: 'Viewer', permissions: ['see'], builtIn: true },
    {
      id: 'role-operator',
      name: 'Operator',
      permissions: ['see', 'connect', 'useSecret'],
      builtIn: true,
    },
    {
      id: 'role-editor',
      name: 'Editor',
      permissions: ['see', 'connect', 'useSecret', 'edit'],
      builtIn: true,
    },
    { id: 'role-owner', name: 'Owner', permissions: ALL, builtIn: true },
    { id: 'role-auditor', name: 'Auditor', permissions: ['see', 'reveal'], builtIn: false },
  ];
  grants: Grant[] = [];
  invitations: Invitation[] = [
    { id: 'invitation-1', role: 'role-operator', by: 'Ada Byron', expires: this.now + 3 * DAY },
  ];
  signIns: SignInInfo[] = [
    {
      id: 'sign-in-1',
      created: this.now - HOUR,
      lastUsed: this.now,
      expires: this.now + 29 * DAY,
      address: '192.0.2.17',
      client: 'Firefox on Linux',
      current: true,
      operator: null,
    },
    {
      id: 'sign-in-2',
      created: this.now - 9 * DAY,
      lastUsed: this.now - DAY,
      expires: this.now + 20 * DAY,
      address: '198.51.100.4',
      client: 'Safari on iPhone',
      current: false,
      operator: null,
    },
  ];
  tokens: ApiTokenInfo[] = [
    {
      id: 'token-1',
      name: 'Nightly backup',
      permissions: ['see'],
      networks: ['192.0.2.0/24'],
      created: this.now - 40 * DAY,
      expires: this.now + 50 * DAY,
      lastUsed: this.now - 9 * HOUR,
      lastAddress: '192.0.2.80',
    },
  ];
  accounts: AccountInfo[] = [];
  /** How people sign in who do so by more than a password. */
  ways: Record<string, AccountWays> = {
    'account-grace': {
      password: false,
      passkeys: [
        {
          id: 'passkey-phone',
          name: 'Phone',
          created: this.now - 40 * DAY,
          lastUsed: this.now - 2 * HOUR,
        },
      ],
      links: [
        {
          id: 'link-grace',
          providerName: 'Example ID',
          label: 'grace@example.org',
          created: this.now - 90 * DAY,
        },
      ],
    },
  };
  readonly audit = new MemoryAudit(this.now);
  #next = 10;
  readonly host;
  readonly sharing: MemorySharing;

  constructor(
    readonly core: MemoryHost,
    state = 'team',
  ) {
    this.sharing = new MemorySharing(core, refuse);
    this.grants = [
      this.#grant({
        subject: { kind: 'account', id: 'account-ada' },
        node: null,
        role: 'role-owner',
      }),
      this.#grant({ subject: { kind: 'everyone' }, node: null, role: 'role-viewer' }),
      this.#grant({
        subject: { kind: 'group', id: 'group-call' },
        node: 'folder-production',
        role: 'role-operator',
      }),
    ];
    this.accounts = this.members.map(({ totp, ...member }) => ({
      ...member,
      operator: member.id === 'account-ada',
      totp: totp ?? false,
      created: this.now - 100 * DAY,
      organisations: ['Operations'],
    }));
    if (state.includes('out') || state.includes('join')) this.signedIn = false;
    if (state.includes('setup')) this.setUp = this.signedIn = false;
    if (state.includes('member'))
      this.me = {
        ...this.me,
        operator: false,
        organisations: [
          {
            id: 'org-ops',
            name: 'Operations',
            member: true,
            permissions: ['see', 'connect'],
            policy: NO_RULES,
          },
        ],
      };
    if (state.includes('acting')) this.#acts('account-grace');
    if (state.includes('acting-over')) this.#over = true;
    if (state.includes('guest')) this.#shareOne(state);
    core.listen((event) => {
      // As another process: nobody shares objects with the server.
      for (const stream of this.streams)
        stream.onmessage?.(new MessageEvent('message', { data: JSON.stringify(event) }));
    });
    this.host = httpHost({
      fetch: (url, init) => this.fetch(url, init),
      events: () => this.#open(),
      socket: (url) => core.socket(url) as WebSocket,
      page: () => location.href,
    });
  }

  /** Somebody shares a session with whoever has the link `GUEST_LINK`; two others are there. */
  #shareOne(state: string): void {
    const id = state.includes('desktop') ? 'node-dc-01' : 'node-app-01';
    const session = this.core.sessions.open({
      target: { kind: 'entry', id },
      size: { cols: 80, rows: 24, width: 0, height: 0 },
      attempt: null,
    });
    const audience = state.includes('account') ? 'account' : 'anybody';
    const mayControl = !state.includes('look');
    const { token } = this.sharing.make(session.id, { mayControl, audience, minutes: 60 });
    this.sharing.join(token, '', 'Grace Hopper');
    this.sharing.join(token, 'Eve Adams', null);
  }

  /** Ada sees it as somebody. */
  #acts(id: string): void {
    const account = this.accounts.find((one) => one.id === id);
    this.#operator = this.me;
    this.me = {
      ...this.me,
      id,
      name: account?.name ?? '',
      display: account?.display ?? '',
      operator: false,
      organisations: this.me.organisations
        .slice(0, 1)
        .map((one) => ({ ...one, permissions: ['see', 'connect'] })),
      acting: { operator: this.me.display, expires: this.now + HOUR / 2 },
    };
  }

  /** The half hour is over. */
  endActing(): void {
    this.#over = true;
    this.breakStreams();
  }

  /** Somebody else ends the sign-in. */
  endSignIn(): void {
    this.signedIn = false;
    this.breakStreams();
  }

  /** The connection is cut. */
  breakStreams(): void {
    for (const stream of this.streams) stream.onerror?.(new Event('error'));
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const at = new URL(url, 'https://team.example');
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    this.calls.push({ method, path: at.pathname + at.search, body });
    if (this.down) throw new TypeError('Failed to fetch');
    if (new Headers(init.headers).get('X-Patchbay-Client') !== 'web')
      return json(403, { error: { code: 'notAllowed', message: 'No client.' } });
    try {
      const answer = await this.#answer(method, at, body);
      return answer === null && !at.pathname.startsWith('/api/rpc/')
        ? new Response(null, { status: 204 })
        : json(200, answer);
    } catch (problem) {
      if (problem instanceof Refusal)
        return json(problem.status, { error: problem.error, requestId: 'request-1' });
      return json(422, { error: problem, requestId: 'request-1' });
    }
  }

  async #answer(method: string, at: URL, body: unknown): Promise<unknown> {
    const open =
      /^\/api\/v1\/(server|acting|sign-in|setup|join|invitations\/|password-strength|shares\/)/;
    if (!this.signedIn && !open.test(at.pathname))
      refuse(401, 'signedOut', 'You are not signed in.');
    if (this.#over && !open.test(at.pathname))
      refuse(401, 'signedOut', 'You see this as somebody else no longer.', 'acting');
    const command = /^\/api\/rpc\/(\w+)$/.exec(at.pathname)?.[1];
    if (command !== undefined)
      return this.core.call(command, this.#explained(command, body as object));
    const path = at.pathname.replace('/api/v1', '').split('/').slice(1);
    for (const [route, handler] of Object.entries(this.handlers)) {
      const [verb, pattern = ''] = route.split(' ');
      const parts = pattern.split('/').slice(1);
      const fits =
        verb === method &&
        parts.length === path.length &&
        parts.every((part, i) => part === '*' || part === path[i]);
      if (fits)
        return handler({
          body: body as never,
          path: path.filter((_, i) => parts[i] === '*').map(decodeURIComponent),
          query: at.searchParams,
        });
    }
    return refuse(404, 'notFound', `The server has no ${method} ${at.pathname}.`);
  }

  /** Takes the reason off, where one is asked for. */
  #explained(command: string, body: object): object {
    const { reason, ...args } = body as { reason?: string };
    const least = this.me.organisations[0]?.policy.askReason ?? 0;
    const asks = ['session_open', 'session_reconnect', 'identity_reveal', 'run_start'].includes(
      command,
    );
    if (asks && (reason ?? '').length < least)
      return refuse(
        403,
        'needsReason',
        `“Operations” wants to know why, in at least ${String(least)} characters.`,
        'reason',
      );
    return asks ? args : body;
  }

  readonly handlers: Record<string, Handler> = {
    'GET /server': () => ({
      name: 'Operations hub',
      version: '0.1.0',
      setUp: this.setUp,
      fingerprint: null,
    }),
    'POST /password-strength': ({ body }) =>
      this.core.vault.strength((body as { password: string }).password),
    'POST /setup': ({ body }) => this.#made(body, (this.setUp = true)),
    'POST /join': ({ body }) => this.#made(body),
    'POST /sign-in': ({ body }) => {
      const given = body as { name: string; password: string; code?: string };
      if (given.name !== this.me.name || given.password !== PASSWORD)
        return refuse(401, 'authFailed', 'The name or the password is wrong.');
      if (this.me.totp && given.code === undefined)
        return refuse(401, 'needsCode', 'A one-time password is needed.');
      if (this.me.totp && given.code !== CODE && !CODES.includes(given.code ?? ''))
        return refuse(401, 'authFailed', 'That one-time password is wrong or was used.');
      this.signedIn = true;
      return { token: null, account: this.me };
    },
    'GET /invitations/*': ({ path: [token] }) =>
      token === 'bad'
        ? refuse(404, 'notFound', 'There is no such invitation.')
        : {
            organisation: this.setUp ? 'Operations' : null,
            by: 'Ada Byron',
            role: 'Operator',
            expires: this.now + 3 * DAY,
          },
    'GET /sessions/*/shares': ({ path: [id = ''] }) => this.sharing.list(id),
    'POST /sessions/*/shares': ({ path: [id = ''], body }) => this.sharing.make(id, body),
    'DELETE /sessions/*/shares': ({ path: [id = ''] }) => this.sharing.end(id),
    'DELETE /sessions/*/shares/*': ({ path: [id = '', share = ''] }) =>
      this.sharing.takeBack(id, share),
    'DELETE /sessions/*/guests/*': ({ path: [id = '', guest = ''] }) =>
      this.sharing.remove(id, guest),
    'POST /sessions/*/control': ({ path: [id = ''], body }) =>
      this.sharing.control(id, (body as { guest: string | null }).guest),
    'GET /shares/*': ({ path: [token = ''] }) => this.sharing.look(token),
    'POST /shares/join': ({ body }) => {
      const { token, name } = body as { token: string; name: string };
      return this.sharing.join(token, name, this.signedIn ? this.me.display : null);
    },
    'POST /shares/state': ({ body }) => {
      const { key, after } = body as { key: string; after: number | null };
      return this.sharing.state(key, after);
    },
    'POST /shares/attach': ({ body }) => this.sharing.attach((body as { key: string }).key),
    'POST /shares/control': ({ body }) => {
      const { key, wish } = body as { key: string; wish: string };
      return this.sharing.wish(key, wish);
    },
    'POST /shares/leave': ({ body }) => this.sharing.leave((body as { key: string }).key),
    'POST /sign-out': () => ((this.signedIn = false), null),
    'GET /me': () => this.me,
    'PATCH /me': ({ body }) => (this.me = { ...this.me, ...(body as { display: string }) }),
    'POST /me/join': () => this.me,
    'POST /me/password': ({ body }) => {
      if ((body as { current: string }).current !== PASSWORD)
        return refuse(403, 'authFailed', 'That is not your password.', 'current');
      this.signIns = this.signIns.filter(({ current }) => current);
      return { ended: 1 };
    },
    'POST /me/totp': () => ({
      uri: `otpauth://totp/Operations%20hub:ada?secret=${SECRET}&issuer=Operations%20hub`,
      secret: SECRET,
    }),
    'PUT /me/totp': ({ body }) => this.#codes(body, () => ({ totp: true })),
    'POST /me/recovery-codes': ({ body }) => this.#codes(body, () => ({})),
    'DELETE /me/totp': ({ body }) => {
      this.#codes(body, () => ({ totp: false, recoveryCodes: 0 }));
      this.me = { ...this.me, totp: false, recoveryCodes: 0 };
      return null;
    },
    'GET /me/sign-ins': () => this.signIns,
    'DELETE /me/sign-ins/*': ({ path: [id] }) => {
      this.signIns = this.signIns.filter((one) => one.id !== id);
      return null;
    },
    'DELETE /me/sign-ins': () => {
      this.signIns = this.signIns.filter(({ current }) => current);
      return { ended: 1 };
    },
    'GET /me/tokens': () => this.tokens,
    'POST /me/tokens': ({ body }) => {
      const info = {
        ...(body as ApiTokenInfo),
        id: this.#id('token'),
        created: this.now,
        lastUsed: null,
        lastAddress: null,
      };
      this.tokens = [...this.tokens, info];
      return { token: 'pbt_mzxw6ytboi4dqnjrgq2tmmzygy3dqmbsha4tgmrsgi', info };
    },
    'DELETE /me/tokens/*': ({ path: [id] }) => {
      this.tokens = this.tokens.filter((one) => one.id !== id);
      return null;
    },
    'GET /accounts': () => this.accounts,
    'PATCH /accounts/*': ({ path: [id], body }) => {
      this.accounts = this.accounts.map((one) =>
        one.id === id ? { ...one, ...(body as object) } : one,
      );
      this.members = this.members.map((one) =>
        one.id === id ? { ...one, ...(body as object) } : one,
      );
      return this.accounts.find((one) => one.id === id);
    },
    'POST /accounts/*/act-as': ({ path: [id = ''], body }) => {
      const { reason, password, code } = body as Record<string, string | undefined>;
      if (!reason) return refuse(400, 'invalid', 'Say why.', 'reason');
      if (password !== PASSWORD)
        return refuse(403, 'authFailed', 'This is not your password.', 'password');
      if (this.me.totp && code !== CODE)
        return refuse(403, 'authFailed', 'The one-time password is wrong.', 'code');
      this.#acts(id);
      return { token: null, account: this.me };
    },
    'DELETE /acting': () => {
      this.me = this.#operator ?? this.me;
      this.#operator = null;
      this.#over = false;
      return null;
    },
    'PUT /accounts/*/password': ({ path: [id = ''] }) => {
      this.ways[id] = { ...this.#ways(id), password: true };
      return null;
    },
    'GET /accounts/*/ways': ({ path: [id = ''] }) => this.#ways(id),
    'DELETE /accounts/*/links/*': ({ path: [id = '', link] }) => {
      const now = this.#ways(id);
      this.ways[id] = { ...now, links: now.links.filter((one) => one.id !== link) };
      return null;
    },
    'DELETE /accounts/*/passkeys/*': ({ path: [id = '', passkey] }) => {
      const now = this.#ways(id);
      this.ways[id] = { ...now, passkeys: now.passkeys.filter((one) => one.id !== passkey) };
      return null;
    },
    'DELETE /accounts/*/totp': () => null,
    'DELETE /accounts/*': ({ path: [id] }) => {
      this.accounts = this.accounts.filter((one) => one.id !== id);
      return null;
    },
    'POST /organisations': ({ body }) => {
      const { name } = body as { name: string };
      const policy = NO_RULES;
      const made = { id: this.#id('org'), name, member: true, permissions: ALL, policy };
      this.me = { ...this.me, organisations: [...this.me.organisations, made] };
      return made;
    },
    'PATCH /organisations/*': ({ path: [id], body }) => {
      this.me = {
        ...this.me,
        organisations: this.me.organisations.map((one) =>
          one.id === id ? { ...one, ...(body as object) } : one,
        ),
      };
      return this.me.organisations.find((one) => one.id === id);
    },
    'PUT /organisations/*/policy': ({ path: [id], body }) => {
      const policy = body as OrganisationPolicy;
      this.me = {
        ...this.me,
        organisations: this.me.organisations.map((one) =>
          one.id === id ? { ...one, policy } : one,
        ),
      };
      return this.me.organisations.find((one) => one.id === id);
    },
    'GET /audit/entries': ({ query }) => this.audit.find(query),
    'GET /organisations/*/audit': ({ query, path: [id] }) => this.audit.find(query, id),
    'GET /audit/head': () => ({ seq: this.audit.lines[0]?.seq ?? 0, hash: 'b5'.repeat(32) }),
    'GET /audit/check': () => this.audit.check,
    'POST /audit/check': () => this.audit.begin(),
    'DELETE /audit/check': () => (this.audit.ends({ kind: 'cancelled' }), null),
    'GET /organisations/*/members': () => this.members,
    'DELETE /organisations/*/members/*': ({ path: [, id] }) => {
      this.members = this.members.filter((one) => one.id !== id);
      return null;
    },
    'GET /organisations/*/groups': () => this.groups,
    'POST /organisations/*/groups': ({ body }) => {
      const made = { ...(body as Group), id: this.#id('group') };
      if (this.groups.some(({ name }) => name === made.name))
        return refuse(400, 'invalid', 'There is a group of that name.', 'name');
      this.groups = [...this.groups, made];
      return made;
    },
    'PUT /organisations/*/groups/*': ({ path: [, id], body }) => {
      this.groups = this.groups.map((one) => (one.id === id ? { ...(body as Group), id } : one));
      return this.groups.find((one) => one.id === id);
    },
    'DELETE /organisations/*/groups/*': ({ path: [, id] }) => {
      this.groups = this.groups.filter((one) => one.id !== id);
      return null;
    },
    'GET /organisations/*/roles': () => this.roles,
    'POST /organisations/*/roles': ({ body }) => {
      const made = { ...(body as Role), id: this.#id('role'), builtIn: false };
      this.roles = [...this.roles, made];
      return made;
    },
    'DELETE /organisations/*/roles/*': () =>
      refuse(409, 'conflict', 'Somebody has the role Auditor. Take it from them first.'),
    'GET /organisations/*/grants': () => this.#mine(this.grants),
    'POST /organisations/*/grants': ({ body }) => {
      const grant = this.#grant(body);
      this.grants = [...this.grants, grant];
      return grant;
    },
    'DELETE /organisations/*/grants/*': ({ path: [, id] }) => {
      this.grants = this.grants.filter((one) => one.id !== id);
      return null;
    },
    'GET /organisations/*/invitations': () => this.invitations,
    'POST /organisations/*/invitations': ({ body }) => {
      const { role } = body as { role: string | null };
      const invitation = {
        id: this.#id('invitation'),
        role,
        by: 'Ada Byron',
        expires: this.now + DAY,
      };
      this.invitations = [...this.invitations, invitation];
      return { token: 'pbi_mzxw6ytboi4dqnjrgq2tmmzygy3dqmbsha4tgmrsgi', invitation };
    },
    'DELETE /organisations/*/invitations/*': ({ path: [, id] }) => {
      this.invitations = this.invitations.filter((one) => one.id !== id);
      return null;
    },
    'GET /access/*': ({ path: [node = ''] }) => this.#access(node),
    'GET /why': () => ({
      permissions: ['see', 'connect', 'useSecret'],
      reasons: [
        {
          grant: 'grant-2',
          roleName: 'Viewer',
          permissions: ['see'],
          through: { kind: 'everyone' },
          node: null,
          nodeName: null,
        },
        {
          grant: 'grant-3',
          roleName: 'Operator',
          permissions: ['see', 'connect', 'useSecret'],
          through: { kind: 'group', name: 'On call' },
          node: 'folder-production',
          nodeName: 'Production',
        },
      ],
    }),
  };

  #ways(id: string): AccountWays {
    return this.ways[id] ?? { password: true, links: [], passkeys: [] };
  }

  #access(node: string): Access {
    const administers = this.me.operator;
    const all = this.grants.map((grant) => ({ ...grant, mayRemove: administers }));
    return {
      organisation: { id: 'org-ops', name: 'Operations' },
      node,
      permissions: administers ? ALL : ['see', 'connect'],
      grants: this.#mine(
        all.filter((one) => one.node === node).concat(all.filter((one) => one.node !== node)),
      ),
      mayGive: administers ? this.roles : [],
      candidates: administers
        ? [
            { subject: { kind: 'everyone' }, name: 'Everyone in Operations', detail: null },
            ...this.groups.map(({ id, name }) => ({
              subject: { kind: 'group' as const, id },
              name,
              detail: 'group',
            })),
            ...this.members.map(({ id, name, display }) => ({
              subject: { kind: 'account' as const, id },
              name: display,
              detail: name,
            })),
          ]
        : [],
    };
  }

  #mine(grants: Grant[]): Grant[] {
    if (this.me.operator) return grants;
    return grants
      .filter(({ subject }) => subject.kind !== 'account' || subject.id === this.me.id)
      .map((grant) => ({ ...grant, mayRemove: false }));
  }

  #grant({ subject, node, role }: NewGrant): Grant {
    const made = this.roles.find(({ id }) => id === role);
    return {
      id: this.#id('grant'),
      subject,
      subjectName:
        subject.kind === 'everyone'
          ? 'Operations'
          : ([
              ...this.members.map(({ id, display }) => ({ id, name: display })),
              ...this.groups,
            ].find(({ id }) => id === subject.id)?.name ?? ''),
      node,
      nodeName: node === null ? 'Operations' : node === 'folder-production' ? 'Production' : 'It',
      role,
      roleName: made?.name ?? '',
      permissions: made?.permissions ?? [],
      created: this.now,
      mayRemove: true,
    };
  }

  #made(body: unknown, _done?: boolean): unknown {
    const { name, display } = body as { name: string; display: string };
    if (name === 'grace')
      return refuse(400, 'invalid', 'There is an account of that name.', 'name');
    this.signedIn = true;
    this.me = { ...this.me, id: `account-${name}`, name, display };
    return { token: null, account: this.me };
  }

  #codes(body: unknown, change: () => Partial<Me>): unknown {
    if ((body as { code: string }).code !== CODE)
      return refuse(403, 'authFailed', 'That one-time password is wrong.', 'code');
    this.me = { ...this.me, recoveryCodes: CODES.length, ...change() };
    return { recoveryCodes: CODES };
  }

  #id(kind: string): string {
    this.#next += 1;
    return `${kind}-${String(this.#next)}`;
  }

  #open(): EventStream {
    const stream = new MemoryEvents((gone) => {
      this.streams = this.streams.filter((one) => one !== gone);
    });
    this.streams.push(stream);
    queueMicrotask(() => {
      if (this.down || !this.signedIn) stream.onerror?.(new Event('error'));
      else stream.onopen?.(new Event('open'));
    });
    return stream;
  }
}

/** One stream of events. */
export class MemoryEvents implements EventStream {
  onopen: EventStream['onopen'] = null;
  onmessage: EventStream['onmessage'] = null;
  onerror: EventStream['onerror'] = null;
  constructor(private readonly gone: (stream: MemoryEvents) => void) {}
  close(): void {
    this.gone(this);
  }
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body ?? null), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });
}
