/** What the vault screens say. */
import type { ApiError, VaultStatus } from '$lib/host';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Why and since when it is locked. */
export function lockedBecause(status: Pick<VaultStatus, 'lockReason'>, since: number): string {
  const at = clock.format(since);
  switch (status.lockReason) {
    case 'person':
      return `Locked by you at ${at}`;
    case 'idle':
      return `Since ${at}, after a while without input`;
    case 'sleep':
      return `Since ${at}, when the computer went to sleep`;
    case 'screenLock':
      return `Since ${at}, when the screen was locked`;
    default:
      return 'Type its passphrase to open it';
  }
}

/** "3 sessions keep running." */
export function keepRunning(count: number): string {
  return count === 1 ? '1 session keeps running.' : `${count} sessions keep running.`;
}

/** "Unlocked, locks in 14 min". */
export function unlockedFor(seconds: number | null): string {
  if (seconds === null) return 'Unlocked';
  if (seconds < 60) return `Unlocked, locks in ${seconds} s`;
  return `Unlocked, locks in ${Math.ceil(seconds / 60)} min`;
}

/** Whether the file, and not what was typed, is the trouble: another vault or a backup may be the way on. */
export function isAboutFile(error: ApiError | null): boolean {
  return (
    error !== null &&
    ['vaultDamaged', 'vaultInUse', 'vaultTooNew', 'vaultMissing', 'storage'].includes(error.code)
  );
}

/** The groups a recovery key is written in. */
export function keyGroups(recoveryKey: string): string[] {
  return recoveryKey.split(/[\s-]+/).filter(Boolean);
}
