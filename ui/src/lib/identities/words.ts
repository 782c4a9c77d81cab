// Keys and certificates in words that people compare.

import type {
  AgentProgram,
  CertificateInfo,
  Identity,
  KeyAlgorithm,
  KeyInstalled,
  PublicKeyInfo,
} from '$lib/host';

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

/** What is going on while a key is made. */
export function makingWords(algorithm: KeyAlgorithm, seconds: number): string {
  const rsa = { rsa3072: 'RSA 3072', rsa4096: 'RSA 4096', ed25519: null, ecdsaP256: null }[
    algorithm
  ];
  if (rsa === null) return 'Making the key…';
  return `Looking for the primes of an ${rsa} key, which can take a minute: ${String(seconds)} s`;
}

/** "ssh (process 4711)"; a system that does not tell leaves only the number, or nothing. */
export function programWords({ name, pid }: AgentProgram): string {
  const process = pid === null ? '' : `process ${String(pid)}`;
  if (name) return process ? `${name} (${process})` : name;
  return process || 'A program';
}

/** What became of a key that was to be installed: a sentence as title, and what there is to know. */
export function installedWords(done: KeyInstalled): { title: string; ok: boolean; text: string } {
  const where = `${done.path} of ${done.account}`;
  const put = done.added
    ? `The key was added to ${where}.`
    : `The key was in ${where} already${done.options ? ', behind options that may restrict it' : ''}.`;
  return {
    title:
      done.problem === null
        ? `${done.machine} lets this key in`
        : `The key is on ${done.machine}, but does not let in yet`,
    ok: done.problem === null,
    text: put,
  };
}

/** User names as they were typed, one by one. */
export function principalsOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((name) => name.trim())
    .filter(Boolean);
}
