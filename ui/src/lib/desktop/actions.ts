/** What can be done with the desktop in front, by name. */

import Camera from '@lucide/svelte/icons/camera';
import ClipboardType from '@lucide/svelte/icons/clipboard-type';
import Eye from '@lucide/svelte/icons/eye';
import FileUp from '@lucide/svelte/icons/file-up';
import Gauge from '@lucide/svelte/icons/gauge';
import Keyboard from '@lucide/svelte/icons/keyboard';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Maximize from '@lucide/svelte/icons/maximize';
import Monitor from '@lucide/svelte/icons/monitor';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Scaling from '@lucide/svelte/icons/scaling';
import type { Action } from '$lib/actions';
import type { SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { FULL_SCREEN, toggleFull } from './full';
import { SPECIAL_KEYS } from './keyboard';
import { pickAndLend, takesFiles } from './lend';
import { typeClipboard } from './menu';
import { QUALITIES } from './quality';
import { existingDesktop } from './registry';
import { SCALING_WORDS, SCALINGS } from './scaling';
import { copyScreenshot, saveScreenshot } from './screenshot';
import type { DesktopView } from './view.svelte';

const GROUP = 'Desktop';

function current(): { session: SessionInfo; view: DesktopView } | null {
  const spec = tabs.current?.spec;
  const session = spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  const view = session?.desktop ? existingDesktop(session.id) : undefined;
  return session && view ? { session, view } : null;
}

const here = () => current() !== null;
const open = () => current()?.session.state.kind === 'open';
const types = () => open() && current()?.view.viewOnly === false;
const screens = () => (open() ? (current()?.view.monitors.length ?? 0) : 0);
const pictured = () => current()?.view.hasPicture ?? false;
const detail = () => current()?.session.title ?? '';
const run = (what: (view: DesktopView, session: SessionInfo) => unknown) => () => {
  const now = current();
  if (now) void what(now.view, now.session);
};

export const desktopActions: readonly Action[] = [
  {
    id: 'desktops.open',
    title: 'Desktops',
    group: GROUP,
    icon: LayoutGrid,
    keywords: 'overview thumbnails pictures all vnc rdp',
    when: () => sessions.list.some(({ desktop }) => desktop !== null),
    run: () => tabs.open({ kind: 'desktops' }),
  },
  ...SPECIAL_KEYS.map(({ id, name, keys }): Action => ({
    id: `desktop.key.${id}`,
    title: `Send ${name}`,
    group: GROUP,
    icon: Keyboard,
    keywords: 'key press vnc rdp',
    detail,
    when: types,
    run: run((view) => view.press(keys)),
  })),
  {
    id: 'desktop.typeClipboard',
    title: 'Type the clipboard',
    group: GROUP,
    icon: ClipboardType,
    keywords: 'paste keystrokes password',
    detail,
    when: types,
    run: run((view) => typeClipboard(view)),
  },
  {
    id: 'desktop.lendFiles',
    needs: 'localFiles',
    title: 'Copy files to the clipboard of the desktop…',
    group: GROUP,
    icon: FileUp,
    keywords: 'upload paste send rdp',
    detail,
    when: () => {
      const now = current();
      return now !== null && takesFiles(now.session, now.view);
    },
    run: run((_, session) => pickAndLend(session)),
  },
  {
    id: 'desktop.full',
    title: 'Full screen',
    group: GROUP,
    shortcut: FULL_SCREEN,
    icon: Maximize,
    keywords: 'maximize desktop',
    detail,
    when: here,
    run: run((view) => toggleFull(view)),
  },
  {
    id: 'desktop.viewOnly',
    title: 'View only',
    group: GROUP,
    icon: Eye,
    keywords: 'watch look keyboard mouse off',
    detail: () => (current()?.view.viewOnly ? 'on' : 'off'),
    when: () => open() && current()?.view.facts?.viewOnly === false,
    run: run((view) => view.setViewOnly(!view.viewOnly)),
  },
  ...SCALINGS.map((scaling): Action => ({
    id: `desktop.scale.${scaling}`,
    title: SCALING_WORDS[scaling],
    group: GROUP,
    icon: Scaling,
    keywords: 'size zoom scale resize desktop',
    detail: () => (current()?.view.scaling === scaling ? 'now' : ''),
    when: () =>
      here() &&
      (scaling !== 'follow' ||
        current()?.session.protocol === 'rdp' ||
        (current()?.view.abilities.resize ?? false)),
    run: run((view) => view.scale(scaling)),
  })),
  {
    id: 'desktop.screen.all',
    title: 'Show all screens',
    group: GROUP,
    icon: Monitor,
    keywords: 'monitor display several',
    detail: () => (current()?.view.monitor === null ? 'now' : ''),
    when: () => screens() > 1,
    run: run((view) => view.showMonitor(null)),
  },
  {
    id: 'desktop.screen.next',
    title: 'Show the next screen alone',
    group: GROUP,
    icon: Monitor,
    keywords: 'monitor display several one',
    detail,
    when: () => screens() > 1,
    run: run((view) => {
      const at = view.monitors.findIndex(({ id }) => id === view.monitor);
      view.showMonitor(view.monitors[(at + 1) % view.monitors.length]?.id ?? null);
    }),
  },
  ...QUALITIES.map(({ value, label }): Action => ({
    id: `desktop.quality.${value}`,
    title: `Picture quality: ${label}`,
    group: GROUP,
    icon: Gauge,
    keywords: 'compression bandwidth jpeg',
    detail: () => (current()?.view.quality === value ? 'now' : ''),
    when: () => open() && current()?.session.protocol === 'vnc',
    run: run((view) => view.setQuality(value)),
  })),
  {
    id: 'desktop.saveScreenshot',
    title: 'Save a picture of the desktop…',
    group: GROUP,
    icon: Camera,
    keywords: 'screenshot png file',
    detail,
    when: pictured,
    run: run((view, session) => saveScreenshot(session, view)),
  },
  {
    id: 'desktop.copyScreenshot',
    title: 'Copy a picture of the desktop',
    group: GROUP,
    icon: Camera,
    keywords: 'screenshot clipboard image',
    detail,
    when: pictured,
    run: run((view, session) => copyScreenshot(session, view)),
  },
  {
    id: 'desktop.refresh',
    title: 'Draw the desktop again',
    group: GROUP,
    icon: RefreshCw,
    keywords: 'refresh redraw repaint',
    detail,
    when: open,
    run: run((view) => view.refresh()),
  },
];
