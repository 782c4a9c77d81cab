/** What can be done with a session and its terminal: their menus. */

import type { MenuItems, MenuItem } from '$lib/components/menu';
import { desktopCode } from '$lib/desktop/loaded.svelte';
import type { DesktopView } from '$lib/desktop/view.svelte';
import { call, type LineSignal, type SessionInfo } from '$lib/host';
import { isRecorded } from '$lib/recordings/actions';
import { sharing } from '$lib/sharing/sharing.svelte';
import { canBeShared } from '$lib/sharing/words';
import { tabs } from '$lib/tabs/tabs.svelte';
import { copyAllText, copyHtml, saveOutput } from './output';
import { sessions } from './sessions.svelte';
import type { TerminalView } from './terminal/view.svelte';
import { machineOf, report } from './words';

const copyText = (text: string) => void call('host_copy_text', { text });

/** The menu of the machine bar. */
export function sessionMenu(
  session: SessionInfo,
  view: TerminalView | undefined,
  paneId: string,
  desktop?: DesktopView,
): MenuItems {
  const id = machineOf(session.target);
  const orphan = sessions.isOrphan(session);
  return [
    ...(id !== null && !orphan
      ? [
          {
            label: 'Edit…',
            run: () => void tabs.open({ kind: 'editor', nodeId: id }),
          },
        ]
      : []),
    ...(view ? [...outputMenu(session, view), null] : []),
    ...((desktop && desktopCode()?.desktopMenu(session, desktop)) ?? []),
    ...(desktop ? [...recordMenu(session), null] : []),
    ...lineMenu(session),
    ...shareMenu(session),
    { label: 'Split right', shortcut: 'Ctrl+Shift+E', run: () => void tabs.split(paneId, 'right') },
    { label: 'Split down', shortcut: 'Ctrl+Shift+O', run: () => void tabs.split(paneId, 'down') },
    null,
    {
      label: 'Disconnect',
      disabled: session.state.kind === 'closed',
      run: () => void sessions.disconnect(session.id),
    },
    {
      label: 'Connect again',
      shortcut: 'Ctrl+Shift+R',
      disabled: orphan,
      run: () => void sessions.reconnect(session.id),
    },
    { label: 'Copy connection details', run: () => copyText(report(session)) },
    { label: 'Close', run: () => tabs.closePane(paneId) },
  ];
}

/** Others can be let in where it runs on a team server. */
function shareMenu(session: SessionInfo): MenuItems {
  if (!canBeShared(session)) return [];
  return [
    { label: 'Share…', run: () => sharing.open(session) },
    ...(session.sharing ? [{ label: 'End sharing', run: () => void sharing.end(session) }] : []),
    null,
  ];
}

/** What a line can be told besides bytes. */
function lineMenu({ id, protocol, state }: SessionInfo): MenuItems {
  if (state.kind !== 'open' || (protocol !== 'telnet' && protocol !== 'serial')) return [];
  const item = (label: string, signal: LineSignal) => ({
    label,
    run: () => void sessions.signal(id, signal),
  });
  return [
    item('Send a break', 'break'),
    ...(protocol === 'telnet'
      ? [item('Ask the server for a sign of life', 'areYouThere')]
      : [
          item('Raise DTR', 'dtrOn'),
          item('Drop DTR', 'dtrOff'),
          item('Raise RTS', 'rtsOn'),
          item('Drop RTS', 'rtsOff'),
        ]),
    null,
  ];
}

function outputMenu(session: SessionInfo, view: TerminalView): MenuItems {
  return [
    {
      label: 'Find…',
      shortcut: 'Ctrl+Shift+F',
      run: () => view.finder.show(),
    },
    ...copyMenu(session, view),
    { label: 'Clear scrollback', run: () => view.clear() },
    null,
    ...recordMenu(session),
  ];
}

function copyMenu(session: SessionInfo, view: TerminalView): MenuItem[] {
  return [
    { label: 'Copy all as text', run: () => copyAllText(view) },
    { label: 'Copy as HTML', run: () => copyHtml(view) },
    { label: 'Save output as text…', run: () => void saveOutput(session, view, 'text') },
    { label: 'Save output as HTML…', run: () => void saveOutput(session, view, 'html') },
  ];
}

function recordMenu(session: SessionInfo): MenuItem[] {
  // What an organisation wants recorded nobody stops.
  if (isRecorded(session) && session.recording?.rule !== null) return [];
  if (isRecorded(session))
    return [{ label: 'Stop recording', run: () => void sessions.stopRecording(session.id) }];
  const disabled = session.state.kind !== 'open';
  return [
    { label: 'Start recording', disabled, run: () => void sessions.record(session.id, false) },
    ...(session.desktop
      ? []
      : [
          {
            label: 'Start recording with typed lines',
            disabled,
            run: () => void sessions.record(session.id, true),
          },
        ]),
  ];
}

/** The menu of a right click into the terminal. */
export function terminalMenu(session: SessionInfo, view: TerminalView): MenuItems {
  const open = session.state.kind === 'open';
  return [
    {
      label: 'Copy',
      shortcut: 'Ctrl+Shift+C',
      disabled: !view.clipboard.canCopy,
      run: () => view.clipboard.copy(),
    },
    {
      label: 'Paste',
      shortcut: 'Ctrl+Shift+V',
      disabled: !open,
      run: () => void view.clipboard.paste(),
    },
    { label: 'Select all', shortcut: 'Ctrl+Shift+A', run: () => view.selectAll() },
    null,
    { label: 'Find…', shortcut: 'Ctrl+Shift+F', run: () => view.finder.show() },
    ...copyMenu(session, view),
    { label: 'Clear scrollback', run: () => view.clear() },
  ];
}
