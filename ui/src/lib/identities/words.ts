// Keys and certificates in words that people compare.

import type { CertificateInfo, Identity, PublicKeyInfo } from '$lib/host';

/** `SHA256:` and the rest in groups of four, so that two people can read it to each other. */
export function groupFingerprint(fingerprint: string): string {
  const [, kind, digits] = /^(\w+):(.*)$/.exec(fingerprint) ?? [];
  if (kind === undefined || digits === undefined) return fingerprint;
  return `${kind} ${digits.match(/.{1,4}/g)?.join(' ') ?? ''}`;
}

const ALGORITHMS: Record<string, string> = {
  'ssh-ed25519': 'Ed25519',
  'ssh-rsa': 'RSA',
  'rsa-sha2-256': 'RSA',
  'rsa-sha2-512': 'RSA',
  'ecdsa-sha2-nistp256': 'ECDSA P-256',
  'ecdsa-sha2-nistp384': 'ECDSA P-384',
  'ecdsa-sha2-nistp521': 'ECDSA P-521',
  'sk-ssh-ed25519@openssh.com': 'Ed25519 security key',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'ECDSA security key',
  'ssh-dss': 'DSA',
};

export function algorithmWords(algorithm: string): string {
  return ALGORITHMS[algorithm] ?? algorithm;
}

/** "Ed25519", "RSA 4096". */
export function keyWords(key: PublicKeyInfo): string {
  const name = algorithmWords(key.algorithm);
  return name === 'RSA' && key.bits !== null ? `RSA ${String(key.bits)}` : name;
}

/** The comment at the end of an `authorized_keys` line. */
export function keyComment(key: PublicKeyInfo): string {
  return key.openssh.split(' ').slice(2).join(' ').trim();
}

export function kindWords(
  identity: Pick<Identity, 'kind' | 'publicKey' | 'certificate' | 'agentFingerprint'>,
): string {
  switch (identity.kind) {
    case 'password':
      return 'Password';
    case 'agent':
      return identity.agentFingerprint ? 'Agent, one key' : 'Agent, any key';
    case 'key': {
      const key = identity.publicKey ? keyWords(identity.publicKey) : 'Private key';
      return identity.certificate ? `${key}, certificate` : key;
    }
  }
}

export function usedWords(count: number): string {
  if (count === 0) return 'not used';
  return count === 1 ? 'used by 1' : `used by ${String(count)}`;
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

export interface Validity {
  state: 'valid' | 'early' | 'expired';
  words: string;
}

/** Whether a certificate can be used at a moment, in words. */
export function certificateValidity(certificate: CertificateInfo, now: number): Validity {
  const from = certificate.validFrom === null ? null : Date.parse(certificate.validFrom);
  const until = certificate.validUntil === null ? null : Date.parse(certificate.validUntil);
  if (until !== null && until < now)
    return { state: 'expired', words: `Expired on ${day.format(until)}` };
  if (from !== null && from > now)
    return { state: 'early', words: `Not valid before ${day.format(from)}` };
  return {
    state: 'valid',
    words: until === null ? 'Valid for ever' : `Valid until ${day.format(until)}`,
  };
}
