/** A power unit of 24 outlets that does at once what it is told. */
import type { Args, OutletLoad, Pdu, PduOutlet, PowerGuard } from '$lib/host';
import { problem } from '../problem';

const NONE: OutletLoad = { amperes: null, volts: null, watts: null, kilowattHours: null };

const FEEDS: Record<number, [string, [string, string][]]> = {
  1: ['sw-core-01 A', [['node-sw-core-01', 'sw-core-01']]],
  7: [
    'pve-02 PSU 1',
    [
      ['node-pve-02', 'pve-02'],
      ['node-console-a2', 'console-a2'],
    ],
  ],
  8: ['pve-01 PSU 1', [['node-pve-01', 'pve-01']]],
};

function outlet(at: number): PduOutlet {
  const [name, feeds] = FEEDS[at] ?? [`Outlet ${at}`, []];
  const on = at % 9 !== 0;
  const watts = on && at < 13 ? 40 + at * 13 : 0;
  return {
    id: String(at),
    name,
    state: on ? 'on' : 'off',
    load: { amperes: watts / 230, volts: 230, watts, kilowattHours: at * 31.4 },
    feeds,
  };
}

export class MemoryPdu {
  outlets: PduOutlet[] = Array.from({ length: 24 }, (_, at) => outlet(at + 1));
  cycles = true;
  refuses: unknown = null;

  get(): Pdu {
    if (this.refuses) throw this.refuses;
    const watts = this.outlets.reduce((sum, { load }) => sum + (load.watts ?? 0), 0);
    return {
      read: Date.now(),
      family: 'APC Switched Rack PDU',
      familyKey: 'apc',
      about: 'AP8953, firmware 6.8.0',
      cycles: this.cycles,
      load: { ...NONE, watts, amperes: watts / 230, volts: 231, kilowattHours: 8210.4 },
      outlets: this.outlets,
    };
  }

  guard({ outlet: id, action }: Args<'outlet_guard'>): PowerGuard {
    const { feeds } = this.#outlet(id);
    const verb = action === 'cycle' ? 'Cycle' : action === 'off' ? 'Turn off' : 'Turn on';
    const [first] = feeds;
    return {
      title: first ? `${verb} outlet ${id}, which feeds ${first[1]}?` : `${verb} outlet ${id}?`,
      meaning:
        action === 'on'
          ? ''
          : first
            ? `${first[1]} loses power at once.`
            : 'Nothing of the tree hangs on it.',
      name: first && action !== 'on' ? first[1] : null,
      dependants:
        action === 'on'
          ? []
          : feeds.map(([entry, name]) => ({
              entry,
              name,
              place: '',
              effect: 'goesDown',
              detail: '',
            })),
      instead: null,
    };
  }

  act({ entry, outlet: id, action, confirmed }: Args<'outlet_do'>): Pdu {
    const { name } = this.guard({ entry, outlet: id, action });
    if (name !== null && confirmed !== name)
      throw problem('invalid', 'The name is not the one that was asked for.');
    const state = action === 'off' ? 'off' : 'on';
    this.outlets = this.outlets.map((each) => (each.id === id ? { ...each, state } : each));
    return this.get();
  }

  #outlet(id: string): PduOutlet {
    const found = this.outlets.find((each) => each.id === id);
    if (!found) throw problem('notFound', `There is no outlet ${id}.`);
    return found;
  }
}
