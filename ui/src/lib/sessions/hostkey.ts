/** Host keys as people compare them. */

import type { HostKeyQuestion, HostKeyRecord, TlsCertificate } from '$lib/host';

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

/** What a question is about. */
export function noun({ presented }: Pick<HostKeyQuestion, 'presented'>): 'key' | 'certificate' {
  return presented.tls ? 'certificate' : 'key';
}

/** What a certificate says of itself, as lines of a card. */
export function tlsFacts(tls: TlsCertificate | null | undefined): [string, string][] {
  if (!tls) return [];
  const day = (at: number) => new Date(at).toLocaleDateString('en-GB', DAY);
  return [
    ['Made out for', tls.subject],
    ...(tls.names.length ? ([['Names', tls.names.join(', ')]] as [string, string][]) : []),
    ['Issued by', tls.issuer === tls.subject ? 'Itself' : tls.issuer],
    ['Valid', `${day(tls.from)} to ${day(tls.until)}`],
  ];
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const;

/** What of a certificate differs from the one on record, in words. */
export function tlsChanges(
  old: TlsCertificate | null | undefined,
  now: TlsCertificate | null | undefined,
): string | null {
  if (!old || !now) return null;
  const changed = [
    ...(old.subject === now.subject ? [] : ['whom it is made out for']),
    ...(old.names.join() === now.names.join() ? [] : ['its names']),
    ...(old.issuer === now.issuer ? [] : ['who issued it']),
    ...(old.from === now.from && old.until === now.until ? [] : ['when it is valid']),
  ];
  if (changed.length === 0) return 'Only the certificate itself has changed, nothing it says.';
  return `What has changed, beside the certificate itself: ${changed.join(', ')}.`;
}

/** The file a server has this key in, by OpenSSH's names. */
export function keyFile(algorithm: string): string {
  const kind = /ed25519/.test(algorithm) ? 'ed25519' : /ecdsa/.test(algorithm) ? 'ecdsa' : 'rsa';
  return `/etc/ssh/ssh_host_${kind}_key.pub`;
}

/** Where to connect for TLS, as openssl takes it, out of the form of `known_hosts`. */
export function tlsPlace(host: string): string {
  const [, name = host, port = '443'] = /^\[(.+)\]:(\d+)$/.exec(host) ?? [];
  return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
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
