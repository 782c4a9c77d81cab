/** Host keys as people compare them. */

import type { HostKeyQuestion, HostKeyRecord } from '$lib/host';

/** A fingerprint without the name of its hash. */
export function bareFingerprint(fingerprint: string): string {
  return fingerprint.replace(/^[A-Z0-9-]+:/, '');
}

/** A fingerprint in groups of four characters. */
export function groups(fingerprint: string): string[] {
  return bareFingerprint(fingerprint).match(/.{1,4}/gu) ?? [];
}

/** What must be typed to replace a key. */
export function lastEight(fingerprint: string): string {
  return bareFingerprint(fingerprint).slice(-8);
}

/** The hash a fingerprint was made with: "SHA-256". */
export function hashName(fingerprint: string): string {
  return fingerprint.startsWith('SHA256:') ? 'SHA-256' : (fingerprint.split(':', 1)[0] ?? '');
}

/** The key on record to hold against the presented one: of the same kind, if there is one. */
export function counterpart(question: HostKeyQuestion): HostKeyRecord | undefined {
  const { onRecord, presented } = question;
  return onRecord.find((record) => record.algorithm === presented.algorithm) ?? onRecord[0];
}

/** The file a server has this key in, by OpenSSH's names. */
export function keyFile(algorithm: string): string {
  const kind = /ed25519/.test(algorithm) ? 'ed25519' : /ecdsa/.test(algorithm) ? 'ecdsa' : 'rsa';
  return `/etc/ssh/ssh_host_${kind}_key.pub`;
}

/** Both keys as text. */
export function bothKeys(question: HostKeyQuestion): string {
  const { host, presented, onRecord } = question;
  return [
    `Presented by ${host}:`,
    `  ${presented.fingerprint} (${presented.algorithm})`,
    `  ${presented.openssh}`,
    ...onRecord.flatMap((record) => [
      `On record for ${record.host} (${record.source}):`,
      `  ${record.fingerprint} (${record.algorithm})`,
    ]),
    '',
  ].join('\n');
}
