// A double of an OpenID provider: it takes every code, and signs ID tokens as a file says, right or wrong.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, , client, secret, person] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const make = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = make();
const other = make();
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token({ lie = '', claims = {}, nonce }) {
  const now = Math.floor(Date.now() / 1000);
  const alg = lie === 'none' ? 'none' : lie === 'hmac' ? 'HS256' : 'RS256';
  const head = base64({ alg, kid: 'own', typ: 'JWT' });
  const said = { iss: issuer, aud: client, sub: 'somebody', iat: now, exp: now + 300, nonce, ...claims };
  for (const time of ['iat', 'exp']) if (time in claims) said[time] = now + claims[time];
  const text = `${head}.${base64(said)}`;
  if (lie === 'none') return `${text}.`;
  if (lie === 'hmac') return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  const key = lie === 'key' ? other.privateKey : own.privateKey;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}

createServer((request, response) => {
  const said = JSON.parse(readFileSync(person, 'utf8'));
  const path = new URL(request.url, issuer).pathname;
  const answer = (value) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(value));
  };
  if (said.redirects) {
    response.writeHead(302, { Location: said.redirects });
    response.end();
  } else if (path === '/.well-known/openid-configuration')
    answer({
      issuer: said.issuer ?? issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: said.tokenEndpoint ?? `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    });
  else if (path === '/jwks')
    answer({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' }] });
  else if (path === '/token')
    answer({ access_token: 'access', token_type: 'Bearer', id_token: token(said) });
  else {
    response.statusCode = 404;
    response.end();
  }
}).listen(Number(port), '127.0.0.1');
