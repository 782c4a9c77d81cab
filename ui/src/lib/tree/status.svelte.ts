/** Which machines answer, as far as somebody looked. Nothing is looked at without being asked. */
import { call, onEvent, type NodeId, type Reachability, type StatusReport } from '$lib/host';
import type { TreeShape } from './model';

class Statuses {
  #reports = new Map<NodeId, StatusReport>();
  /** Counts up with every report: what draws statuses reads it. */
  version = $state(0);

  start(): () => void {
    return onEvent((event) => {
      if (event.kind === 'status') this.hear(event.reports);
      // What a locked vault knew is forgotten with it.
      if (event.kind === 'vault' && event.status.phase !== 'unlocked') this.#clear();
    });
  }

  hear(reports: readonly StatusReport[]): void {
    for (const report of reports) this.#reports.set(report.id, report);
    this.version++;
  }

  of(id: NodeId): Reachability {
    return this.report(id)?.reachability ?? 'unknown';
  }

  report(id: NodeId): StatusReport | undefined {
    void this.version;
    return this.#reports.get(id);
  }

  async check(ids: readonly NodeId[]): Promise<void> {
    this.hear(ids.map((id) => ({ id, reachability: 'checking', detail: '' })));
    try {
      await call('status_check', { ids: [...ids] });
    } catch (problem) {
      for (const id of ids) this.#reports.delete(id);
      this.version++;
      throw problem;
    }
  }

  /** How many machines inside each folder are known not to answer. */
  downInside(shape: TreeShape): Map<number, number> {
    void this.version;
    const down = new Map<number, number>();
    for (const report of this.#reports.values()) {
      if (report.reachability !== 'down') continue;
      let row = shape.rowOf(report.id) ?? -1;
      for (row = shape.parent[row] ?? -1; row >= 0; row = shape.parent[row] ?? -1) {
        down.set(row, (down.get(row) ?? 0) + 1);
      }
    }
    return down;
  }

  #clear(): void {
    this.#reports.clear();
    this.version++;
  }
}

export const statuses = new Statuses();
