// The keyboard follows to the pane in front.

import { OPEN_OVERLAY, OVERLAY } from '$lib/frame/overlay';

/**
 * Gives the keyboard to a pane of an area, once no dialog or menu is in the way. A dialog that closes gives it back to
 * where it had it from, which may be gone by then, so this waits until it did. Returns how to give up waiting.
 */
export function followTo(area: HTMLElement, pane: string): () => void {
  let frame = 0;
  const follow = (): void => {
    if (document.querySelector(OPEN_OVERLAY)) return;
    if (document.querySelector(OVERLAY)) frame = requestAnimationFrame(follow);
    else take(area.querySelector<HTMLElement>(`[data-pane="${pane}"]`));
  };
  follow();
  return () => cancelAnimationFrame(frame);
}

function take(pane: HTMLElement | null): void {
  const focused = document.activeElement;
  // Whoever went on into a field of the pane types there by now.
  if (pane === null || (pane !== focused && pane.contains(focused))) return;
  (pane.querySelector<HTMLElement>('[data-autofocus]') ?? pane).focus();
}
