/** What can be done with sessions and terminals, by name. */

import Cable from '@lucide/svelte/icons/cable';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import CircleX from '@lucide/svelte/icons/circle-x';
import ClipboardPaste from '@lucide/svelte/icons/clipboard-paste';
import Code from '@lucide/svelte/icons/code';
import Copy from '@lucide/svelte/icons/copy';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Save from '@lucide/svelte/icons/save';
import Search from '@lucide/svelte/icons/search';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import TextSelect from '@lucide/svelte/icons/text-select';
import Unplug from '@lucide/svelte/icons/unplug';
import Zap from '@lucide/svelte/icons/zap';
import type { Action } from '$lib/actions';
import type { LineSignal, Protocol, SessionInfo, SessionTarget } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { copyAllText, copyHtml, saveOutput } from './output';
import { sessions } from './sessions.svelte';
import { existingTerminal } from './terminal/registry';
import type { TerminalView } from './terminal/view.svelte';
import { machineOf } from './words';

const GROUP = 'Session';

/** The session in the pane that has the keyboard. */
function current(): SessionInfo | undefined {
  const spec = tabs.current?.spec;
  return spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
}

function view(): TerminalView | undefined {
  const session = current();
  return session && existingTerminal(session.id);
}

/** Which consoles can be told a break. */
const hasBreak = (kind: SessionTarget['kind'] | undefined) =>
  kind === 'serialOverLan' || kind === 'conserver';
const here = () => current() !== undefined;
/** A terminal: files have no output. */
const terminal = () => {
  const session = current();
  return session !== undefined && session.target.kind !== 'files' && session.desktop === null;
};
const running = () => here() && current()?.state.kind !== 'closed';
const open = () => terminal() && current()?.state.kind === 'open';
const canReconnect = () => {
  const session = current();
  const kind = session?.state.kind;
  return (
    session !== undefined && (kind === 'closed' || kind === 'lost') && !sessions.isOrphan(session)
  );
};
const detail = () => current()?.title ?? '';
/** The machine of the tree that it leads to. */
const machine = () => {
  const session = current();
  return session && !sessions.isOrphan(session) ? machineOf(session.target) : null;
};

const protocol = () => current()?.protocol ?? null;
/** A line that can be told something besides bytes. */
const line = (...kinds: (Protocol | null)[]) => open() && kinds.includes(protocol());

function signal(what: LineSignal): () => void {
  return withSession((session) => sessions.signal(session.id, what));
}

function goTo(kind: 'entry' | 'files'): void {
  const id = machine();
  if (id !== null) void sessions.goTo({ kind, id });
}

/** Does something with the session in front. */
function withSession(run: (session: SessionInfo) => unknown): () => void {
  return () => {
    const session = current();
    if (session) void run(session);
  };
}

const WIRES = [
  { id: 'line.dtrOn', title: 'Raise DTR', what: 'dtrOn' },
  { id: 'line.dtrOff', title: 'Drop DTR', what: 'dtrOff' },
  { id: 'line.rtsOn', title: 'Raise RTS', what: 'rtsOn' },
  { id: 'line.rtsOff', title: 'Drop RTS', what: 'rtsOff' },
] as const;

/** Does something with the terminal in front. */
function withView(run: (session: SessionInfo, shown: TerminalView) => unknown): () => void {
  return withSession((session) => {
    const shown = view();
    if (shown) void run(session, shown);
  });
}

