/** What can be done with files: in the list of the side that has the keyboard, in its menu and in the palette. */

import Copy from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import Eye from '@lucide/svelte/icons/eye';
import FileText from '@lucide/svelte/icons/file-text';
import FolderDown from '@lucide/svelte/icons/folder-down';
import FolderInput from '@lucide/svelte/icons/folder-input';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import FolderSymlink from '@lucide/svelte/icons/folder-symlink';
import ListChecks from '@lucide/svelte/icons/list-checks';
import ListFilter from '@lucide/svelte/icons/list-filter';
import LockKeyhole from '@lucide/svelte/icons/lock-keyhole';
import Pause from '@lucide/svelte/icons/pause';
import Play from '@lucide/svelte/icons/play';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import SquarePen from '@lucide/svelte/icons/square-pen';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import TextCursorInput from '@lucide/svelte/icons/text-cursor-input';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Upload from '@lucide/svelte/icons/upload';
import type { Action } from '$lib/actions';
import { attempt } from '$lib/frame/notices.svelte';
import { call, type FileEntry } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { shellWord } from '$lib/sessions/terminal/folder';
import { settings } from '$lib/settings/settings.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { edits } from './edits.svelte';
import { isFolder } from './listing';
import { displayName } from './names';
import type { FilesPane } from './pane.svelte';
import { canPause } from './progress';
import { terminalAt } from './follow';
import { filesOf } from './registry.svelte';
import { tasks } from './tasks.svelte';
import { uploads } from './uploads.svelte';
import type { FilesView } from './view.svelte';
import { chooseFiles, download } from './web';
import { whatText } from './words';

const GROUP = 'Files';

/** The files page in front. */
function front(): FilesView | undefined {
  const spec = tabs.current?.spec;
  const session = spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  if (session?.target.kind !== 'files' || session.state.kind !== 'open') return undefined;
  return filesOf(session.id);
}

const pane = (): FilesPane | undefined => front()?.pane;
const chosen = () => pane()?.chosen ?? [];
const some = () => chosen().length > 0;
const one = () => chosen().length === 1;
const there = () => front() !== undefined;
const read = () => pane()?.listing != null;
const what = () => whatText(chosen());

/** Where a copy of what is selected would go, as people write it. */
export function copyGoal(view: FilesView): string {
  const to = view.across(view.pane);
  const path = to.place.kind === 'here' ? settings.shortPath(to.path) : to.path;
  return displayName(path);
}

function goalKnown(): boolean {
  const view = front();
  return view !== undefined && view.across(view.pane).listing !== null;
}

function withPane(run: (pane: FilesPane, view: FilesView) => unknown): () => void {
  return () => {
    const view = front();
    if (view) void run(view.pane, view);
  };
}

function open(pane: FilesPane, view: FilesView): unknown {
  const entry = pane.active;
  if (!entry) return undefined;
  if (entry.name === '..') return pane.up();
  if (isFolder(entry)) return pane.go(pane.pathOf(entry));
  return (view.asking = { kind: 'preview', pane, entry });
}

/** A file, or a link that leads to one. */
function isEditable({ kind, end }: FileEntry): boolean {
  return kind === 'file' || (kind === 'link' && end === 'file');
}

/** An action of the list: the list itself has the key. */
function inList(id: string, title: string, shortcut: string, more: Partial<Action>): Action {
  return {
    id,
    title,
    shortcut,
    group: GROUP,
    local: true,
    when: read,
    run: () => undefined,
    ...more,
  };
}

