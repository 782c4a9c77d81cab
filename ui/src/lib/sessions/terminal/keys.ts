/**
 * Keys that a terminal keeps for itself. All others go to the program, Ctrl+C too, even with a
 * selection: what it does must not depend on something that may be scrolled out of sight. The keys
 * that the window takes before the terminal sees them are those of `lib/actions`.
 */

import type { TerminalView } from './view.svelte';

/** Whether the terminal should deal with a key; `false` if it was dealt with here. */
export function handleKey(
  event: KeyboardEvent,
  view: Pick<TerminalView, 'clipboard' | 'scroll'>,
): boolean {
  if (event.type !== 'keydown') return true;
  const run = keyAction(event, view);
  if (!run) return true;
  event.preventDefault();
  run();
  return false;
}

function keyAction(
  event: KeyboardEvent,
  view: Pick<TerminalView, 'clipboard' | 'scroll'>,
): (() => void) | undefined {
  const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
  if (altKey || metaKey || shiftKey === ctrlKey) return undefined;
  if (key === 'Insert')
    return shiftKey ? () => void view.clipboard.paste() : () => view.clipboard.copy();
  if (shiftKey && key === 'PageUp') return () => view.scroll(-1);
  if (shiftKey && key === 'PageDown') return () => view.scroll(1);
  return undefined;
}
