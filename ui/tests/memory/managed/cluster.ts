/** A cluster of three nodes that does at once what it is asked for. */
import type {
  ApiError,
  Args,
  ClusterGuest,
  ClusterTask,
  ClusterUsage,
  ClusterVolume,
  Cluster,
  GraphPoint,
  GuestDetail,
  PowerGuard,
  Result,
} from '$lib/host';
import { problem } from '../problem';

const GB = 1_000_000_000;

const usage = (seed: number, more: Partial<ClusterUsage> = {}): ClusterUsage => ({
  cpu: ((seed * 37) % 90) / 100,
  cpus: 4,
  memory: (1 + (seed % 7)) * 0.5 * GB,
  memoryAll: 4.29 * GB,
  disk: null,
  diskAll: 34.4 * GB,
  uptime: 3600 * (3 + seed * 7),
  ...more,
});

const still = (all: ClusterUsage): ClusterUsage => ({
  ...all,
  cpu: null,
  memory: null,
  uptime: null,
});

function guest(
  id: number,
  name: string,
  node: string,
  more: Partial<ClusterGuest> = {},
): ClusterGuest {
  const status = more.status ?? 'running';
  const use = usage(id);
  return {
    id,
    kind: 'vm',
    name,
    node,
    status,
    template: false,
    lock: null,
    tags: [],
    usage: status === 'running' ? use : still(use),
    entry: null,
    ...more,
  };
}

const someGuests = (): ClusterGuest[] => [
  guest(100, 'web-01', 'pve-01', { tags: ['web', 'prod'] }),
  guest(101, 'web-02', 'pve-01', { tags: ['web', 'prod'] }),
  guest(102, 'mail-relay', 'pve-01', { kind: 'container' }),
  guest(103, 'ci-runner-4', 'pve-01', { status: 'stopped', tags: ['ci'] }),
  guest(110, 'db-replica-a', 'pve-02', { tags: ['postgres'], entry: 'node-db-replica-a' }),
  guest(111, 'cache-01', 'pve-02', { status: 'paused', entry: 'node-cache-01' }),
  guest(112, 'dns-02', 'pve-02', { kind: 'container' }),
  guest(113, 'term-01', 'pve-02', { lock: 'backup' }),
  guest(900, 'debian-13-cloud', 'pve-02', {
    template: true,
    status: 'stopped',
    tags: ['template'],
  }),
  guest(120, 'archive-03', 'pve-03', { status: 'stopped' }),
];

const needsCode = (message: string, next: string): ApiError =>
  problem('needsCode', message, next, 'code');

export class MemoryCluster {
  guests = someGuests();
  tasks: ClusterTask[] = [];
  watched = new Set<string>();
  /** Thrown by the next reading, as often as it is asked. */
  refuses: unknown = null;
  /** The code of a second factor that is asked for; null if there is none, or somebody has signed in. */
  code: string | null = null;
  /** Whether tasks go on until they are finished by hand. */
  slow = false;
  #next = 1;
  #digest = 1;
  #details = new Map<number, Partial<GuestDetail>>();

  constructor(
    private readonly told: (task: ClusterTask) => void,
    private readonly changed: (entry: string) => void,
  ) {}

  /** What is asked before anything else; null if somebody is signed in. */
  get asks(): ApiError | null {
    if (this.code === null) return null;
    return needsCode(
      'The cluster asks for a one-time password of ops@pve.',
      'Type what the authenticator app shows, or a recovery key, on the Guests page of pve-01.',
    );
  }

  signIn(code: string): void {
    if (this.code !== null && code !== this.code)
      throw needsCode(
        'The cluster refused the one-time password of ops@pve.',
        'Wait for the next code and type that.',
      );
    this.code = null;
  }

