/** Further doors of the memory server: a program that waits under a code, an OpenID provider and a directory. */
import type { LinkInfo, PasskeyInfo, ProviderInfo } from '$lib/team/api';
import { CODE, refuse, type MemoryServer } from './server';

export const USER_CODE = 'BCDF-GHJK';

class Doors {
  providers: ProviderInfo[] = [];
  links: LinkInfo[] = [];
  answered: boolean | null = null;
  /** The account asks for a one-time password besides. */
  halfway = false;
  /** The server is known by a name. */
  names = false;
  passkeys: PasskeyInfo[] = [];

  constructor(private readonly server: MemoryServer) {}

  get open(): ProviderInfo[] {
    return this.providers.filter(({ disabled }) => !disabled);
  }

  in(): object {
    this.server.signedIn = true;
    return { token: null, account: this.server.me, ticket: null };
  }
}

/** Adds them to a server. */
export function openDoors(server: MemoryServer): Doors {
  const doors = new Doors(server);
  const wrongCode = (body: { userCode: string }): void => {
    if (body.userCode.toUpperCase() !== USER_CODE || doors.answered !== null)
      refuse(404, 'notFound', 'No program waits under this code.', 'userCode');
  };
  Object.assign(server.handlers, {
    'GET /sign-in/ways': () => ({
      providers: doors.open.filter(({ settings }) => settings.kind === 'oidc'),
      passkeys: doors.names,
    }),
    'POST /sign-in/oidc/*': () => ({ address: 'https://id.example/auth?x=1', ticket: 'sealed' }),
    'POST /sign-in/oidc': ({ body }: { body: { ticket: string; code: string } }) => {
      if (body.ticket !== 'sealed') refuse(400, 'invalid', 'This sign-in was not begun here.');
      return doors.halfway ? { token: null, account: null, ticket: 'half' } : doors.in();
    },
    'POST /sign-in/second': ({ body }: { body: { ticket: string; code: string } }) =>
      body.ticket === 'half' && body.code === CODE
        ? doors.in()
        : refuse(401, 'authFailed', 'That one-time password is wrong.', 'code'),
    'POST /me/device/look': ({ body }: { body: { userCode: string } }) => {
      wrongCode(body);
      return {
        userCode: USER_CODE,
        client: 'Patchbay on Linux',
        address: '192.0.2.99',
        sameAddress: false,
        created: server.now,
        expires: server.now + 600_000,
      };
    },
    'POST /me/device': ({ body }: { body: { userCode: string; allow: boolean } }) => {
      wrongCode(body);
      doors.answered = body.allow;
      return null;
    },
    'GET /me/passkeys': () => doors.passkeys,
    'POST /me/passkeys/begin': () => ({
      ticket: 'sealed',
      challenge: 'AAECAw',
      rpId: 'team.example',
      rpName: 'Patchbay',
      userId: '_-8',
      userName: 'ada',
      userDisplay: 'Ada',
      algorithms: [-8, -7],
      have: [],
      timeout: 1000,
    }),
    'POST /me/passkeys': ({ body }: { body: { name: string } }) => {
      const id = `passkey-${body.name}`;
      doors.passkeys = [{ id, name: body.name, created: server.now, lastUsed: null }];
      return null;
    },
    'PATCH /me/passkeys/*': ({ body }: { body: { name: string } }) => {
      doors.passkeys = doors.passkeys.map((one) => ({ ...one, name: body.name }));
      return null;
    },
    'DELETE /me/passkeys/*': () => {
      doors.passkeys = [];
      return null;
    },
    'POST /sign-in/passkey/begin': () => ({
      ticket: 'sealed',
      challenge: 'AAECAw',
      rpId: 'team.example',
      timeout: 1000,
    }),
    'POST /sign-in/passkey': () => doors.in(),
    'GET /me/links': () => ({
      links: doors.links,
      providers: doors.open.map(({ id, name, settings }) => ({
        id,
        name,
        directory: settings.kind === 'ldap',
      })),
    }),
    'POST /me/links/oidc/*': () => ({ address: 'https://id.example/auth?x=2', ticket: 'sealed' }),
    'POST /me/links/oidc': () => null,
    'POST /me/links/directory/*': ({ body }: { body: { password: string } }) => {
      if (body.password !== 'right')
        refuse(403, 'authFailed', 'The name or the password is wrong there.', 'password');
      doors.links = [
        { id: 'link-1', providerName: 'Directory', label: 'uid=ada', created: server.now },
      ];
      return null;
    },
    'DELETE /me/links/*': () => {
      doors.links = [];
      return null;
    },
    'GET /providers': () => doors.providers,
    'POST /providers': ({ body }: { body: ProviderInfo & { secret: string | null } }) => {
      const { secret, ...rest } = body;
      const made = {
        ...rest,
        id: `p${String(doors.providers.length)}`,
        hasSecret: secret !== null,
      };
      if (rest.settings.kind === 'oidc' && !rest.settings.issuer.startsWith('https://'))
        refuse(400, 'invalid', 'The issuer does not begin with https://.', 'issuer');
      doors.providers = [...doors.providers, { ...made, links: 0, created: server.now }];
      return made;
    },
    'PUT /providers/*': ({ path: [id], body }: { path: string[]; body: ProviderInfo }) => {
      doors.providers = doors.providers.map((one) => (one.id === id ? { ...one, ...body } : one));
      return null;
    },
    'DELETE /providers/*': () => {
      doors.providers = [];
      return null;
    },
    'POST /providers/try': () => ({
      says: ['The directory answers, and its certificate is good (TLS).'],
      problem: 'The directory does not let “cn=reader” look people up.',
    }),
  });
  return doors;
}
