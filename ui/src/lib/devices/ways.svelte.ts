/** Which ways to manage a machine there are: its pages, actions and rows depend on it. */

import { can, type ManagementKind, type NodeId } from '$lib/host';
import { tree } from '$lib/tree/tree.svelte';
import { SvelteMap } from 'svelte/reactivity';

/** What answered by SNMP. */
export type Found = 'switch' | 'pdu' | 'consoles';

const NONE: readonly ManagementKind[] = [];

class Ways {
  readonly #kinds: ReadonlyMap<NodeId, readonly ManagementKind[]> = $derived(
    new Map(can('devices') ? tree.rows.managed.map(({ id, kinds }) => [id, kinds]) : []),
  );
  readonly #found = new SvelteMap<NodeId, Found>();

  /** Whether there is one at all, or one of a kind. */
  has(entry: NodeId | null, kind?: ManagementKind): boolean {
    const kinds = (entry === null ? undefined : this.#kinds.get(entry)) ?? NONE;
    return kind === undefined ? kinds.length > 0 : kinds.includes(kind);
  }

  /** What the machine is to SNMP, if that is known. */
  found(entry: NodeId): Found | undefined {
    return this.#found.get(entry);
  }

  /** It answered as one. */
  answered(entry: NodeId, as: Found): void {
    this.#found.set(entry, as);
  }
}

export const ways = new Ways();
