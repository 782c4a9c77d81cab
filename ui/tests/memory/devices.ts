/** Ways to manage a few machines: controllers, a power unit and consoles that answer what they are told to. */
import type {
  ApiError,
  Args,
  BmcFacts,
  BmcLog,
  BmcSensor,
  BmcSensors,
  BmcUsers,
  ConsoleRung,
  EntryDraft,
  FleetResult,
  FleetRow,
  HostKeyQuestion,
  MachineStatus,
  Management,
  PowerAction,
  PowerDone,
  PowerEvent,
  PowerGuard,
  PowerState,
  WayStatus,
} from '$lib/host';
import { problem } from './problem';

const MINUTE = 60_000;
const SOFT: PowerAction[] = ['on', 'shutDown', 'restart', 'off', 'cycle', 'reset', 'interrupt'];
const HARD: PowerAction[] = ['on', 'off', 'cycle'];

/** What is kept with the machines that have ways to manage them. */
export const sampleManagement: Record<string, Management[]> = {
  'pve-02': [
    {
      id: 'way-bmc',
      name: '',
      kind: 'bmc',
      protocol: 'redfish',
      address: '198.51.100.202',
      port: null,
      identity: 'identity-root',
      system: null,
      suite: null,
      unprotected: false,
    },
    { id: 'way-outlet', name: '', kind: 'outlet', pdu: 'node-pdu-a2', outlet: '7' },
    { id: 'way-serial', name: '', kind: 'console', entry: 'node-console-a2', port: 4 },
  ],
  'pve-01': [
    {
      id: 'way-ipmi',
      name: '',
      kind: 'bmc',
      protocol: 'ipmi',
      address: '198.51.100.201',
      port: null,
      identity: null,
      system: null,
      suite: 17,
      unprotected: false,
    },
  ],
  'lab-01': [
    {
      id: 'way-new',
      name: '',
      kind: 'bmc',
      protocol: 'redfish',
      address: '198.51.100.240',
      port: null,
      identity: null,
      system: null,
      suite: null,
      unprotected: false,
    },
  ],
};

export class MemoryDevices {
  power = new Map<string, PowerState>();
  events: PowerEvent[] = [];
  trusted = new Set<string>();
  /** How the next power command goes; tests change it. */
  refuses: string[] = [];
  log: BmcLog = sampleLog();
  users: BmcUsers = sampleUsers();
  facts: BmcFacts = sampleFacts();
  rungs: ConsoleRung[] = sampleRungs();

  /** What a cluster asks before anything else. */
  asks: () => ApiError | null = () => null;

  constructor(
    private readonly machines: () => { id: string; draft: EntryDraft }[],
    private readonly changed: (status: MachineStatus) => void,
  ) {}

  status(entry: string): MachineStatus {
    const ways = this.#draft(entry).management.map((way) => this.way(way));
    const offers = SOFT.filter((action) => ways.some((way) => way.offers.includes(action)));
    const power = ways.some(({ power }) => power !== 'unknown') ? this.#power(entry) : 'unknown';
    return { entry, power, offers, ways };
  }

