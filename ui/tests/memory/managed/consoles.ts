/** A console server of 16 ports, on some of which machines of the tree hang. */
import type { ConsolePort, ConsolePortState, ConsoleServer } from '$lib/host';

const STATES: readonly ConsolePortState[] = ['idle', 'connected', 'idle', 'inactive'];

const NAMES: Record<number, ConsolePort['machines']> = {
  1: [{ entry: 'node-db-primary', name: 'db-primary', opens: 'node-console-a2' }],
  2: [{ entry: 'node-sw-core-01', name: 'sw-core-01', opens: null }],
  4: [{ entry: 'node-pve-02', name: 'pve-02', opens: 'node-console-a2' }],
};

const port = (number: number): ConsolePort => ({
  number,
  name: NAMES[number]?.[0]?.name ?? `Serial Port ${String(number)}`,
  kind: 'Serial',
  state: number === 2 ? 'busy' : (STATES[number % STATES.length] ?? 'unknown'),
  machines: NAMES[number] ?? [],
});

export class MemoryConsoles {
  ports: ConsolePort[] = Array.from({ length: 16 }, (_, at) => port(at + 1));
  refuses: unknown = null;

  get(): ConsoleServer {
    if (this.refuses) throw this.refuses;
    return { read: Date.now(), about: 'lab-14, Dominion SX16', ports: this.ports };
  }
}
