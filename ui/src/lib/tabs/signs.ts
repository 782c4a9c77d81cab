/** What the drawing of a tab tells about what is in it. */

import CableIcon from '@lucide/svelte/icons/cable';
import Columns2 from '@lucide/svelte/icons/columns-2';
import Download from '@lucide/svelte/icons/download';
import FolderClosed from '@lucide/svelte/icons/folder-closed';
import FolderPen from '@lucide/svelte/icons/folder-pen';
import KeyRound from '@lucide/svelte/icons/key-round';
import Pencil from '@lucide/svelte/icons/pencil';
import Settings from '@lucide/svelte/icons/settings';
import Terminal from '@lucide/svelte/icons/terminal';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { existingTerminal } from '$lib/sessions/terminal/registry';
import { panes, type Tab, type TabSpec } from './model';

export interface TabSigns {
  /** Something in it waits for an answer. */
  asking: boolean;
  connecting: boolean;
  /** The bell rang in it. */
  rang: boolean;
  /** Everything in it is over. */
  closed: boolean;
  /** The same for screen readers. */
  words: string[];
}

export function tabSigns(tab: Tab): TabSigns {
  const ids = panes(tab.root).flatMap(({ spec }) =>
    spec.kind === 'session' ? [spec.sessionId] : [],
  );
  const inside = ids
    .map((id) => sessions.get(id))
    .filter((session): session is SessionInfo => session !== undefined);
  const some = (...kinds: string[]) => inside.some(({ state }) => kinds.includes(state.kind));
  const asking = some('asking', 'hostKey');
  const connecting = some('connecting');
  const rang = ids.some((id) => existingTerminal(id)?.rang);
  const closed = inside.length > 0 && inside.every(({ state }) => state.kind === 'closed');
  const words = [
    ...(asking ? ['waits for an answer'] : []),
    ...(connecting ? ['connecting'] : []),
    ...(rang ? ['bell'] : []),
    ...(closed ? ['disconnected'] : []),
  ];
  return { asking, connecting, rang, closed, words };
}

export function tabIcon(tab: { root: Tab['root']; spec: TabSpec }): IconComponent {
  return tab.root.kind === 'split' ? Columns2 : specIcon(tab.spec);
}

export function specIcon(spec: TabSpec): IconComponent {
  switch (spec.kind) {
    case 'session':
      return sessions.get(spec.sessionId)?.target.kind === 'files' ? FolderClosed : Terminal;
    case 'editor':
      return spec.folder ? FolderPen : Pencil;
    case 'settings':
      return Settings;
    case 'tunnels':
      return Waypoints;
    case 'identities':
      return KeyRound;
    case 'import':
      return Download;
    case 'start':
      return CableIcon;
  }
}
