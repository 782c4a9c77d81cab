/** The words for power, its actions and what came of them. */

import type { DotState } from '$lib/components/StatusDot.svelte';
import type {
  BmcBoot,
  BmcBootDevice,
  BmcProtocol,
  PowerAction,
  PowerDone,
  PowerState,
  PowerTaken,
  WayStatus,
  Severity,
} from '$lib/host';

export const POWER_WORDS: Record<PowerState, string> = {
  on: 'On',
  off: 'Off',
  changing: 'Changing',
  unknown: 'Not known',
};

export const POWER_DOTS: Record<PowerState, DotState> = {
  on: 'up',
  off: 'unknown',
  changing: 'checking',
  unknown: 'unknown',
};

export const ACTION_WORDS: Record<PowerAction, string> = {
  on: 'Turn on',
  shutDown: 'Shut down',
  restart: 'Restart',
  off: 'Force off',
  cycle: 'Cycle',
  reset: 'Reset',
  interrupt: 'Interrupt',
};

/** What a person should know of an action before choosing it. */
export const ACTION_NOTES: Partial<Record<PowerAction, string>> = {
  off: 'unsaved work is lost',
  cycle: 'off, then on again',
  reset: 'starts anew at once',
  interrupt: 'most write a dump',
};

/** It is done without asking the operating system. */
export function isHard(action: PowerAction): boolean {
  return action === 'off' || action === 'cycle' || action === 'reset' || action === 'interrupt';
}

/** Whether something may go down with it. */
export function isStopping(action: PowerAction): boolean {
  return action !== 'on';
}

/** The two that are wanted most, by how the machine stands, and the others. */
export function sortedActions(
  offers: readonly PowerAction[],
  power: PowerState,
): { common: PowerAction[]; others: PowerAction[] } {
  const order: readonly PowerAction[] =
    power === 'off'
      ? ['on', 'cycle', 'reset', 'shutDown', 'restart', 'off', 'interrupt']
      : power === 'on'
        ? ['shutDown', 'restart', 'off', 'cycle', 'reset', 'interrupt']
        : ['on', 'shutDown', 'restart', 'off', 'cycle', 'reset', 'interrupt'];
  const there = order.filter((action) => offers.includes(action));
  const most = power === 'off' ? 1 : 2;
  const common = there.slice(0, most).filter((action) => power !== 'on' || !isHard(action));
  return { common, others: there.filter((action) => !common.includes(action)) };
}

export const TAKEN_WORDS: Record<PowerTaken, string> = {
  notNeeded: 'not needed',
  done: 'done',
  unknown: 'answer lost',
  failed: 'failed',
};

/** What came of an action, in a sentence: "Shut down: done by IPMI at 198.51.100.7." */
export function doneText({ action, tries }: PowerDone): { text: string; good: boolean } {
  const last = tries.at(-1);
  const what = ACTION_WORDS[action];
  switch (last?.taken) {
    case 'done':
      return { text: `${what}: done by ${last.name}.`, good: true };
    case 'notNeeded':
      return { text: `${what}: not needed, says ${last.name}.`, good: true };
    case 'unknown':
      return {
        text: `${what}: sent by ${last.name}, and its answer was lost. It is not sent again.`,
        good: false,
      };
    default:
      return { text: `${what}: no way worked.`, good: false };
  }
}

export const PROTOCOLS: Record<BmcProtocol, string> = { redfish: 'Redfish', ipmi: 'IPMI' };

export const SEVERITY_WORDS: Record<Severity, string> = {
  good: 'Info',
  warning: 'Warning',
  critical: 'Critical',
};

export const BOOT_WORDS: Record<BmcBootDevice, string> = {
  none: 'As the firmware says',
  network: 'Network (PXE)',
  disk: 'Hard disk',
  optical: 'CD or DVD',
  removable: 'USB or floppy',
  setup: 'Firmware set-up',
  diagnostics: 'Diagnostic partition',
};

/** What it starts from next: "network, once". */
export function bootText(boot: BmcBoot | null): string {
  if (boot === null || boot.device === 'none') return '';
  const words = BOOT_WORDS[boot.device];
  const what = /^(USB|CD)/.test(words) ? words : words.charAt(0).toLowerCase() + words.slice(1);
  return boot.persistent ? `${what}, always` : `${what}, once`;
}

/** What a way said, in a line: "It answers in 38 ms: Redfish 1.20. The machine is on." */
export function answerText({ ms, about, power }: WayStatus): string {
  const took = ms === null ? 'It answers' : `It answers in ${ms.toLocaleString('en-GB')} ms`;
  const state = power === 'unknown' ? '' : ` The machine is ${POWER_WORDS[power].toLowerCase()}.`;
  return `${took}${about ? `: ${about}` : ''}.${state}`;
}
