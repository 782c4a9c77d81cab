/** What can be done with a guest's power. */

import Moon from '@lucide/svelte/icons/moon';
import Pause from '@lucide/svelte/icons/pause';
import Play from '@lucide/svelte/icons/play';
import Power from '@lucide/svelte/icons/power';
import PowerOff from '@lucide/svelte/icons/power-off';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Zap from '@lucide/svelte/icons/zap';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { ClusterGuest, GuestPower } from '$lib/host';

export interface PowerLook {
  label: string;
  icon: IconComponent;
}

export const POWER: Record<GuestPower, PowerLook> = {
  start: { label: 'Start', icon: Play },
  shutDown: { label: 'Shut down', icon: Power },
  reboot: { label: 'Reboot', icon: RotateCcw },
  stop: { label: 'Force off', icon: PowerOff },
  reset: { label: 'Reset', icon: Zap },
  suspend: { label: 'Pause', icon: Pause },
  hibernate: { label: 'Hibernate', icon: Moon },
  resume: { label: 'Resume', icon: Play },
};

/** What the guest can be told now: first what it is told mostly. */
export function powerActions({ status, template, kind }: ClusterGuest): GuestPower[] {
  if (template) return [];
  if (status === 'running')
    return kind === 'vm'
      ? ['shutDown', 'reboot', 'stop', 'reset', 'suspend', 'hibernate']
      : ['shutDown', 'reboot', 'stop'];
  if (status === 'stopped') return ['start'];
  return status === 'paused' || status === 'suspended' ? ['resume', 'stop'] : ['start', 'stop'];
}

/** Whether something that it does stops: then it is asked first. */
export function goesDown(action: GuestPower): boolean {
  return action !== 'start' && action !== 'resume';
}
