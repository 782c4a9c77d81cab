/** Machines that can be managed: a cluster, a switch, a power unit and a console server of the invented tree. */
import type { AppEvent, Args, CommandName, Management, Result } from '$lib/host';
import { problem } from '../problem';
import type { MemoryTree } from '../tree';
import { MemoryCluster } from './cluster';
import { MemoryConsoles } from './consoles';
import { MemoryPdu } from './pdu';
import { MemorySwitch } from './switch';

export const CLUSTER = 'node-pve-01';
export const SWITCH = 'node-sw-core-01';
export const PDU = 'node-pdu-a2';
export const CONSOLES = 'node-lab-14';

type Handlers = { [N in CommandName]?: (args: Args<N>) => Result<N> | Promise<Result<N>> };

const snmp = (id: string, family: string | null): Management => ({
  id,
  name: '',
  kind: 'snmp',
  address: '',
  port: null,
  version: 'v2c',
  identity: null,
  hash: null,
  cipher: null,
  privacyIdentity: null,
  family,
});

const WAYS: Record<string, Management> = {
  [CLUSTER]: { id: 'way-pve', name: '', kind: 'proxmox', address: '', port: null, identity: null },
  [SWITCH]: snmp('way-switch', null),
  [PDU]: snmp('way-pdu', 'apc'),
  [CONSOLES]: snmp('way-consoles', null),
};

export class MemoryManaged {
  readonly cluster: MemoryCluster;
  readonly switch: MemorySwitch;
  readonly pdu = new MemoryPdu();
  readonly consoles = new MemoryConsoles();

  constructor(tree: MemoryTree, emit: (event: AppEvent) => void) {
    for (const row of tree.rows().ids) {
      const way = WAYS[row];
      const { draft } = tree.node(row);
      if (way && 'management' in draft) draft.management = [...draft.management, way];
    }
    this.cluster = new MemoryCluster(
      (task) => emit({ kind: 'clusterTask', task }),
      (entry) => emit({ kind: 'cluster', entry }),
    );
    this.switch = new MemorySwitch(SWITCH, (change) => emit({ kind: 'switchChange', change }));
  }

  get handlers(): Handlers {
    const { cluster, consoles, pdu } = this;
    const ports = this.switch;
    const no = (what: string) =>
      Promise.reject(problem('protocol', `It does not answer as a ${what}.`));
    return {
      cluster_get: ({ entry }) =>
        entry === CLUSTER ? cluster.get() : Promise.reject(problem('notFound', 'No such way.')),
      cluster_watch: ({ entry, on }) => {
        if (on) cluster.watched.add(entry);
        else cluster.watched.delete(entry);
        return null;
      },
      cluster_tasks: () => cluster.tasks,
      cluster_task_cancel: ({ id }) => {
        cluster.finish(id, { state: { kind: 'cancelled' } });
        return null;
      },
      cluster_task_forget: ({ id }) => cluster.forget(id),
      guest_get: ({ guest }) => cluster.detail(guest),
      guest_power_guard: (args) => cluster.guard(args),
      guest_power: (args) => cluster.power(args),
      guest_change: (args) => cluster.change(args),
      guest_grow_disk: ({ entry, guest, slot }) =>
        cluster.task(entry, guest, `Grow ${slot} of ${cluster.guest(guest).name} (${guest})`),
      guest_take_snapshot: ({ entry, guest, snapshot }) =>
        cluster.task(
          entry,
          guest,
          `Snapshot ${snapshot.name} of ${cluster.guest(guest).name} (${guest})`,
        ),
      guest_roll_back: ({ entry, guest, snapshot }) =>
        cluster.task(
          entry,
          guest,
          `Roll ${cluster.guest(guest).name} (${guest}) back to ${snapshot}`,
        ),
      guest_delete_snapshot: ({ entry, guest, snapshot }) =>
        cluster.task(entry, guest, `Delete snapshot ${snapshot}`),
      guest_back_up: (args) => cluster.simple('Back up', args),
      guest_backups: ({ guest }) => cluster.backups(guest),
      guest_clone: (args) => cluster.simple('Clone', args),
      guest_from_template: ({ entry, guest, copy }) =>
        cluster.task(entry, guest, `New machine ${copy.name}`),
      guest_migrate: (args) => cluster.simple('Migrate', args),
      guest_delete: (args) => cluster.simple('Delete', args),
      guest_graph: (args) => cluster.graph(args),
      guest_restore: ({ entry, restore }) =>
        cluster.task(entry, restore.guest, `Restore guest ${restore.guest}`),
      storage_content: (args) => cluster.content(args),
      storage_upload: ({ entry, path, storage }) =>
        cluster.task(entry, null, `Upload ${path.split('/').at(-1) ?? path} to ${storage}`),
      volume_delete: ({ entry, volume }) => cluster.task(entry, null, `Delete ${volume}`),
      switch_get: ({ entry }) => (entry === SWITCH ? ports.get() : no('switch')),
      switch_traffic: ({ entry }) => (entry === SWITCH ? ports.traffic() : []),
      switch_stations: () => ports.stations(),
      switch_plan: (args) => ports.plan(args),
      switch_apply: (args) => ports.apply(args),
      switch_keep: ({ id }) => ports.end(id, 'kept'),
      switch_revert: ({ id }) => ports.end(id, 'reverted'),
      switch_changes: () => ports.changes,
      console_ports: ({ entry }) => (entry === CONSOLES ? consoles.get() : no('console server')),
      pdu_get: ({ entry }) => (entry === PDU ? pdu.get() : no('power unit')),
      outlet_guard: (args) => pdu.guard(args),
      outlet_do: (args) => pdu.act(args),
    };
  }
}
