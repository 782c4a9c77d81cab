/**
 * Makes a passkey in a real browser, with the virtual authenticator of its DevTools, and signs in by it. Run by the server's tests:
 * `node passkeys.mjs https://localhost:PORT TOKEN`. The last line is what the server says of who signed in.
 */
import { chromium } from 'playwright-core';

const [site, token] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send('WebAuthn.enable');
  const { authenticatorId } = await tools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${site}/`);
  const made = await page.evaluate(async (bearer) => {
    const toText = (bytes) =>
      btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replace(/\+/g, '-')
        .replace(/\//g, '_')
        .replace(/=+$/, '');
    const toBytes = (text) =>
      Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const ask = async (path, body, headers = {}) => {
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers } };
      const answer = await fetch(`/api/v1${path}`, { ...init, body: JSON.stringify(body ?? {}) });
      const text = await answer.text();
      return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
    };
    const authorized = { Authorization: `Bearer ${bearer}` };
    const { json: asked } = await ask('/me/passkeys/begin', {}, authorized);
    const created = await navigator.credentials.create({
      publicKey: {
        challenge: toBytes(asked.challenge),
        rp: { id: asked.rpId, name: asked.rpName },
        user: { id: toBytes(asked.userId), name: asked.userName, displayName: asked.userDisplay },
        pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
      },
    });
    const kept = await ask(
      '/me/passkeys',
      {
        ticket: asked.ticket,
        name: 'Virtual',
        clientData: toText(created.response.clientDataJSON),
        attestation: toText(created.response.attestationObject),
      },
      authorized,
    );
    const signIn = async () => {
      const { json: wanted } = await ask('/sign-in/passkey/begin');
      const signed = await navigator.credentials.get({
        publicKey: {
          challenge: toBytes(wanted.challenge),
          rpId: wanted.rpId,
          userVerification: 'required',
        },
      });
      return ask('/sign-in/passkey', {
        ticket: wanted.ticket,
        credential: toText(signed.rawId),
        clientData: toText(signed.response.clientDataJSON),
        authenticatorData: toText(signed.response.authenticatorData),
        signature: toText(signed.response.signature),
        user: toText(signed.response.userHandle),
      });
    };
    return { kept: kept.status, first: await signIn(), second: await signIn() };
  }, token);
  const { credentials } = await tools.send('WebAuthn.getCredentials', { authenticatorId });
  console.log(JSON.stringify({ ...made, discoverable: credentials[0].isResidentCredential }));
} finally {
  await browser.close();
}
