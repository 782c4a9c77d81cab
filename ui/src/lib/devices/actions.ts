/** What can be done with a machine's power and consoles, by name. */

import Gauge from '@lucide/svelte/icons/gauge';
import Power from '@lucide/svelte/icons/power';
import PowerOff from '@lucide/svelte/icons/power-off';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import ZapOff from '@lucide/svelte/icons/zap-off';
import type { Action } from '$lib/actions';
import type { IconComponent } from '$lib/components/Icon.svelte';
import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, type NodeId, type PowerAction, type ManagementKind } from '$lib/host';
import { machineMeant } from '$lib/sessions/in-front';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { acting } from './acting.svelte';
import { devices } from './devices.svelte';
import { ways } from './ways.svelte';
import { bestRung } from './ladder';

const GROUP = 'Power';

/** The machine chosen in the tree, or the one in front; only one that there are ways to manage. */
const machine = () => machineMeant((entry) => ways.has(entry));

const detail = () => tree.byId(machine() ?? '')?.name ?? '';

function withMachine(run: (entry: NodeId) => unknown): () => void {
  return () => {
    const entry = machine();
    if (entry !== null) void run(entry);
  };
}

/** Opens the first console that works; a notice says if there is none. */
async function openConsole(entry: NodeId): Promise<void> {
  await attempt(async () => {
    const best = bestRung(await call('console_ladder', { entry }));
    if (best) await sessions.console(best.target);
    else {
      devices.show(entry);
      const name = tree.byId(entry)?.name ?? 'the machine';
      notices.say(`No way to a console of ${name} works.`, {
        kind: 'danger',
        detail: 'Its page says what is wrong with each.',
      });
    }
  });
}

/** Ways to a machine's power. */
const POWERING: readonly ManagementKind[] = ['bmc', 'guest', 'outlet'];

const POWER: readonly {
  action: PowerAction;
  id: string;
  title: string;
  icon: IconComponent;
  keywords: string;
}[] = [
  { action: 'on', id: 'power.on', title: 'Turn on', icon: Power, keywords: 'power start boot' },
  {
    action: 'shutDown',
    id: 'power.shutDown',
    title: 'Shut down…',
    icon: PowerOff,
    keywords: 'power off halt stop',
  },
  {
    action: 'restart',
    id: 'power.restart',
    title: 'Restart…',
    icon: RotateCcw,
    keywords: 'power reboot',
  },
  {
    action: 'off',
    id: 'power.off',
    title: 'Force off…',
    icon: ZapOff,
    keywords: 'power hard kill',
  },
  {
    action: 'cycle',
    id: 'power.cycle',
    title: 'Power cycle…',
    icon: RotateCcw,
    keywords: 'hard off on outlet',
  },
];

export const deviceActions: readonly Action[] = [
  {
    id: 'power.open',
    needs: 'devices',
    title: 'Power and hardware',
    group: GROUP,
    icon: Gauge,
    keywords: 'power of bmc ipmi redfish sensors event log fan temperature firmware users media',
    detail,
    when: () => machine() !== null,
    run: withMachine((entry) => devices.show(entry)),
  },
  {
    id: 'power.console',
    needs: 'devices',
    title: 'Open console',
    group: GROUP,
    icon: SquareTerminal,
    keywords: 'open console of serial over lan sol kvm ladder rescue',
    detail,
    when: () => machine() !== null,
    run: withMachine(openConsole),
  },
  ...POWER.map(({ action, ...rest }): Action => ({
    ...rest,
    needs: 'devices',
    group: GROUP,
    detail,
    when: () => {
      const entry = machine();
      if (entry === null) return false;
      const status = devices.of(entry);
      // What was never asked may offer anything that there are ways to.
      if (status === undefined) return POWERING.some((kind) => ways.has(entry, kind));
      return status.power !== (action === 'on' ? 'on' : 'off') && status.offers.includes(action);
    },
    run: withMachine((entry) => acting.start(entry, action)),
  })),
];