export const fileActions: readonly Action[] = [
  inList('files.open', 'Open', 'Enter', {
    icon: FolderOpen,
    detail: () => displayName(pane()?.active?.name ?? ''),
    when: () => pane()?.active !== undefined,
    run: withPane(open),
  }),
  inList('files.up', 'Go to the folder above', 'Backspace', {
    also: ['Alt+ArrowUp'],
    when: () => pane()?.listing?.parent != null,
    run: withPane((at) => at.up()),
  }),
  inList('files.back', 'Go back to the last folder', 'Alt+ArrowLeft', {
    when: () => pane()?.canGoBack === true,
    run: withPane((at) => at.back()),
  }),
  inList('files.forward', 'Go forward again', 'Alt+ArrowRight', {
    when: () => pane()?.canGoForward === true,
    run: withPane((at) => at.forward()),
  }),
  inList('files.other', 'Go to the other side', 'Ctrl+ArrowRight', {
    also: ['Ctrl+ArrowLeft'],
    when: there,
    run: withPane((_, view) => view.focus(view.side === 'here' ? 'machine' : 'here')),
  }),
  inList('files.path', 'Type a path…', 'Ctrl+L', {
    icon: FolderSymlink,
    keywords: 'go to location address',
    when: there,
    run: withPane((at) => (at.typing = true)),
  }),
  inList('files.filter', 'Filter the files', 'Ctrl+F', {
    icon: ListFilter,
    keywords: 'find search',
    run: withPane((at) => (at.filtering = true)),
  }),
  inList('files.copy', 'Copy to the other side', 'F5', {
    icon: Copy,
    keywords: 'upload download transfer',
    detail: what,
    when: () => some() && goalKnown(),
    run: withPane((at, view) => view.copy(at, at.chosen)),
  }),
  inList('files.move', 'Move to the other side', 'Shift+F5', {
    icon: FolderInput,
    keywords: 'upload download transfer',
    detail: what,
    when: () => some() && goalKnown(),
    run: withPane((at, view) => view.copy(at, at.chosen, undefined, true)),
  }),
  {
    id: 'files.saveTo',
    needs: 'localFiles',
    title: 'Save to…',
    group: GROUP,
    icon: FolderDown,
    keywords: 'download copy to folder of this computer desktop',
    detail: what,
    when: () => some() && pane()?.place.kind === 'machine',
    run: withPane((at, view) => view.saveTo(at, at.chosen)),
  },
  {
    id: 'files.download',
    needs: 'webFiles',
    title: 'Download',
    group: GROUP,
    icon: Download,
    keywords: 'save fetch to this computer',
    detail: what,
    when: () => some() && chosen().every(isEditable),
    run: withPane((at) => download(at)),
  },
  {
    id: 'files.upload',
    needs: 'webFiles',
    title: 'Upload…',
    group: GROUP,
    icon: Upload,
    keywords: 'send from this computer',
    when: () => pane()?.place.kind === 'machine' && read(),
    run: withPane(async (at) => uploads.begin(at, await chooseFiles())),
  },
  inList('files.preview', 'Preview', 'F3', {
    icon: FileText,
    keywords: 'view show text',
    detail: what,
    when: () => one() && chosen().every((entry) => !isFolder(entry)),
    run: withPane((at, view) => {
      const [entry] = at.chosen;
      if (entry) view.asking = { kind: 'preview', pane: at, entry };
    }),
  }),
  inList('files.edit', 'Edit', 'F4', {
    needs: 'localFiles',
    icon: SquarePen,
    keywords: 'open editor change upload on save',
    detail: what,
    when: () => one() && chosen().every(isEditable) && pane()?.place.kind === 'machine',
    run: withPane((at) => {
      const [entry] = at.chosen;
      return entry && edits.edit(at, entry);
    }),
  }),
  inList('files.rename', 'Rename…', 'F2', {
    icon: TextCursorInput,
    detail: what,
    when: one,
    run: withPane((at) => (at.renaming = at.chosen[0]?.name ?? null)),
  }),
  inList('files.mode', 'Permissions…', 'Alt+Enter', {
    icon: LockKeyhole,
    keywords: 'chmod mode rights owner',
    detail: what,
    when: () => some() && chosen().every(({ mode }) => mode !== null),
    run: withPane((at, view) => {
      view.asking = { kind: 'permissions', pane: at, entries: at.chosen };
    }),
  }),
  inList('files.delete', 'Delete…', 'Delete', {
    icon: Trash2,
    keywords: 'remove',
    detail: what,
    when: some,
    run: withPane((at, view) => {
      view.asking = { kind: 'delete', pane: at, entries: at.chosen };
    }),
  }),
  inList('files.newFolder', 'New folder…', 'F7', {
    icon: FolderPlus,
    keywords: 'make create directory',
    run: withPane((at, view) => (view.asking = { kind: 'newFolder', pane: at })),
  }),
  inList('files.copyPath', 'Copy path', 'Ctrl+C', {
    keywords: 'clipboard',
    run: withPane((at) => {
      const paths = at.chosen.length > 0 ? at.chosen.map((entry) => at.pathOf(entry)) : [at.path];
      // As it is shown: a name may hold what a terminal would run.
      return attempt(() => call('host_copy_text', { text: paths.map(displayName).join('\n') }));
    }),
  }),
  inList('files.all', 'Select all files', 'Ctrl+A', { run: withPane((at) => at.selectAll()) }),
  inList('files.refresh', 'Refresh', 'Ctrl+R', {
    icon: RefreshCw,
    keywords: 'reload read again',
    when: there,
    run: withPane((at) => at.refresh()),
  }),
  inList('files.hidden', 'Show or hide hidden files', 'Ctrl+H', {
    icon: Eye,
    keywords: 'dot files',
    run: withPane((at) => (at.showHidden = !at.showHidden)),
  }),
  {
    id: 'files.follow',
    title: 'Follow the terminal, or stop following it',
    group: GROUP,
    icon: SquareTerminal,
    keywords: 'directory folder cwd osc 7 sync',
    when: there,
    run: withPane((at) => {
      at.following = !at.following;
      at.explaining = at.following && (terminalAt(at.place)?.view.folder ?? null) === null;
    }),
  },
  {
    id: 'files.cd',
    title: 'Go to this folder in the terminal',
    group: GROUP,
    icon: SquareTerminal,
    keywords: 'cd change directory shell',
    detail: () => displayName(pane()?.path ?? ''),
    // A name that cannot be typed, or would act by itself, is not typed.
    when: () => {
      const at = pane();
      return (
        at?.listing != null && shellWord(at.path) !== null && terminalAt(at.place) !== undefined
      );
    },
    run: withPane((at) => {
      const terminal = terminalAt(at.place);
      const word = shellWord(at.path);
      if (!terminal || word === null) return;
      tabs.open({ kind: 'session', sessionId: terminal.session.id });
      terminal.view.clipboard.requestPaste(`cd ${word}`);
    }),
  },
  {
    id: 'files.edits',
    needs: 'localFiles',
    title: 'Show the files being edited…',
    group: GROUP,
    icon: SquarePen,
    keywords: 'editor upload conflict not uploaded',
    run: () => (edits.shown = true),
  },
  {
    id: 'files.place',
    title: 'Show the files of another machine on this side…',
    group: GROUP,
    icon: ArrowLeftRight,
    keywords: 'remote this computer pane place',
    when: there,
    run: withPane((_, view) => (view.choosing = view.side)),
  },
  {
    id: 'files.here',
    title: 'Show or hide the left side',
    group: GROUP,
    keywords: 'files of this computer one pane two panes',
    when: there,
    run: withPane((_, view) => view.toggleHere()),
  },
  {
    id: 'view.tasks',
    title: 'Show or hide tasks',
    group: 'View',
    shortcut: 'Ctrl+Shift+J',
    keywords: 'transfers copies progress drawer',
    icon: ListChecks,
    run: () => (tasks.shown = !tasks.shown),
  },
  {
    id: 'tasks.pause',
    title: 'Pause all transfers',
    group: 'Tasks',
    keywords: 'copies hold stop',
    icon: Pause,
    when: () => tasks.list.some(canPause),
    run: () => void tasks.pauseAll(),
  },
  {
    id: 'tasks.resume',
    title: 'Resume all transfers',
    group: 'Tasks',
    keywords: 'copies continue go on',
    icon: Play,
    when: () => tasks.list.some(({ state }) => state.kind === 'paused'),
    run: () => void tasks.resumeAll(),
  },
];
