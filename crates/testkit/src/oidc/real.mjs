// The package `oidc-provider`, with a page of its own that signs everybody in as the person of a file.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const [port, redirect, client, secret, person] = process.argv.slice(2);
const who = () => JSON.parse(readFileSync(person, 'utf8'));
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = privateKey.export({ format: 'jwk' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: client,
      client_secret: secret,
      redirect_uris: [redirect],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: `key-${process.pid}` }] },
  cookies: { keys: ['throwaway'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'teams'], email: ['email'] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...who(), sub }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { sub, denies } = who();
  const result = denies ? { error: 'access_denied' } : { login: { accountId: sub } };
  await provider.interactionFinished(ctx.req, ctx.res, result);
  ctx.respond = false;
});
provider.listen(Number(port), '127.0.0.1');
