/** The switches that somebody looks at, and what their ports carry. */

import { Reading } from '$lib/devices/reading.svelte';
import type { Points } from '$lib/devices/line';
import { call, type NodeId, type PortTraffic, type Switch } from '$lib/host';
import { ways } from '$lib/devices/ways.svelte';
import { untrack } from 'svelte';

/** How often counters are read while somebody looks. */
const EVERY_MS = 10_000;

export interface Traffic {
  times: number[];
  bitsIn: Points;
  bitsOut: Points;
  errors: Points;
}

const NO_TRAFFIC: Traffic = { times: [], bitsIn: [], bitsOut: [], errors: [] };

class SwitchView {
  readonly reading: Reading<Switch>;
  /** `ifIndex` of the port that is shown. */
  chosen = $state<number | null>(null);
  #traffic = $state.raw<ReadonlyMap<number, Traffic>>(new Map());

  constructor(readonly entry: NodeId) {
    this.reading = new Reading(async (refresh) => {
      const read = await call('switch_get', { entry, refresh });
      // A power unit has an interface, too: only what carries VLANs is a switch for certain.
      if (read.vlans.length > 0) ways.answered(entry, 'switch');
      return read;
    });
  }

  /** Reads it, and its counters every few seconds until the returned function is called. */
  watch(): () => void {
    untrack(() => void this.reading.load());
    void this.#count();
    const timer = setInterval(() => void this.#count(), EVERY_MS);
    return () => clearInterval(timer);
  }

  traffic(port: number): Traffic {
    return this.#traffic.get(port) ?? NO_TRAFFIC;
  }

  async #count(): Promise<void> {
    // Nobody sees it, or it counts nothing. Whoever watches is not to begin anew when it was read.
    const counts = untrack(() => this.reading.value?.counted !== false);
    if (document.visibilityState === 'hidden' || !counts) return;
    try {
      const all = await call('switch_traffic', { entry: this.entry, ports: [] });
      this.#traffic = new Map(all.map((port) => [port.index, trafficOf(port)] as const));
    } catch {
      // The page says what is wrong when the switch itself is read; a gap in a line says enough here.
    }
  }
}

export function trafficOf({ points }: Pick<PortTraffic, 'points'>): Traffic {
  const sum = (a: number | null, b: number | null): number | null =>
    a === null && b === null ? null : (a ?? 0) + (b ?? 0);
  return {
    times: points.map(([at]) => at),
    bitsIn: points.map(([, rates]) => rates.bitsIn),
    bitsOut: points.map(([, rates]) => rates.bitsOut),
    errors: points.map(([, rates]) => sum(rates.errorsIn, rates.errorsOut)),
  };
}

class Switches {
  readonly #views = new Map<NodeId, SwitchView>();

  /** The returned function forgets all of them. */
  start(): () => void {
    return () => this.#views.clear();
  }

  of(entry: NodeId): SwitchView {
    const known = this.#views.get(entry);
    if (known) return known;
    const view = untrack(() => new SwitchView(entry));
    this.#views.set(entry, view);
    return view;
  }

  /** A change of it ended: what is shown is read again. */
  changed(entry: NodeId): void {
    const view = this.#views.get(entry);
    if (view?.reading.value) void view.reading.load(true);
  }
}

export const switches = new Switches();
