/** What the ways to manage machines said last. */

import { call, onEvent, type MachineStatus, type NodeId } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { SvelteMap } from 'svelte/reactivity';

class DevicesState {
  #machines = new SvelteMap<NodeId, MachineStatus>();

  /** Follows the core; the returned function stops and forgets. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'machine') this.#take(event.status);
    });
    return () => {
      unlisten();
      this.#machines.clear();
    };
  }

  of(entry: NodeId): MachineStatus | undefined {
    return this.#machines.get(entry);
  }

  /** Opens the page of a machine's power and hardware, or brings it to the front. */
  show(entry: NodeId): void {
    tabs.open({ kind: 'power', entry });
  }

  /** Asks its ways, or takes what they said lately. Throws what is wrong. */
  async read(entry: NodeId, refresh: boolean): Promise<void> {
    this.#take(await call('management_status', { entry, refresh }));
  }

  #take(status: MachineStatus): void {
    this.#machines.set(status.entry, status);
  }
}

export const devices = new DevicesState();
