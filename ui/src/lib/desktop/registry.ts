/** The desktops there are, by session. A desktop is made when it is first asked for. */

import type { SessionId } from '$lib/host';
import { DesktopView } from './view.svelte';

const views = new Map<SessionId, DesktopView>();

/** The desktop of a session; made if there is none yet. */
export function desktopOf(id: SessionId): DesktopView {
  let view = views.get(id);
  if (!view) {
    view = new DesktopView(id);
    views.set(id, view);
  }
  return view;
}

/** The desktop of a session, if there is one. */
export function existingDesktop(id: SessionId): DesktopView | undefined {
  return views.get(id);
}

/** Lets go of the desktop of a session that is gone. */
export function forgetDesktop(id: SessionId): void {
  views.get(id)?.dispose();
  views.delete(id);
}
