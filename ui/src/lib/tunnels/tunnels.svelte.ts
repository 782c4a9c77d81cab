/** The tunnels of machines, as the core tells of them, and what can be done with one. */

import { attempt } from '$lib/frame/notices.svelte';
import {
  call,
  onEvent,
  type MachineTunnels,
  type NodeId,
  type SessionInfo,
  type Tunnel,
} from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { SvelteMap } from 'svelte/reactivity';
import { isOn } from './words';

class TunnelsState {
  #machines = new SvelteMap<NodeId, MachineTunnels>();

  /** How many run or are about to. */
  readonly running: number = $derived(
    [...this.#machines.values()].flatMap(({ tunnels }) => tunnels.filter(isOn)).length,
  );
  /** How many could not be started. */
  readonly failed: number = $derived(
    [...this.#machines.values()].flatMap(({ tunnels }) =>
      tunnels.filter(({ state }) => state.kind === 'failed'),
    ).length,
  );

  /** Follows the core; the returned function stops and forgets. */
  start(): () => void {
    void attempt(async () => {
      for (const machine of await call('tunnel_started', {})) this.#take(machine);
    });
    const unlisten = onEvent((event) => {
      if (event.kind === 'tunnels') this.#take(event.machine);
      // What is kept with a machine may have been edited.
      else if (event.kind === 'tree') for (const id of this.#machines.keys()) void this.load(id);
    });
    return () => {
      unlisten();
      this.#machines.clear();
    };
  }

  of(entry: NodeId): MachineTunnels | undefined {
    return this.#machines.get(entry);
  }

  /** The session that connects for them, while it asks something or after it failed. */
  session(entry: NodeId): SessionInfo | undefined {
    const id = this.of(entry)?.session ?? null;
    return id === null ? undefined : sessions.get(id);
  }

  /** The machine whose tunnels need somebody most: one that asks, then one that failed, then any that runs. */
  get busiest(): NodeId | undefined {
    const worth = (machine: MachineTunnels): number => {
      const state = this.session(machine.entry)?.state.kind;
      if (state === 'asking' || state === 'hostKey') return 3;
      if (machine.tunnels.some((tunnel) => tunnel.state.kind === 'failed')) return 2;
      return machine.tunnels.some(isOn) ? 1 : 0;
    };
    const [first] = [...this.#machines.values()].sort((a, b) => worth(b) - worth(a));
    return first && worth(first) > 0 ? first.entry : undefined;
  }

  /** Whether one waits for an answer. */
  get asking(): boolean {
    return [...this.#machines.keys()].some((entry) =>
      ['asking', 'hostKey'].includes(this.session(entry)?.state.kind ?? ''),
    );
  }

  /** Opens the page of a machine's tunnels, or brings it to the front. */
  show(entry: NodeId): void {
    tabs.open({ kind: 'tunnels', entry });
  }

  async load(entry: NodeId): Promise<void> {
    try {
      this.#take(await call('tunnel_list', { entry }));
    } catch {
      // The machine is gone, or the vault was locked just now.
      this.#machines.delete(entry);
    }
  }

  run(entry: NodeId, tunnel: string): Promise<void> {
    return this.#do(() => call('tunnel_start', { entry, tunnel }));
  }

  stop(entry: NodeId, tunnel: string): Promise<void> {
    return this.#do(() => call('tunnel_stop', { entry, tunnel }));
  }

  startAll(entry: NodeId): Promise<void> {
    return this.#do(() => call('tunnel_start_all', { entry }));
  }

  stopAll(entry: NodeId): Promise<void> {
    return this.#do(() => call('tunnel_stop_all', { entry }));
  }

  /** Starts one that is not kept. An error is for the form it was typed into. */
  async startNew(entry: NodeId, tunnel: Tunnel): Promise<void> {
    this.#take(await call('tunnel_start_new', { entry, tunnel }));
  }

  /** Keeps one with its machine. */
  async keep(entry: NodeId, tunnel: Tunnel): Promise<void> {
    await attempt(async () => {
      const { entry: node } = await call('node_get', { id: entry });
      if (!node) return;
      const { id, parent: _parent, ...draft } = node;
      const tunnels = [...draft.tunnels, tunnel];
      await call('entry_save', { id, draft: { ...draft, tunnels } });
      await this.load(entry);
    });
  }

  async #do(work: () => Promise<MachineTunnels>): Promise<void> {
    const machine = await attempt(work);
    if (machine) this.#take(machine);
  }

  #take(machine: MachineTunnels): void {
    this.#machines.set(machine.entry, machine);
  }
}

export const tunnels = new TunnelsState();