export const sessionActions: readonly Action[] = [
  {
    id: 'session.localShell',
    needs: 'localShell',
    title: 'Open a local shell',
    group: GROUP,
    shortcut: 'Ctrl+Shift+S',
    icon: SquareTerminal,
    keywords: 'terminal bash powershell this computer',
    run: () => sessions.localShell(),
  },
  {
    id: 'session.files',
    title: 'Go to the files',
    group: GROUP,
    icon: FolderOpen,
    keywords: 'sftp transfer browse',
    detail,
    when: () => machine() !== null && terminal() && protocol() === 'ssh',
    run: () => goTo('files'),
  },
  {
    id: 'session.terminal',
    title: 'Go to the terminal',
    group: GROUP,
    icon: SquareTerminal,
    keywords: 'shell console',
    detail,
    when: () => machine() !== null && current()?.target.kind === 'files',
    run: () => goTo('entry'),
  },
  {
    id: 'session.reconnect',
    title: 'Connect again',
    group: GROUP,
    shortcut: 'Ctrl+Shift+R',
    icon: RotateCw,
    keywords: 'reconnect retry',
    detail,
    when: canReconnect,
    run: withSession((session) => sessions.reconnect(session.id)),
  },
  {
    id: 'session.disconnect',
    title: 'Disconnect',
    group: GROUP,
    icon: Unplug,
    detail,
    when: running,
    run: withSession((session) => sessions.disconnect(session.id)),
  },
  {
    id: 'line.break',
    title: 'Send a break',
    group: GROUP,
    icon: Zap,
    keywords: 'serial telnet brk sysrq rommon',
    detail,
    when: () => line('telnet', 'serial') || (open() && hasBreak(current()?.target.kind)),
    run: signal('break'),
  },
  {
    id: 'line.areYouThere',
    title: 'Ask the server for a sign of life',
    group: GROUP,
    icon: CircleQuestionMark,
    keywords: 'telnet ayt are you there ping',
    detail,
    when: () => line('telnet'),
    run: signal('areYouThere'),
  },
  ...WIRES.map(({ id, title, what }): Action => ({
    id,
    title,
    group: GROUP,
    icon: Cable,
    keywords: 'serial line wire pin modem',
    detail,
    when: () => line('serial'),
    run: signal(what),
  })),
  {
    id: 'terminal.copy',
    title: 'Copy the selection',
    group: GROUP,
    shortcut: 'Ctrl+Shift+C',
    icon: Copy,
    when: terminal,
    run: () => view()?.clipboard.copy(),
  },
  {
    id: 'terminal.paste',
    title: 'Paste into the terminal',
    group: GROUP,
    shortcut: 'Ctrl+Shift+V',
    icon: ClipboardPaste,
    detail,
    // In a field it is the field's own.
    when: () => open() && !document.activeElement?.matches('input'),
    run: () => view()?.clipboard.paste(),
  },
  {
    id: 'terminal.selectAll',
    title: 'Select all output',
    group: GROUP,
    shortcut: 'Ctrl+Shift+A',
    icon: TextSelect,
    when: terminal,
    run: () => view()?.selectAll(),
  },
  {
    id: 'terminal.find',
    title: 'Find in the terminal…',
    group: GROUP,
    shortcut: 'Ctrl+Shift+F',
    icon: Search,
    keywords: 'search output scrollback',
    when: terminal,
    run: () => view()?.finder.show(),
  },
  {
    id: 'terminal.copyAll',
    title: 'Copy all as text',
    group: GROUP,
    icon: CopyPlus,
    keywords: 'output scrollback clipboard',
    when: terminal,
    run: withView((_, shown) => copyAllText(shown)),
  },
  {
    id: 'terminal.copyHtml',
    title: 'Copy as HTML',
    group: GROUP,
    icon: Code,
    keywords: 'output selection colours colors clipboard',
    when: terminal,
    run: withView((_, shown) => copyHtml(shown)),
  },
  {
    id: 'terminal.saveText',
    title: 'Save output as text…',
    group: GROUP,
    icon: Save,
    keywords: 'scrollback file export log',
    detail,
    when: terminal,
    run: withView((session, shown) => saveOutput(session, shown, 'text')),
  },
  {
    id: 'terminal.saveHtml',
    title: 'Save output as HTML…',
    group: GROUP,
    icon: Save,
    keywords: 'scrollback file export colours colors',
    detail,
    when: terminal,
    run: withView((session, shown) => saveOutput(session, shown, 'html')),
  },
  {
    id: 'terminal.clear',
    title: 'Clear scrollback',
    group: GROUP,
    icon: CircleX,
    when: terminal,
    run: () => view()?.clear(),
  },
];
