/** A desktop on the whole screen. */

import { notices } from '$lib/frame/notices.svelte';
import type { DesktopView } from './view.svelte';

/** Also while the desktop has the keyboard. */
export const FULL_SCREEN = 'Ctrl+Alt+Enter';

export async function toggleFull(view: DesktopView): Promise<void> {
  // Its own keys are no chord that gives the keyboard back.
  view.keyboard.clear();
  if (view.full) {
    view.full = false;
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
    return;
  }
  view.full = true;
  // The system may end it by itself, as with Escape.
  const ended = () => {
    if (document.fullscreenElement) return;
    view.full = false;
    document.removeEventListener('fullscreenchange', ended);
  };
  try {
    await document.documentElement.requestFullscreen();
    document.addEventListener('fullscreenchange', ended);
  } catch {
    // The desktop fills the window then, which is worth having.
    notices.say('The system did not give the whole screen: the desktop fills the window.');
  }
}