  get(): Cluster {
    if (this.refuses) throw this.refuses;
    if (this.asks) throw this.asks;
    const storage = (
      name: string,
      node: string,
      content: string[],
      part: number,
      shared = false,
    ) => ({
      name,
      node,
      shared,
      content,
      usage: { ...still(usage(1)), disk: part * 1920 * GB, diskAll: 1920 * GB },
    });
    return {
      read: Date.now(),
      version: '9.0.3',
      nodes: [
        {
          name: 'pve-01',
          online: true,
          usage: usage(11, { cpus: 32, memory: 96 * GB, memoryAll: 256 * GB }),
        },
        {
          name: 'pve-02',
          online: true,
          usage: usage(5, { cpus: 32, memory: 241 * GB, memoryAll: 256 * GB }),
        },
        { name: 'pve-03', online: false, usage: still(usage(3)) },
      ],
      guests: this.guests,
      storages: ['pve-01', 'pve-02'].flatMap((node) => [
        storage('local', node, ['iso', 'vztmpl', 'backup'], 0.31),
        storage('local-lvm', node, ['images', 'rootdir'], 0.92),
        storage('nfs-backup', node, ['backup', 'iso'], 0.55, true),
      ]),
    };
  }

  /** Thousands of guests. */
  fill(count: number): void {
    this.guests = Array.from({ length: count }, (_, at) =>
      guest(100 + at, `vm-${String(at).padStart(4, '0')}`, `pve-0${1 + (at % 3)}`),
    );
  }

  guest(id: number): ClusterGuest {
    const found = this.guests.find((each) => each.id === id);
    if (!found) throw problem('notFound', `Guest ${id} is gone.`);
    return found;
  }

  detail(id: number): GuestDetail {
    const found = this.guest(id);
    const vm = found.kind === 'vm';
    return {
      guest: found,
      digest: `digest-${this.#digest}`,
      description: '',
      cores: 2,
      sockets: vm ? 1 : null,
      cpuLimit: 0,
      cpuUnits: null,
      memory: 4096,
      balloon: vm ? 0 : null,
      disks: [
        { slot: vm ? 'scsi0' : 'rootfs', volume: `local-lvm:vm-${id}-disk-0`, size: '32G' },
        ...(vm ? [{ slot: 'scsi1', volume: `local-lvm:vm-${id}-disk-1`, size: '200G' }] : []),
        ...(vm ? [{ slot: 'ide2', volume: 'none,media=cdrom', size: '' }] : []),
      ],
      snapshots:
        id === 100
          ? [
              {
                depth: 0,
                name: 'installed',
                description: 'Fresh system',
                taken: Date.now() - 9e9,
                memory: false,
              },
              {
                depth: 1,
                name: 'before-upgrade',
                description: '4.18.1',
                taken: Date.now() - 9e7,
                memory: true,
              },
              { depth: 2, name: '', description: '', taken: null, memory: false },
            ]
          : [{ depth: 0, name: '', description: '', taken: null, memory: false }],
      other: vm
        ? [
            ['boot', 'order=scsi0'],
            ['net0', 'virtio=BC:24:11:5E:01:20,bridge=vmbr0,tag=20'],
            ['serial0', 'socket'],
          ]
        : [['net0', 'name=eth0,bridge=vmbr0,ip=dhcp']],
      ...this.#details.get(id),
    };
  }

  guard({ guest: id, action }: Args<'guest_power_guard'>): PowerGuard {
    const { name, node } = this.guest(id);
    const hard = action === 'stop' || action === 'reset';
    return {
      title: hard ? `Force ${name} (${id}) off?` : `Shut ${name} (${id}) down?`,
      meaning: hard
        ? `${name} on ${node} loses power at once: what it has not written is lost.`
        : `${name} on ${node} is asked to stop.`,
      name: hard ? name : null,
      dependants: hard
        ? [
            {
              entry: null,
              name: 'This session',
              place: 'db-primary through web-01',
              effect: 'cutsOff',
              detail: '',
            },
          ]
        : [],
      instead: hard ? 'shutDown' : null,
    };
  }

  power({ entry, guest: id, action, confirmed }: Args<'guest_power'>): ClusterTask {
    const found = this.guest(id);
    const { name } = this.guard({ entry, guest: id, action });
    if (name !== null && confirmed !== name)
      throw problem('invalid', 'The name is not the one that was asked for.', '', 'confirmed');
    const status =
      action === 'start' || action === 'resume' || action === 'reboot'
        ? 'running'
        : action === 'suspend'
          ? 'paused'
          : 'stopped';
    return this.task(entry, id, `${action} ${found.name} (${id})`, () => {
      this.guests = this.guests.map((each) => (each.id === id ? { ...each, status } : each));
      this.changed(entry);
    });
  }

