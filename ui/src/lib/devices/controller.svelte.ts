/** What a management controller says of its machine, read while somebody looks. */

import {
  asApiError,
  call,
  type ApiError,
  type BmcFacts,
  type BmcLog,
  type BmcSensors,
  type BmcUsers,
  type ManagementId,
  type NodeId,
} from '$lib/host';

/** How often sensors are read while they are in sight. */
export const POLL_MS = 15_000;

/** One thing that is read as a whole. What was read stays in sight while it is read again, and after that failed. */
class Reading<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<ApiError | null>(null);
  busy = $state(false);

  constructor(private readonly ask: () => Promise<T>) {}

  async read(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      this.value = await this.ask();
      this.problem = null;
    } catch (failed) {
      this.problem = asApiError(failed);
    } finally {
      this.busy = false;
    }
  }

  /** The answer of something that changed it. */
  take(value: T): void {
    this.value = value;
    this.problem = null;
  }
}

export class Controller {
  readonly sensors: Reading<BmcSensors>;
  readonly log: Reading<BmcLog>;
  readonly facts: Reading<BmcFacts>;
  readonly users: Reading<BmcUsers>;

  constructor(
    readonly entry: NodeId,
    readonly way: ManagementId,
  ) {
    const which = { entry, way };
    this.sensors = new Reading(() => call('bmc_sensors', which));
    this.log = new Reading(() => call('bmc_log', which));
    this.facts = new Reading(() => call('bmc_facts', which));
    this.users = new Reading(() => call('bmc_users', which));
  }

  /** Everything that was read before, and what the page opens with. */
  async refresh(): Promise<void> {
    await Promise.all([
      this.facts.read(),
      this.sensors.read(),
      this.log.read(),
      ...(this.users.value ? [this.users.read()] : []),
    ]);
  }
}

/** Does something every so often while the window is in sight, until the returned function is called. */
export function whileSeen(work: () => unknown, everyMs = POLL_MS): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void work();
  }, everyMs);
  return () => clearInterval(timer);
}
