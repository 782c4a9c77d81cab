// Host keys on record, in words.

import type { HostKeyRecord, Timestamp } from '$lib/host';
import { algorithmWords, groupFingerprint } from '$lib/identities/words';

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const on = (at: Timestamp): string => day.format(at);

/** Names the record in lists: one of a file has no id of its own. */
export function recordKey(record: HostKeyRecord, at: number): string {
  return record.id ?? `${record.source}:${String(at)}`;
}

/** "Ed25519, trusted on 3 Mar 2026, last proved on 20 Nov 2026, 41 times". */
export function recordWords(record: HostKeyRecord): string {
  const said = [
    record.tls ? `Certificate of ${record.tls.subject}` : algorithmWords(record.algorithm),
  ];
  if (record.id === null) said.push(`from ${record.source}`);
  if (record.firstSeen !== null) said.push(`trusted on ${on(record.firstSeen)}`);
  if (record.lastSeen !== null) {
    said.push(`last proved on ${on(record.lastSeen)}`);
    if (record.times > 1) said.push(`${String(record.times)} times`);
  }
  return said.join(', ');
}

/** Those whose host, key or source hold the typed text. A fingerprint may be typed with or without its spaces. */
export function matchingRecords(records: readonly HostKeyRecord[], typed: string): HostKeyRecord[] {
  const wanted = typed.trim().toLowerCase();
  const tight = wanted.replace(/\s+/g, '');
  return records.filter((record) => {
    const text = [
      record.host,
      record.algorithm,
      recordWords(record),
      groupFingerprint(record.fingerprint),
    ].join('\n');
    return text.toLowerCase().includes(wanted) || record.fingerprint.toLowerCase().includes(tight);
  });
}