  /** One of many: the guard was asked about all of them together. */
  doOne({ entry, action }: Args<'power_do'>): FleetResult {
    const names = [null, ...this.status(entry).ways.map(({ name }) => name)];
    for (const confirmed of [...names, this.#draft(entry).name]) {
      try {
        return { entry, done: this.do({ entry, action, confirmed }), problem: null };
      } catch {
        // The name is another one.
      }
    }
    return { entry, done: null, problem: problem('timedOut', 'It did not answer in time.') };
  }

  list(): FleetRow[] {
    return this.machines()
      .filter(({ draft }) => draft.management.length > 0)
      .map(({ id, draft }) => ({
        status: this.status(id),
        name: draft.name,
        path: 'Rack A2',
        sensorsOut: id === 'node-pve-02' ? 3 : null,
        portsDown: id === 'node-sw-core-01' ? 8 : null,
        guests: id === 'node-pve-01' ? [6, 10] : null,
        tasks: id === 'node-pve-01' ? 1 : 0,
      }));
  }

  /** What a way says, saved or not. */
  way(way: Management): WayStatus {
    const base: WayStatus = {
      id: way.id,
      kind: way.kind,
      name: nameOf(way),
      read: Date.now() - 4000,
      ms: 38,
      power: 'unknown',
      offers: [],
      about: '',
      problem: null,
      question: null,
    };
    if (way.kind === 'bmc' && way.address.endsWith('.240') && !this.trusted.has(way.id))
      return { ...base, ms: null, question: certificate(way.address) };
    if (way.kind === 'bmc' && way.address === '')
      return {
        ...base,
        ms: null,
        problem: problem(
          'authFailed',
          'The controller does not take that name and password.',
          'Choose another identity.',
        ),
      };
    if (way.kind === 'bmc')
      return {
        ...base,
        power: 'on',
        offers: SOFT,
        about:
          way.protocol === 'redfish'
            ? 'Supermicro SYS-620P-TRT, Redfish 1.20'
            : 'IPMI 2.0, suite 17',
      };
    if (way.kind === 'proxmox') return { ...base, problem: this.asks() };
    if (way.kind === 'outlet')
      return { ...base, ms: 12, power: 'on', offers: HARD, about: 'on, 286 W' };
    return base;
  }

  trust({ entry, way }: Args<'management_trust'>): WayStatus {
    this.trusted.add(way);
    return this.anew(entry, way);
  }

  /** What a way says now; pages are told. */
  anew(entry: string, way?: string | null): WayStatus {
    const status = this.status(entry);
    this.changed(status);
    const said = status.ways.find(({ id }) => (way ?? id) === id);
    if (!said) throw problem('notFound', 'That way to manage it is gone.');
    return said;
  }

  guard({ entries: [entry = ''], action }: Args<'power_guard'>): PowerGuard {
    const { name } = this.#draft(entry);
    const soft = action === 'shutDown' || action === 'restart';
    if (name !== 'pve-02')
      return {
        title: `${soft ? 'Shut down' : 'Force off'} ${name}?`,
        meaning: soft
          ? 'Its operating system is asked to stop.'
          : 'It loses power at once. Unsaved work is lost.',
        name: null,
        dependants: [],
        instead: soft ? null : 'shutDown',
      };
    const guests = [
      'db-replica-a',
      'worker-02',
      'cache-01',
      'term-01',
      'mail-relay',
      'ci-runner-4',
    ];
    return {
      title: action === 'cycle' ? 'Cycle pve-02, by outlet 7 of pdu-a2?' : 'Force off pve-02?',
      meaning:
        'pve-02 loses power at once. Its second supply has no input, so nothing carries it meanwhile.',
      name: 'pve-02',
      dependants: [
        {
          entry: 'node-sw-core-01',
          name: 'sw-core-01',
          place: '198.51.100.110',
          effect: 'losesOne',
          detail: 'loses one of two feeds',
        },
        {
          entry: 'node-console-a2',
          name: 'console-a2',
          place: '198.51.100.116',
          effect: 'goesDown',
          detail: '8 consoles with it',
        },
        ...guests.map((guest) => ({
          entry: null,
          name: guest,
          place: '',
          effect: 'goesDown' as const,
          detail: 'stops without a shutdown',
        })),
      ],
      instead: 'restart',
    };
  }

  do({ entry, action, confirmed }: Args<'power_do'>): PowerDone {
    const status = this.status(entry);
    const guard = action === 'on' ? null : this.guard({ entries: [entry], action });
    if (guard?.name && confirmed !== guard.name)
      throw problem('invalid', 'The name has to be typed.', '', 'confirmed');
    const tries: PowerDone['tries'] = [];
    for (const way of status.ways.filter(({ offers }) => offers.includes(action))) {
      const refused = this.refuses.includes(way.id);
      tries.push({
        way: way.id,
        name: way.name,
        taken: refused ? 'failed' : 'done',
        problem: refused
          ? problem('timedOut', `${way.name} did not answer in time.`, 'Check its network.')
          : null,
      });
      if (!refused) break;
    }
    const good = tries.at(-1)?.taken === 'done';
    if (good) this.power.set(entry, action === 'off' || action === 'shutDown' ? 'off' : 'on');
    const power = this.#power(entry);
    this.events.unshift({
      at: Date.now(),
      who: 'ada',
      what: action,
      way: tries.at(-1)?.name ?? '',
      outcome: good ? 'done' : 'failed: no answer',
      good,
    });
    this.changed(this.status(entry));
    return { entry, action, tries, power };
  }

  sensors(way: string): BmcSensors {
    return {
      read: Date.now() - 4000,
      protocol: way === 'way-ipmi' ? 'ipmi' : 'redfish',
      sensors: sampleSensors(Date.now()),
    };
  }

  factsOf(way: string): BmcFacts {
    if (way !== 'way-ipmi') return this.facts;
    return { ...this.facts, protocol: 'ipmi', version: '2.0', media: [] };
  }

  saveUser({ draft }: Args<'bmc_save_user'>): BmcUsers {
    const { id, name, role, enabled } = draft;
    const taken = this.users.users.some((user) => user.name === name && user.id !== id);
    if (taken)
      throw problem('invalid', `There is a user ${name} already.`, 'Choose another name.', 'name');
    const user = { id: id ?? '7', name, role, enabled, locked: false, fixed: false };
    this.users = {
      ...this.users,
      users: [...this.users.users.filter((other) => other.id !== user.id), user],
    };
    return this.users;
  }

  deleteUser(id: string): BmcUsers {
    this.users = { ...this.users, users: this.users.users.filter((user) => user.id !== id) };
    return this.users;
  }

  media(id: string, image: string | null): null {
    this.facts = {
      ...this.facts,
      media: this.facts.media.map((drive) => (drive.id === id ? { ...drive, image } : drive)),
    };
    return null;
  }

  #power(entry: string): PowerState {
    return this.power.get(entry) ?? 'on';
  }

