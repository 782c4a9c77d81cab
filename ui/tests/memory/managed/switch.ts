/** A switch of 48 ports that is changed at once, and takes it back if it is told to. */
import type {
  Args,
  PlanLine,
  PortRates,
  PortTraffic,
  Switch,
  SwitchChange,
  SwitchPlan,
  SwitchPort,
  SwitchStation,
  SwitchWish,
} from '$lib/host';
import { problem } from '../problem';

const NO_RATES: PortRates = { bitsIn: null, bitsOut: null, errorsIn: null, errorsOut: null };

function port(index: number): SwitchPort {
  const state = index % 11 === 0 ? 'disabled' : index % 5 === 0 ? 'down' : 'up';
  const named: Record<number, [string, [string, string][]]> = {
    1: ['uplink to sw-core-02', []],
    2: ['pve-01 nic 1', [['node-pve-01', 'pve-01']]],
    3: ['pve-02 nic 1', [['node-pve-02', 'pve-02']]],
    7: ['app-01', [['node-app-01', 'app-01']]],
  };
  const [alias, machines] = named[index] ?? ['', []];
  return {
    index,
    name: `ge-0/0/${index}`,
    alias,
    kind: 'Ethernet',
    physical: true,
    speed: state === 'up' ? (index < 4 ? 10_000_000_000 : 1_000_000_000) : null,
    up: state !== 'disabled',
    state,
    mac: `02:00:5e:00:00:${index.toString(16).padStart(2, '0')}`,
    switched: true,
    native: index < 4 ? 1 : 20,
    tagged: index < 4 ? [10, 20, 30] : [],
    poe:
      index > 40
        ? { enabled: true, delivering: state === 'up', detail: 'delivering, class 3' }
        : null,
    neighbour:
      index === 1
        ? {
            name: 'sw-core-02',
            port: 'ge-0/0/1',
            description: 'Juniper EX3400',
            addresses: ['198.51.100.111'],
          }
        : null,
    stations: state === 'up' ? 1 + (index % 3) : 0,
    rates:
      state === 'up'
        ? {
            bitsIn: index * 1_730_000,
            bitsOut: index * 410_000,
            errorsIn: index === 9 ? 2.4 : 0,
            errorsOut: 0,
          }
        : NO_RATES,
    machines,
  };
}

export class MemorySwitch {
  ports: SwitchPort[] = Array.from({ length: 48 }, (_, at) => port(at + 1));
  vlans = [
    { id: 1, name: 'default', untagged: 3, tagged: 0, addresses: [] as string[] },
    { id: 10, name: 'management', untagged: 0, tagged: 3, addresses: ['198.51.100.110/24'] },
    { id: 20, name: 'servers', untagged: 45, tagged: 3, addresses: [] as string[] },
    { id: 30, name: 'storage', untagged: 0, tagged: 3, addresses: [] as string[] },
  ];
  writable: boolean | null = true;
  /** It has a way to its command line, too. */
  line = false;
  changes: SwitchChange[] = [];
  refuses: unknown = null;
  #plans = new Map<string, { wishes: SwitchWish[]; plan: SwitchPlan }>();
  #before = new Map<string, SwitchPort[]>();
  #next = 1;

  constructor(
    private readonly entry: string,
    private readonly told: (change: SwitchChange) => void,
  ) {}

  get(): Switch {
    if (this.refuses) throw this.refuses;
    return {
      read: Date.now(),
      name: 'sw-core-01',
      about: 'Juniper Networks EX3400-48T, Junos 21.4',
      uptime: 9_800_000,
      ports: this.ports,
      vlans: this.vlans,
      writable: this.writable,
      counted: !this.line,
      layer3: this.line,
    };
  }

  traffic(): PortTraffic[] {
    const now = Date.now();
    return this.ports.map(({ index, rates }) => ({
      index,
      points: Array.from({ length: 60 }, (_, at) => {
        const wave = 1 + 0.4 * Math.sin((at + index) / 4);
        const scaled = (value: number | null) => (value === null ? null : value * wave);
        return [
          now - (59 - at) * 10_000,
          { ...rates, bitsIn: scaled(rates.bitsIn), bitsOut: scaled(rates.bitsOut) },
        ];
      }),
    }));
  }

  stations(): SwitchStation[] {
    return this.ports
      .filter(({ state }) => state === 'up')
      .map(({ index, native, machines }) => ({
        mac: `bc:24:11:00:00:${index.toString(16).padStart(2, '0')}`,
        vlan: native,
        port: index,
        machine: machines[0] ?? null,
      }));
  }

