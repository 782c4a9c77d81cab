/** The files pages there are, by session. A page is made when it is first asked for. */

import type { FilePlace, NodeId, SessionId, TaskFolder } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { forgetFolder } from './folders.svelte';
import type { FilesPane } from './pane.svelte';
import { FilesView } from './view.svelte';

const views = new Map<SessionId, { view: FilesView; stop: () => void }>();

/** The files page of a session; made if there is none yet. */
export function filesOf(id: SessionId): FilesView {
  const known = views.get(id);
  if (known) return known.view;
  const made: FilesView[] = [];
  // What it works out belongs to no component, not even to the one that asks for it first.
  const stop = $effect.root(() => void made.push(new FilesView(id)));
  const [view = new FilesView(id)] = made;
  views.set(id, { view, stop });
  return view;
}

/** Lets go of the files page of a session that is gone. */
export function forgetFiles(id: SessionId): void {
  const known = views.get(id);
  known?.view.dispose();
  known?.stop();
  views.delete(id);
  forgetFolder(id);
}

/** The sides that show a folder, whatever session leads to its machine. */
export function panesAt({ machine, folder }: TaskFolder): FilesPane[] {
  return [...views.values()]
    .flatMap(({ view }) => [view.here, view.machine])
    .filter((pane) => pane.path === folder && machineOf(pane.place) === machine);
}

function machineOf(place: FilePlace): NodeId | null | undefined {
  if (place.kind === 'here') return null;
  const target = sessions.get(place.session)?.target;
  return target?.kind === 'files' ? target.id : undefined;
}
