/** The fleet: what is known of all machines with ways to manage them, and doing something with many. */

import { Reading } from '$lib/devices/reading.svelte';
import {
  asApiError,
  call,
  onEvent,
  type ApiError,
  type FleetResult,
  type FleetRow,
  type NodeId,
  type PowerAction,
} from '$lib/host';

/** Many changes at once are one. */
const SOON_MS = 500;

export class FleetView {
  readonly reading = new Reading<FleetRow[]>((refresh) => call('fleet_list', { refresh }));
  /** What is being done with which. */
  doing = $state.raw<{ action: PowerAction; count: number } | null>(null);
  /** What came of the last action, by machine. */
  results = $state.raw<ReadonlyMap<NodeId, FleetResult>>(new Map());
  done = $state<PowerAction | null>(null);
  problem = $state.raw<ApiError | null>(null);

  /** Follows the machines until the returned function is called. */
  start(): () => void {
    void this.reading.load();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // An answer that is on its way tells it, too.
        if (!this.reading.busy) void this.reading.load();
      }, SOON_MS);
    };
    const unlisten = onEvent((event) => {
      if (event.kind === 'machine') {
        const { status } = event;
        this.reading.value =
          this.reading.value?.map((row) =>
            row.status.entry === status.entry ? { ...row, status } : row,
          ) ?? null;
        soon();
      } else if (event.kind === 'tree' || event.kind === 'cluster' || event.kind === 'clusterTask')
        soon();
    });
    return () => {
      clearTimeout(timer);
      unlisten();
    };
  }

  /** Throws what was refused before anything was tried: the dialog that asked says it. */
  async act(
    entries: NodeId[],
    action: PowerAction,
    atOnce: number,
    confirmed: string | null,
  ): Promise<void> {
    this.doing = { action, count: entries.length };
    this.problem = null;
    try {
      const results = await call('fleet_power', { entries, action, atOnce, confirmed });
      this.results = new Map(results.map((result) => [result.entry, result]));
      this.done = action;
    } catch (failed) {
      this.problem = asApiError(failed);
    } finally {
      this.doing = null;
    }
  }

  /** The person has read what came of it. */
  dismiss(): void {
    this.results = new Map();
    this.done = null;
    this.problem = null;
  }
}
