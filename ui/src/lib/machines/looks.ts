// The icons and colours a person may give a machine or folder. The names are what the vault keeps.

import Activity from '@lucide/svelte/icons/activity';
import Box from '@lucide/svelte/icons/box';
import Cable from '@lucide/svelte/icons/cable';
import Cloud from '@lucide/svelte/icons/cloud';
import Cpu from '@lucide/svelte/icons/cpu';
import Database from '@lucide/svelte/icons/database';
import EthernetPort from '@lucide/svelte/icons/ethernet-port';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import FolderClosed from '@lucide/svelte/icons/folder-closed';
import Globe from '@lucide/svelte/icons/globe';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import House from '@lucide/svelte/icons/house';
import Laptop from '@lucide/svelte/icons/laptop';
import Mail from '@lucide/svelte/icons/mail';
import Monitor from '@lucide/svelte/icons/monitor';
import Network from '@lucide/svelte/icons/network';
import Router from '@lucide/svelte/icons/router';
import ScreenShare from '@lucide/svelte/icons/screen-share';
import Server from '@lucide/svelte/icons/server';
import Shield from '@lucide/svelte/icons/shield';
import SquareChevronRight from '@lucide/svelte/icons/square-chevron-right';
import Terminal from '@lucide/svelte/icons/terminal';
import type { IconComponent } from '$lib/components/Icon.svelte';
import type { Protocol } from '$lib/host';

export const ICONS = {
  terminal: Terminal,
  server: Server,
  database: Database,
  globe: Globe,
  network: Network,
  router: Router,
  shield: Shield,
  cloud: Cloud,
  cpu: Cpu,
  'hard-drive': HardDrive,
  monitor: Monitor,
  laptop: Laptop,
  box: Box,
  mail: Mail,
  activity: Activity,
  'flask-conical': FlaskConical,
  house: House,
  folder: FolderClosed,
} as const satisfies Record<string, IconComponent>;

export type IconName = keyof typeof ICONS;

/** What a machine has that was given no icon. */
export const PROTOCOL_ICONS: Record<Protocol, IconComponent> = {
  ssh: Terminal,
  telnet: SquareChevronRight,
  raw: EthernetPort,
  serial: Cable,
  vnc: ScreenShare,
  rdp: Monitor,
};

/** What screen readers say of each. */
export const ICON_WORDS: Record<IconName, string> = {
  terminal: 'Terminal',
  server: 'Server',
  database: 'Database',
  globe: 'Globe',
  network: 'Network',
  router: 'Router',
  shield: 'Shield',
  cloud: 'Cloud',
  cpu: 'Processor',
  'hard-drive': 'Disk',
  monitor: 'Screen',
  laptop: 'Laptop',
  box: 'Box',
  mail: 'Mail',
  activity: 'Pulse',
  'flask-conical': 'Flask',
  house: 'House',
  folder: 'Folder',
};

export const COLORS = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'] as const;
export type ColorName = (typeof COLORS)[number];

const isIcon = (name: string): name is IconName => Object.hasOwn(ICONS, name);
const isColor = (name: string): name is ColorName => (COLORS as readonly string[]).includes(name);

/** The icon of a node; that of its kind if it has none, or one a newer Patchbay knows. */
export function iconOf(
  name: string | null | undefined,
  folder: boolean,
  protocol: Protocol = 'ssh',
): IconComponent {
  if (name && isIcon(name)) return ICONS[name];
  return folder ? FolderClosed : PROTOCOL_ICONS[protocol];
}

/** The colour of a node's icon as CSS, or nothing for the usual one. */
export function colorOf(name: string | null | undefined): string | undefined {
  return name && isColor(name) ? `var(--t-${name})` : undefined;
}
