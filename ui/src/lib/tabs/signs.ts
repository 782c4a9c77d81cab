/** What the drawing of a tab tells about what is in it. */

import Boxes from '@lucide/svelte/icons/boxes';
import CableIcon from '@lucide/svelte/icons/cable';
import Clapperboard from '@lucide/svelte/icons/clapperboard';
import Columns2 from '@lucide/svelte/icons/columns-2';
import Download from '@lucide/svelte/icons/download';
import EthernetPort from '@lucide/svelte/icons/ethernet-port';
import FolderClosed from '@lucide/svelte/icons/folder-closed';
import FolderPen from '@lucide/svelte/icons/folder-pen';
import Hourglass from '@lucide/svelte/icons/hourglass';
import KeyRound from '@lucide/svelte/icons/key-round';
import Layers from '@lucide/svelte/icons/layers';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Maximize2 from '@lucide/svelte/icons/maximize-2';
import Power from '@lucide/svelte/icons/power';
import Pencil from '@lucide/svelte/icons/pencil';
import Plug from '@lucide/svelte/icons/plug';
import Server from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import SquareCode from '@lucide/svelte/icons/square-code';
import Users from '@lucide/svelte/icons/users';
import Waypoints from '@lucide/svelte/icons/waypoints';
import { broadcast } from '$lib/broadcast/broadcast.svelte';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { SessionInfo } from '$lib/host';
import { existingDesktop } from '$lib/desktop/registry';
import { PROTOCOL_ICONS } from '$lib/machines/looks';
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
  /** Something in it gets what is typed into several terminals. */
  broadcasting: boolean;
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
  const connecting = some('connecting', 'lost');
  const rang = ids.some((id) => existingTerminal(id)?.rang ?? existingDesktop(id)?.rang);
  const closed = inside.length > 0 && inside.every(({ state }) => state.kind === 'closed');
  const broadcasting = ids.some((id) => broadcast.has(id));
  const words = [
    ...(asking ? ['waits for an answer'] : []),
    ...(connecting ? ['connecting'] : []),
    ...(rang ? ['bell'] : []),
    ...(closed ? ['disconnected'] : []),
    ...(tab.zoomed ? ['one pane shown'] : []),
    ...(broadcasting ? ['broadcast'] : []),
  ];
  return { asking, connecting, rang, closed, broadcasting, words };
}

export function tabIcon(tab: { root: Tab['root']; zoomed: boolean; spec: TabSpec }): IconComponent {
  if (tab.zoomed) return Maximize2;
  return tab.root.kind === 'split' ? Columns2 : specIcon(tab.spec);
}

function sessionIcon(session: SessionInfo | undefined): IconComponent {
  const kind = session?.target.kind;
  if (kind === 'files') return FolderClosed;
  if (kind === 'serialOverLan' || kind === 'conserver') return PROTOCOL_ICONS.serial;
  if (kind === 'guest' && session?.desktop) return PROTOCOL_ICONS.vnc;
  return PROTOCOL_ICONS[session?.protocol ?? 'ssh'];
}

export function specIcon(spec: TabSpec): IconComponent {
  switch (spec.kind) {
    case 'session':
      return sessionIcon(sessions.get(spec.sessionId));
    case 'queued':
      return Hourglass;
    case 'editor':
      return spec.folder ? FolderPen : Pencil;
    case 'settings':
      return Settings;
    case 'tunnels':
      return Waypoints;
    case 'power':
      return Power;
    case 'identities':
      return KeyRound;
    case 'people':
    case 'workspace':
      return Users;
    case 'desktops':
      return LayoutGrid;
    case 'recordings':
      return Clapperboard;
    case 'snippets':
      return SquareCode;
    case 'run':
      return Layers;
    case 'guests':
      return Boxes;
    case 'ports':
      return EthernetPort;
    case 'outlets':
      return Plug;
    case 'consoles':
      return CableIcon;
    case 'fleet':
      return Server;
    case 'import':
      return Download;
    case 'start':
      return CableIcon;
  }
}
