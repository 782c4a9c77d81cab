/** The vault commands. The passphrase is "open sesame"; the recovery key is the one it proposes. */
import type { Args, PassphraseStrength, VaultPhase, VaultStatus } from '$lib/host';
import { problem } from './problem';

export const PASSPHRASE = 'open sesame';
export const RECOVERY_KEY = 'H7QX-M2VK-T94D-RWBN-6JZC-PY3F-GA8S-X5LE';

export class MemoryVault {
  status: VaultStatus;
  #passphrase = PASSPHRASE;

  constructor(
    phase: VaultPhase,
    running: number,
    private readonly changed: (status: VaultStatus) => void,
  ) {
    this.status = {
      phase,
      name: 'operations',
      path: '/home/ops/.local/share/patchbay/operations.vault',
      lockReason: phase === 'locked' ? 'idle' : null,
      locksIn: phase === 'unlocked' ? 14 * 60 : null,
      keyring: phase === 'locked',
      runningSessions: running,
    };
  }

  strength(passphrase: string): PassphraseStrength {
    const bits = Math.round(passphrase.length * 3.2);
    const score = Math.min(4, Math.floor(bits / 16));
    return {
      score,
      bits,
      label: ['Weak', 'Weak', 'Fair', 'Strong', 'Very strong'][score] ?? 'Weak',
      guessTime: score > 2 ? 'centuries to guess offline' : 'days to guess offline',
      hint: score > 2 ? '' : 'Add another word or two.',
    };
  }

  create({ path, passphrase }: Args<'vault_create'>): VaultStatus {
    if (this.strength(passphrase).score < 3) {
      throw problem(
        'invalid',
        'The passphrase is too easy to guess.',
        'Add another word or two.',
        'passphrase',
      );
    }
    this.#passphrase = passphrase;
    return this.#open(path ?? this.status.path);
  }

  unlock(passphrase: string): VaultStatus {
    if (passphrase !== this.#passphrase) {
      throw problem(
        'wrongPassphrase',
        'That passphrase does not open this vault.',
        'Try again, or use the recovery key.',
        'passphrase',
      );
    }
    return this.#open(this.status.path);
  }

  unlockKeyring(): VaultStatus {
    return this.#open(this.status.path);
  }

  recover({ recoveryKey, newPassphrase }: Args<'vault_recover'>): VaultStatus {
    if (recoveryKey.replace(/[\s-]/g, '').toUpperCase() !== RECOVERY_KEY.replaceAll('-', '')) {
      throw problem(
        'wrongPassphrase',
        'That recovery key does not open this vault.',
        'Compare each group of four with your copy.',
        'recoveryKey',
      );
    }
    this.#passphrase = newPassphrase;
    return this.#open(this.status.path);
  }

  choose(path: string): VaultStatus {
    if (path.includes('busy')) {
      throw problem(
        'vaultInUse',
        'Patchbay, process 1234 has this vault open.',
        'Close it there, then try again.',
      );
    }
    if (path.includes('damaged')) {
      throw problem(
        'vaultDamaged',
        'The vault file is damaged: page 3 does not match its seal.',
        'Nothing was changed. Restore a backup.',
      );
    }
    return this.#set({
      phase: 'locked',
      path,
      name: nameOf(path),
      lockReason: 'start',
      locksIn: null,
      keyring: false,
    });
  }

  lock(): VaultStatus {
    return this.#set({ phase: 'locked', lockReason: 'person', locksIn: null });
  }

  check(passphrase: string): void {
    if (passphrase !== this.#passphrase) {
      throw problem(
        'wrongPassphrase',
        'That is not the passphrase of this vault.',
        'Try again.',
        'passphrase',
      );
    }
  }

  changePassphrase(current: string, next: string): void {
    this.check(current);
    this.#passphrase = next;
  }

  set(change: Partial<VaultStatus>): VaultStatus {
    return this.#set(change);
  }

  #open(path: string): VaultStatus {
    return this.#set({
      phase: 'unlocked',
      path,
      name: nameOf(path),
      lockReason: null,
      locksIn: 15 * 60,
    });
  }

  #set(change: Partial<VaultStatus>): VaultStatus {
    this.status = { ...this.status, ...change };
    this.changed(this.status);
    return this.status;
  }
}

const nameOf = (path: string) => (path.split('/').at(-1) ?? path).replace(/\.vault$/, '');
