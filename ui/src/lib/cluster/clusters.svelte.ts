/** The clusters that somebody looks at, kept up to date for as long as somebody does. */

import { Reading } from '$lib/devices/reading.svelte';
import { call, onEvent, type Cluster, type NodeId } from '$lib/host';
import { untrack } from 'svelte';

class ClusterView {
  readonly reading: Reading<Cluster>;
  /** What is chosen on its page: a key of its rows. */
  chosen = $state<string | null>(null);
  #watchers = 0;
  #stale = false;
  #following = false;

  constructor(readonly entry: NodeId) {
    this.reading = new Reading((refresh) => call('cluster_get', { entry, refresh }));
  }

  /** Follows it until the returned function is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#tell(true);
    untrack(() => void this.reading.load());
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#tell(false);
    };
  }

  /** It changed. Events that come while it is being read are answered by one more reading. */
  async changed(): Promise<void> {
    this.#stale = true;
    if (this.#following) return;
    this.#following = true;
    while (this.#stale && this.#watchers > 0) {
      this.#stale = false;
      await this.reading.load();
    }
    this.#following = false;
  }

  /** Whether it is looked at is told best: it can be asked again by hand if that fails. */
  #tell(on: boolean): void {
    call('cluster_watch', { entry: this.entry, on }).catch(() => undefined);
  }
}

class Clusters {
  readonly #views = new Map<NodeId, ClusterView>();

  /** Follows the events of clusters; the returned function stops and forgets. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'cluster') void this.#views.get(event.entry)?.changed();
    });
    return () => {
      unlisten();
      this.#views.clear();
    };
  }

  of(entry: NodeId): ClusterView {
    const known = this.#views.get(entry);
    if (known) return known;
    const view = untrack(() => new ClusterView(entry));
    this.#views.set(entry, view);
    return view;
  }
}

export const clusters = new Clusters();
