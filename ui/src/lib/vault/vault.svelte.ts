/**
 * Where the vault stands, and the ways to change that.
 *
 * No passphrase is kept here: the screens hold what is typed and let go of it. Settings of the vault are in lib/settings.
 */
import { asApiError, call, onEvent, type ApiError, type VaultStatus } from '$lib/host';

/** A person who works is noticed this often at most. */
const TOUCH_EVERY_MS = 10_000;

class VaultState {
  /** Null until the core has answered for the first time. */
  status = $state.raw<VaultStatus | null>(null);
  /** Why not even the status could be read. */
  problem = $state.raw<ApiError | null>(null);
  /** When the status came, to count down from. */
  asOf = $state(0);
  /** When the present phase began. */
  since = $state(0);
  #touched = 0;

  readonly unlocked = $derived(this.status?.phase === 'unlocked');
  readonly name = $derived(this.status?.name ?? '');

  /** Follows the vault; call once. The returned function stops. */
  start(): () => void {
    const stop = this.follow();
    void this.refresh();
    return stop;
  }

  /** The same, for a page that has nobody to read for yet. */
  follow(): () => void {
    return onEvent((event) => {
      if (event.kind === 'vault') this.set(event.status);
    });
  }

  set(status: VaultStatus): void {
    this.asOf = Date.now();
    if (status.phase !== this.status?.phase) this.since = this.asOf;
    this.status = status;
    this.problem = null;
  }

  async refresh(): Promise<void> {
    try {
      this.set(await call('vault_status'));
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  async lock(closeSessions = false): Promise<void> {
    this.set(await call('vault_lock', { closeSessions }));
  }

  /** Seconds until the vault locks by itself, `now` being a clock that ticks. */
  locksIn(now: number): number | null {
    const seconds = this.status?.locksIn;
    if (seconds === null || seconds === undefined) return null;
    // A clock that ticks seldom may be behind.
    const passed = Math.max(0, now - this.asOf);
    return Math.max(0, seconds - Math.round(passed / 1000));
  }

  /** Somebody is there: puts off locking, at most every ten seconds. The core answers with an event. */
  touch(now = Date.now()): void {
    if (!this.unlocked || now - this.#touched < TOUCH_EVERY_MS) return;
    this.#touched = now;
    call('vault_touch').catch(() => this.refresh());
  }
}

export const vault = new VaultState();
