/** The words for how a tunnel goes. */

import type { DotState } from '$lib/components/StatusDot.svelte';
import { countText, sizeText } from '$lib/files/format';
import { rateText } from '$lib/files/progress';
import type { Tunnel, TunnelInfo, TunnelState } from '$lib/host';
import { endText } from './form';

export function kindText(tunnel: Pick<Tunnel, 'kind'>): string {
  return { local: 'Local', remote: 'Remote', dynamic: 'Dynamic' }[tunnel.kind];
}

/** Where it leads. */
export function toText({ to }: Pick<Tunnel, 'to'>): string {
  return to ? endText(to) : 'SOCKS 5';
}

export function stateText(state: TunnelState): string {
  switch (state.kind) {
    case 'stopped':
      return 'Stopped';
    case 'connecting':
      return 'Connecting';
    case 'running':
      return 'Running';
    case 'reconnecting':
      return 'Connecting again';
    case 'failed':
      return 'Failed';
  }
}

export function stateDot(state: TunnelState): DotState {
  switch (state.kind) {
    case 'running':
      return 'up';
    case 'failed':
      return 'down';
    case 'stopped':
      return 'unknown';
    default:
      return 'checking';
  }
}

export const isOn = ({ state }: Pick<TunnelInfo, 'state'>): boolean =>
  state.kind === 'running' || state.kind === 'connecting' || state.kind === 'reconnecting';

/** "2 open, 14 in all, 1 refused". */
export function connectionsText({ open, total, refused }: TunnelInfo): string {
  const parts = [`${countText(open)} open`, `${countText(total)} in all`];
  if (refused > 0) parts.push(`${countText(refused)} refused`);
  return parts.join(', ');
}

/** "14.2 KB", with the rate while there is one: "14.2 KB, 2 KB/s". */
export function bytesText(bytes: number, rate: number): string {
  return rate > 0 ? `${sizeText(bytes)}, ${rateText(rate)}` : sizeText(bytes);
}

/** What is wrong with it, or with one of its connections. */
export function problemText({ state, problem }: TunnelInfo): string | null {
  if (state.kind === 'failed') return [state.error.message, state.error.nextStep].join(' ').trim();
  if (state.kind === 'reconnecting') return `${state.error.message} It is tried again.`;
  return problem;
}
