/** The ports that are shown. */

import type { SwitchPort } from '$lib/host';
import { errorRate, neighbourText, stateWords, vlansText } from './words';

export type PortFilter = 'sockets' | 'up' | 'down' | 'disabled' | 'errors' | 'all';

/** Every word must be found in its name, description, state, VLANs, neighbour or machines. */
export function portsOf(
  ports: readonly SwitchPort[],
  { text, show }: { text: string; show: PortFilter },
): SwitchPort[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return ports.filter((port) => {
    if (show === 'sockets' && !port.physical) return false;
    if (show === 'errors' && (errorRate(port.rates) ?? 0) === 0) return false;
    if ((show === 'up' || show === 'down' || show === 'disabled') && port.state !== show)
      return false;
    const hay = [
      port.name,
      port.alias,
      port.kind,
      stateWords(port),
      vlansText(port),
      neighbourText(port),
      ...port.machines.map(([, name]) => name),
    ]
      .join(' ')
      .toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}
