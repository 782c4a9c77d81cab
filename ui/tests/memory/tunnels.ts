/** Tunnels that run as soon as they are asked to. */
import type { MachineTunnels, Tunnel, TunnelInfo, TunnelState } from '$lib/host';
import { problem } from './problem';

export class MemoryTunnels {
  #all = new Map<string, TunnelInfo[]>();

  constructor(
    private readonly saved: (entry: string) => Tunnel[],
    private readonly changed: (machine: MachineTunnels) => void,
  ) {}

  list(entry: string): MachineTunnels {
    const known = this.#all.get(entry) ?? [];
    const saved = this.saved(entry);
    const kept = saved.map(
      (tunnel) =>
        known.find((info) => info.tunnel.id === tunnel.id) ?? tunnelInfo(tunnel, { saved: true }),
    );
    const others = known.filter((info) => saved.every((tunnel) => tunnel.id !== info.tunnel.id));
    const tunnels = [...kept.map((info) => ({ ...info, saved: true })), ...others];
    return { entry, session: null, tunnels };
  }

  started(): MachineTunnels[] {
    return [...this.#all.keys()].map((entry) => this.list(entry));
  }

  start(entry: string, tunnel: Tunnel): MachineTunnels {
    const { listen } = tunnel;
    if (listen.kind === 'port' && listen.port === 22) {
      throw problem('addressTaken', '127.0.0.1:22 is taken: another program listens there.', '');
    }
    const at = listen.kind === 'port' ? `127.0.0.1:${String(listen.port)}` : listen.path;
    return this.#put(entry, tunnelInfo(tunnel, { state: { kind: 'running' }, listening: [at] }));
  }

  startSaved(entry: string, id: string): MachineTunnels {
    const tunnel = this.list(entry).tunnels.find((info) => info.tunnel.id === id)?.tunnel;
    return tunnel ? this.start(entry, tunnel) : this.list(entry);
  }

  startAll(entry: string): MachineTunnels {
    for (const tunnel of this.saved(entry)) this.start(entry, tunnel);
    return this.list(entry);
  }

  stop(entry: string, which: (id: string) => boolean): MachineTunnels {
    for (const info of this.list(entry).tunnels) {
      const state: TunnelState = { kind: 'stopped' };
      if (which(info.tunnel.id)) this.#put(entry, { ...info, state, listening: [] });
    }
    return this.list(entry);
  }

  #put(entry: string, info: TunnelInfo): MachineTunnels {
    const others = (this.#all.get(entry) ?? []).filter(
      (other) => other.tunnel.id !== info.tunnel.id,
    );
    this.#all.set(entry, [...others, info]);
    const machine = this.list(entry);
    this.changed(machine);
    return machine;
  }
}

export function tunnelInfo(tunnel: Tunnel, more: Partial<TunnelInfo> = {}): TunnelInfo {
  return {
    tunnel,
    saved: false,
    state: { kind: 'stopped' },
    bySession: false,
    listening: [],
    open: 0,
    total: 0,
    refused: 0,
    up: 0,
    down: 0,
    upRate: 0,
    downRate: 0,
    problem: null,
    ...more,
  };
}
