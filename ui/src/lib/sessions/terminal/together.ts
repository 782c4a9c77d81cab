/**
 * Terminals that get what is typed into one of them, and what each of them gets.
 *
 * It is done here and not in the core, because what a key is as bytes depends on the modes of each terminal (DECCKM,
 * bracketed paste), and those are known only where its output is parsed. Who belongs together is decided in
 * `lib/broadcast`.
 */

import type { SessionId } from '$lib/host';
import type { TerminalView } from './view.svelte';

type Others = (id: SessionId) => readonly TerminalView[];

const nobody: Others = () => [];
let others: Others = nobody;

/** Says which other terminals get what is typed into one, until the returned function is called. */
export function typeTogether(now: Others): () => void {
  others = now;
  return () => {
    if (others === now) others = nobody;
  };
}

/** The other terminals that get what is typed into this one. */
export function othersOf(id: SessionId): readonly TerminalView[] {
  return others(id);
}

/** Cursor keys, Home and End without modifiers: the only keys whose bytes depend on a mode (DECCKM). */
const CURSOR_KEY = /^\x1b[[O]([ABCDFH])$/;
/** Reports of the mouse: where it is in one terminal means nothing in another. */
const MOUSE = /^\x1b\[(?:<\d+;\d+;\d+[Mm]|\d+;\d+;\d+M|M[^]{3})$/;
/** Focus reports are each terminal's own. */
const FOCUS = /^\x1b\[[IO]$/;

/** What was typed into one terminal as another one gets it; null if it is none of its business. */
export function keysFor(data: string, applicationCursorKeys: boolean): string | null {
  if (MOUSE.test(data) || FOCUS.test(data)) return null;
  const key = CURSOR_KEY.exec(data)?.[1];
  if (key === undefined) return data;
  return `\x1b${applicationCursorKeys ? 'O' : '['}${key}`;
}
