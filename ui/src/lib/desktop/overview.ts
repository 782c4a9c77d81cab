/** All open desktops beside each other: which there are, in words, and how arrow keys go between them. */

import type { SessionInfo } from '$lib/host';

export function stateWords({ state, latency }: Pick<SessionInfo, 'state' | 'latency'>): string {
  switch (state.kind) {
    case 'connecting':
      return 'connecting';
    case 'asking':
      return 'waits for an answer';
    case 'hostKey':
      return 'certificate not trusted';
    case 'lost':
      return 'connection lost, trying again';
    case 'closed':
      return 'disconnected';
    case 'open':
      return latency === null ? 'open' : `${String(latency)} ms`;
  }
}

/** Where a key leads from a card, in rows of so many; nowhere is `undefined`. */
export function stepTo(
  key: string,
  at: number,
  count: number,
  columns: number,
): number | undefined {
  const to = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
  }[key];
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return to !== undefined && to >= 0 && to < count ? to : undefined;
}