  #draft(entry: string): EntryDraft {
    const found = this.machines().find(({ id }) => id === entry);
    if (!found) throw problem('notFound', 'That machine is gone.');
    return found.draft;
  }
}

function nameOf(way: Management): string {
  switch (way.kind) {
    case 'bmc':
      return `${way.protocol === 'ipmi' ? 'IPMI' : 'Redfish'} at ${way.address}`;
    case 'outlet':
      return `outlet ${way.outlet} of pdu-a2`;
    case 'console':
      return 'serial console console-a2';
    case 'guest':
      return `guest ${String(way.guest)}`;
    case 'port':
      return `port ${way.port}`;
    case 'conserver':
      return `console ${way.console} of lab-14`;
    case 'cli':
      return `command line, ${way.platform}`;
    default:
      return `${way.kind} at ${way.address}`;
  }
}

function sensor(
  name: string,
  unit: string,
  value: number | null,
  wave: (at: number) => number | null,
  more: Partial<BmcSensor> = {},
  now = 0,
): BmcSensor {
  const history = Array.from({ length: 72 }, (_, at) => ({
    at: now - (72 - at) * 5 * MINUTE,
    value: wave(at),
  }));
  const kinds = { '°C': 'temperature', rpm: 'fan', V: 'voltage', W: 'power' } as const;
  return {
    name,
    kind: kinds[unit as keyof typeof kinds],
    value,
    unit,
    states: [],
    severity: 'good',
    lower: [null, null, null],
    upper: [null, null, null],
    history: [...history, { at: now, value }],
    ...more,
  };
}

const ripple = (base: number, by: number) => (at: number) =>
  base + Math.sin(at / 3) * by + Math.sin(at * 1.7) * by * 0.4;

function sampleSensors(now: number): BmcSensor[] {
  const make = (...[name, unit, value, wave, more]: Parameters<typeof sensor>) =>
    sensor(name, unit, value, wave, more, now);
  const warm = { upper: [70, 80, 90] as [number, number, number] };
  return [
    make('CPU 1', '°C', 71, (at) => 58 + at / 6 + Math.sin(at / 2), {
      ...warm,
      severity: 'warning',
    }),
    make('CPU 2', '°C', 58, ripple(57, 2), warm),
    make('Inlet', '°C', 24.5, ripple(24, 0.4), { upper: [35, 40, 45] }),
    make('Fan 1', 'rpm', 8640, ripple(8600, 90), { lower: [1200, 900, 500] }),
    make('Fan 2', 'rpm', 8580, ripple(8550, 90), { lower: [1200, 900, 500] }),
    make('Fan 3', 'rpm', 0, (at) => (at < 50 ? 8600 : at < 54 ? 4000 : 0), {
      lower: [1200, 900, 500],
      severity: 'critical',
    }),
    make('Power draw', 'W', 286, ripple(285, 9)),
    make('PSU 1', 'V', 231, ripple(230, 1.2), { upper: [254, 260, 264], lower: [200, 190, 180] }),
    make('PSU 2', 'V', null, (at) => (at < 54 ? 230 : null), {
      states: ['no input'],
      severity: 'critical',
    }),
    make('VBAT', 'V', 3.02, ripple(3.02, 0.01), { lower: [2.6, 2.5, 2.4] }),
    make('12V', 'V', 12.06, ripple(12.05, 0.04), { upper: [13, 13.3, 13.5] }),
    {
      ...make('Intrusion', '', null, () => null),
      kind: 'state',
      states: ['closed'],
      history: [],
    },
    {
      ...make('DIMM B4', '', null, () => null),
      kind: 'state',
      states: ['correctable errors'],
      history: [],
    },
  ];
}