  change({ entry, guest: id, change }: Args<'guest_change'>): ClusterTask {
    if (change.digest !== `digest-${this.#digest}`)
      throw problem('conflict', 'The guest was changed meanwhile.', 'Read it again.');
    const { digest: _digest, name, ...rest } = change;
    const set = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
    this.#details.set(id, { ...this.#details.get(id), ...set });
    if (name !== null)
      this.guests = this.guests.map((each) => (each.id === id ? { ...each, name } : each));
    this.#digest += 1;
    return this.task(entry, id, `Change ${this.guest(id).name} (${id})`);
  }

  /** Somebody else changes a guest. */
  changeElsewhere(id: number, set: Partial<GuestDetail>): void {
    this.#details.set(id, { ...this.#details.get(id), ...set });
    this.#digest += 1;
  }

  backups(id: number): ClusterVolume[] {
    if (id !== 100) return [];
    return [1, 2].map((at) => ({
      id: `nfs-backup:backup/vzdump-qemu-100-2026_11_2${at}-02_00_00.vma.zst`,
      content: 'backup',
      size: 8.4 * GB + at,
      made: Date.now() - at * 86_400_000,
      guest: 100,
      note: at === 2 ? 'before the move' : '',
      protected: at === 2,
    }));
  }

  content({ storage }: Args<'storage_content'>): ClusterVolume[] {
    const volume = (
      id: string,
      content: string,
      size: number,
      more: Partial<ClusterVolume> = {},
    ) => ({
      id: `${storage}:${id}`,
      content,
      size,
      made: Date.now() - 5e8,
      guest: null,
      note: '',
      protected: false,
      ...more,
    });
    if (storage === 'local')
      return [
        volume('iso/debian-13.1.0-amd64-netinst.iso', 'iso', 0.78 * GB),
        volume('vztmpl/debian-13-standard_13.1-1_amd64.tar.zst', 'vztmpl', 0.12 * GB),
      ];
    return storage === 'nfs-backup'
      ? this.backups(100)
      : [volume('vm-100-disk-0', 'images', 32 * GB, { guest: 100 })];
  }

  graph({ span }: Args<'guest_graph'>): GraphPoint[] {
    const seconds = { hour: 60, day: 1800, week: 10_800, month: 43_200, year: 604_800 }[span];
    const now = Math.floor(Date.now() / 1000);
    return Array.from({ length: 60 }, (_, at) => ({
      time: now - (59 - at) * seconds,
      cpu: at === 20 ? null : 0.2 + 0.15 * Math.sin(at / 4),
      memory: (2 + 0.3 * Math.sin(at / 9)) * GB,
      memoryAll: 4.29 * GB,
      received: 4e5 + 3e5 * Math.sin(at / 3),
      sent: 2e5 + 1e5 * Math.cos(at / 5),
      read: at % 9 === 0 ? 8e6 : 1e5,
      written: 4e5 + 2e5 * Math.sin(at / 2),
    }));
  }

  /** Begins something; at once it is done, unless tasks are slow. */
  task(entry: string, id: number | null, title: string, done?: () => void): ClusterTask {
    const task: ClusterTask = {
      id: `cluster-task-${this.#next++}`,
      entry,
      guest: id,
      title,
      started: Date.now(),
      done: null,
      log: [`starting: ${title}`],
      state: { kind: 'running' },
    };
    this.#put(task);
    if (!this.slow)
      queueMicrotask(() =>
        this.finish(task.id, { done: 1, state: { kind: 'done', warnings: false } }, done),
      );
    return task;
  }

  /** A task goes on. */
  finish(id: string, how: Partial<ClusterTask>, then?: () => void): void {
    const task = this.tasks.find((each) => each.id === id);
    if (!task) return;
    this.#put({ ...task, ...how });
    then?.();
  }

  forget(id: string): null {
    this.tasks = this.tasks.filter((each) => each.id !== id);
    return null;
  }

  simple<N extends 'guest_clone' | 'guest_migrate' | 'guest_back_up' | 'guest_delete'>(
    verb: string,
    { entry, guest: id }: Args<N>,
  ): Result<N> {
    return this.task(entry, id, `${verb} ${this.guest(id).name} (${id})`) as Result<N>;
  }

  #put(task: ClusterTask): void {
    this.tasks = [task, ...this.tasks.filter(({ id }) => id !== task.id)];
    this.told(task);
  }
}