  plan({ wishes }: Args<'switch_plan'>): SwitchPlan {
    const diff: PlanLine[] = wishes.flatMap((wish) => this.#lines(wish));
    const down = wishes.find((wish) => wish.kind === 'up' && !wish.up);
    const hit = down && 'port' in down ? this.#port(down.port) : undefined;
    const plan: SwitchPlan = {
      id: `plan-${this.#next++}`,
      diff,
      commands: this.line ? diff.filter((line) => line.new).map(({ text }) => `set ${text}`) : [],
      ownTimer: this.line,
      guard: {
        title: hit ? `Take ${hit.name} of sw-core-01 down?` : 'Change sw-core-01?',
        meaning: hit ? `What is behind ${hit.name} is cut off.` : '',
        name: hit && hit.machines.length > 0 ? hit.name : null,
        dependants: (hit?.machines ?? []).map(([entry, name]) => ({
          entry,
          name,
          place: hit?.name ?? '',
          effect: 'losesOne',
          detail: '',
        })),
        instead: null,
      },
    };
    this.#plans.set(plan.id, { wishes: [...wishes], plan });
    return plan;
  }

  apply({ plan: id, seconds, confirmed }: Args<'switch_apply'>): SwitchChange {
    const made = this.#plans.get(id);
    if (!made) throw problem('notFound', 'The plan is gone.', 'Plan it again.');
    if (made.plan.guard.name !== null && made.plan.guard.name !== confirmed)
      throw problem('invalid', 'The name is not the one that was asked for.');
    this.#before.set(id, this.ports);
    for (const wish of made.wishes) this.#carryOut(wish);
    return this.#put({
      id,
      entry: this.entry,
      name: 'sw-core-01',
      diff: made.plan.diff,
      started: Date.now(),
      state: { kind: 'waiting', until: Date.now() + seconds * 1000 },
    });
  }

  end(id: string, how: 'kept' | 'reverted'): SwitchChange {
    const change = this.changes.find((each) => each.id === id);
    if (!change) throw problem('notFound', 'The change is gone.');
    if (how === 'reverted') this.ports = this.#before.get(id) ?? this.ports;
    const state =
      how === 'kept'
        ? ({ kind: 'kept' } as const)
        : ({ kind: 'reverted', why: 'Somebody wanted it back.' } as const);
    return this.#put({ ...change, state });
  }

  #port(index: number): SwitchPort {
    const found = this.ports.find((each) => each.index === index);
    if (!found) throw problem('notFound', 'The port is gone.');
    return found;
  }

  #lines(wish: SwitchWish): PlanLine[] {
    const pair = (old: string, now: string): PlanLine[] => [
      { new: false, text: old },
      { new: true, text: now },
    ];
    switch (wish.kind) {
      case 'up': {
        const { name } = this.#port(wish.port);
        return pair(
          `${name}: ${wish.up ? 'disabled' : 'enabled'}`,
          `${name}: ${wish.up ? 'enabled' : 'disabled'}`,
        );
      }
      case 'alias': {
        const { name, alias } = this.#port(wish.port);
        return pair(`${name}: description "${alias}"`, `${name}: description "${wish.alias}"`);
      }
      case 'access': {
        const { name, native } = this.#port(wish.port);
        return pair(
          `${name}: access VLAN ${native ?? 'none'}`,
          `${name}: access VLAN ${wish.vlan}`,
        );
      }
      case 'trunk': {
        const { name, tagged } = this.#port(wish.port);
        return pair(
          `${name}: tagged ${tagged.join(',')}`,
          `${name}: tagged ${wish.tagged.join(',')}`,
        );
      }
      case 'create':
        return [{ new: true, text: `VLAN ${wish.vlan} "${wish.name}"` }];
      case 'rename':
        return pair(`VLAN ${wish.vlan} "old"`, `VLAN ${wish.vlan} "${wish.name}"`);
      case 'remove':
        return [{ new: false, text: `VLAN ${wish.vlan}` }];
      case 'addresses':
        return [{ new: true, text: `VLAN ${wish.vlan} addresses ${wish.addresses.join(' ')}` }];
    }
  }

  #carryOut(wish: SwitchWish): void {
    if (!('port' in wish)) return;
    const set = (more: Partial<SwitchPort>) => {
      this.ports = this.ports.map((each) =>
        each.index === wish.port ? { ...each, ...more } : each,
      );
    };
    if (wish.kind === 'up') set({ up: wish.up, state: wish.up ? 'up' : 'disabled' });
    else if (wish.kind === 'alias') set({ alias: wish.alias });
    else if (wish.kind === 'access') set({ native: wish.vlan, tagged: [] });
    else set({ native: wish.native, tagged: wish.tagged });
  }

  #put(change: SwitchChange): SwitchChange {
    this.changes = [change, ...this.changes.filter(({ id }) => id !== change.id)];
    this.told(change);
    return change;
  }
}