function sampleLog(): BmcLog {
  const now = Date.now();
  const at = (minutes: number) => now - minutes * MINUTE;
  const rows = [
    [26, 'critical', 'PSU 2', 'Input lost. Redundancy degraded.'],
    [93, 'warning', 'CPU 1', 'Upper non-critical: 70 °C, now 71 °C'],
    [125, 'critical', 'Fan 3', 'Lower critical: 0 rpm. Other fans raised to 72%.'],
    [467, 'good', 'Session', 'Console opened over Redfish from 198.51.100.23'],
    [5955, 'good', 'BMC', 'Time synchronised with ntp.example.net'],
    [28920, 'warning', 'DIMM B4', 'Correctable ECC rate above threshold'],
    [29617, 'good', 'BIOS', 'Settings applied: performance profile'],
    [33432, 'good', 'Chassis', 'Cover opened, closed after 9 min'],
  ] as const;
  return {
    name: 'System event log',
    entries: rows.map(([minutes, severity, source, message], index) => ({
      id: String(index + 1),
      at: at(minutes),
      severity,
      source,
      message,
      raw: null,
    })),
    canClear: true,
    cut: false,
  };
}

function sampleUsers(): BmcUsers {
  const user = { enabled: true, locked: false, fixed: false };
  return {
    users: [
      { ...user, id: '1', name: 'root', role: 'Administrator', fixed: true },
      { ...user, id: '2', name: 'monitor', role: 'ReadOnly' },
      { ...user, id: '3', name: 'field', role: 'Operator', locked: true },
      { ...user, id: '4', name: 'vendor', role: 'Operator', enabled: false },
    ],
    roles: ['Administrator', 'Operator', 'ReadOnly'],
    free: 12,
  };
}

function sampleFacts(): BmcFacts {
  const good = 'good' as const;
  return {
    protocol: 'redfish',
    version: '1.20',
    manufacturer: 'Supermicro',
    model: 'SYS-620P-TRT',
    serial: 'S421806X2B07',
    bios: '3.4',
    firmware: '1.92',
    health: 'critical',
    located: false,
    boot: { device: 'none', persistent: false, uefi: null },
    network: [
      { name: 'IPv4', detail: '198.51.100.202/24, static, gateway 198.51.100.1', severity: good },
      { name: 'MAC address', detail: '3c:ec:ef:12:34:56', severity: good },
    ],
    items: [
      {
        title: 'Processors',
        items: ['CPU 1', 'CPU 2'].map((name) => ({
          name,
          detail: 'Intel Xeon Gold 6338, 32 cores, 2.0 GHz',
          severity: good,
        })),
      },
      {
        title: 'Memory',
        items: [
          { name: 'DIMM A1', detail: '64 GiB, DDR4, 3200 MT/s, Samsung', severity: good },
          { name: 'DIMM B4', detail: '64 GiB, DDR4, 3200 MT/s, Samsung', severity: 'warning' },
        ],
      },
      {
        title: 'Drives',
        items: [
          { name: 'NVMe 0', detail: 'Micron 7450, 3.84 TB, 2% worn', severity: good },
          { name: 'NVMe 1', detail: 'Micron 7450, 3.84 TB, 2% worn', severity: good },
        ],
      },
      {
        title: 'Firmware',
        items: [
          { name: 'BIOS', detail: '3.4', severity: good },
          { name: 'BMC', detail: '1.92', severity: good },
        ],
      },
    ],
    media: [
      { id: 'VirtualMedia1', name: 'Virtual CD 1', image: null },
      {
        id: 'VirtualMedia2',
        name: 'Virtual CD 2',
        image: 'https://files.example.net/images/debian-13-netinst.iso',
      },
    ],
  };
}

function sampleRungs(): ConsoleRung[] {
  return [
    {
      name: 'SSH',
      detail: 'port 22',
      target: { kind: 'entry', id: 'node-pve-02' },
      ready: false,
      ms: null,
      problem: problem('refused', 'Nothing listens on port 22.'),
    },
    {
      name: 'Serial over LAN',
      detail: '115200',
      target: { kind: 'serialOverLan', id: 'node-pve-02', way: 'way-bmc', endStale: false },
      ready: true,
      ms: 412,
      problem: null,
    },
    {
      name: 'Serial port',
      detail: 'console-a2, port 4',
      target: { kind: 'entry', id: 'node-console-a2' },
      ready: false,
      ms: null,
      problem: null,
    },
  ];
}

function certificate(address: string): HostKeyQuestion {
  return {
    machine: 'lab-01',
    host: address,
    standing: 'unknown',
    presented: {
      algorithm: 'rsa',
      fingerprint: 'SHA256:Zr61vBfWp8dKqLxE3sVhTn0CyMa4JgRo7NiXk5PtUeQ',
      picture: '',
      openssh: '',
      tls: {
        subject: 'IPMI',
        issuer: 'IPMI',
        names: [],
        from: Date.UTC(2024, 0, 1),
        until: Date.UTC(2034, 0, 1),
        fault: 'is signed by itself',
      },
    },
    certificate: null,
    onRecord: [],
    alsoAt: [],
  };
}
