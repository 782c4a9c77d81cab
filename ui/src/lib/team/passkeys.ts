/** Passkeys of a browser: what it is asked, in the form of the server and in that of browsers. */
import { ask } from './ask';

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/** Whether this browser has passkeys at all. */
export const hasPasskeys = (): boolean => 'PublicKeyCredential' in globalThis;

/** The person did not want to, or the device did not: nothing went wrong that could be said in more words. */
export const isCancelled = (failed: unknown): boolean =>
  failed instanceof DOMException &&
  (failed.name === 'NotAllowedError' || failed.name === 'AbortError');

/** A device of the person's has a passkey already. */
export const isThere = (failed: unknown): boolean =>
  failed instanceof DOMException && failed.name === 'InvalidStateError';

/** Has a device make a passkey, which the server keeps. */
export async function makePasskey(name: string): Promise<void> {
  const asked = await ask('POST /me/passkeys/begin');
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: toBytes(asked.challenge),
      rp: { id: asked.rpId, name: asked.rpName },
      user: { id: toBytes(asked.userId), name: asked.userName, displayName: asked.userDisplay },
      pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: asked.have.map((id) => ({ type: 'public-key', id: toBytes(id) })),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
      timeout: asked.timeout,
    },
  })) as PublicKeyCredential | null;
  if (!made) throw new DOMException('', 'NotAllowedError');
  const response = made.response as AuthenticatorAttestationResponse;
  await ask('POST /me/passkeys', {
    body: {
      ticket: asked.ticket,
      name,
      clientData: toText(response.clientDataJSON),
      attestation: toText(response.attestationObject),
    },
  });
}

/** Has a device sign, and signs in whose passkey it is. */
export async function signInByPasskey() {
  const asked = await ask('POST /sign-in/passkey/begin');
  const signed = (await navigator.credentials.get({
    publicKey: {
      challenge: toBytes(asked.challenge),
      rpId: asked.rpId,
      userVerification: 'required',
      timeout: asked.timeout,
    },
  })) as PublicKeyCredential | null;
  if (!signed) throw new DOMException('', 'NotAllowedError');
  const response = signed.response as AuthenticatorAssertionResponse;
  const { account } = await ask('POST /sign-in/passkey', {
    body: {
      ticket: asked.ticket,
      credential: toText(signed.rawId),
      clientData: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      user: response.userHandle ? toText(response.userHandle) : null,
    },
  });
  return account;
}
