/** What can be done with a desktop: its menus. */

import type { MenuItems } from '$lib/components/menu';
import { attempt } from '$lib/frame/notices.svelte';
import { call, type SessionInfo } from '$lib/host';
import { FULL_SCREEN, toggleFull } from './full';
import { SPECIAL_KEYS } from './keyboard';
import { pickAndLend, takesFiles } from './lend';
import { SCALINGS, SCALING_WORDS } from './scaling';
import { copyScreenshot, saveScreenshot } from './screenshot';
import type { DesktopView } from './view.svelte';

/** Types what is in the clipboard, for machines that have none. */
export async function typeClipboard(view: DesktopView): Promise<void> {
  await attempt(async () => view.type((await call('host_read_clipboard')).text));
}

/** Files can be copied to the clipboard there, if it takes any. */
function filesMenu(session: SessionInfo, view: DesktopView): MenuItems {
  if (!takesFiles(session, view)) return [];
  return [{ label: 'Copy files to its clipboard…', run: () => void pickAndLend(session) }];
}

export function keysMenu(session: SessionInfo, view: DesktopView): MenuItems {
  const disabled = view.viewOnly;
  return [
    ...SPECIAL_KEYS.map(({ name, keys }) => ({
      label: name,
      disabled,
      run: () => view.press(keys),
    })),
    null,
    { label: 'Type the clipboard', disabled, run: () => void typeClipboard(view) },
    ...filesMenu(session, view),
  ];
}

/** The ways to scale that there are: to follow the tab, the machine must be able to. */
export function scalings(session: SessionInfo, view: DesktopView): (typeof SCALINGS)[number][] {
  const follows = session.protocol === 'rdp' || view.abilities.resize || view.scaling === 'follow';
  return SCALINGS.filter((scaling) => scaling !== 'follow' || follows);
}

/** Which of several screens is shown. */
export function monitorMenu(view: DesktopView): MenuItems {
  if (view.monitors.length < 2) return [];
  return [
    { label: 'All screens', checked: view.monitor === null, run: () => view.showMonitor(null) },
    ...view.monitors.map(({ id }, at) => ({
      label: monitorName(view, at),
      checked: view.monitor === id,
      run: () => view.showMonitor(id),
    })),
    null,
  ];
}

/** What the screen at a place of the list is called. */
export function monitorName(view: DesktopView, at: number): string {
  const { width, height } = view.monitors[at]?.area ?? { width: 0, height: 0 };
  return `Screen ${String(at + 1)}, ${String(width)} × ${String(height)}`;
}

export function scalingMenu(session: SessionInfo, view: DesktopView): MenuItems {
  return [
    ...scalings(session, view).map((scaling) => ({
      label: SCALING_WORDS[scaling],
      checked: view.scaling === scaling,
      run: () => view.scale(scaling),
    })),
    null,
    ...monitorMenu(view),
    { label: 'Draw everything again', run: () => view.refresh() },
  ];
}

export function pictureMenu(session: SessionInfo, view: DesktopView): MenuItems {
  return [
    { label: 'Save a picture…', run: () => void saveScreenshot(session, view) },
    { label: 'Copy a picture', run: () => void copyScreenshot(session, view) },
  ];
}

/** For the menu of a pane that is too narrow for the bar. */
export function desktopMenu(session: SessionInfo, view: DesktopView): MenuItems {
  const disabled = session.state.kind !== 'open';
  const [ctrlAltDel] = SPECIAL_KEYS;
  return [
    {
      label: `Send ${ctrlAltDel?.name ?? ''}`,
      disabled: disabled || view.viewOnly,
      run: () => ctrlAltDel && view.press(ctrlAltDel.keys),
    },
    {
      label: 'Type the clipboard',
      disabled: disabled || view.viewOnly,
      run: () => void typeClipboard(view),
    },
    ...filesMenu(session, view),
    {
      label: 'View only',
      checked: view.viewOnly,
      disabled: view.facts?.viewOnly ?? true,
      run: () => view.setViewOnly(!view.viewOnly),
    },
    ...pictureMenu(session, view),
    {
      label: 'Full screen',
      shortcut: FULL_SCREEN,
      checked: view.full,
      run: () => void toggleFull(view),
    },
    null,
    ...scalingMenu(session, view),
    null,
  ];
}
