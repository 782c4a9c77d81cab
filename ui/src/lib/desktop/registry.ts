/** The desktops there are, by session. */

import { SvelteMap } from 'svelte/reactivity';
import type { SessionId } from '$lib/host';
import { desktopCode } from './loaded.svelte';
import type { DesktopView } from './view.svelte';

const views = new SvelteMap<SessionId, DesktopView>();

/** The desktop of a session; made if there is none yet. The code of desktops must be loaded. */
export function desktopOf(id: SessionId): DesktopView {
  let view = views.get(id);
  if (!view) {
    const code = desktopCode();
    if (!code) throw new Error('the code of desktops is not loaded');
    view = new code.DesktopView(id);
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
