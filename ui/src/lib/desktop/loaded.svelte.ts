/**
 * The code of desktops, which most starts of the window do without: it is loaded when a session is one, while that
 * connects, and to list its actions. What is needed before (`registry.ts`, `size.ts`) imports its types and nothing else.
 */

import type * as all from './all';

type DesktopCode = typeof all;

let code = $state.raw<DesktopCode>();
let loading: Promise<void> | undefined;

/** The code, once it is loaded. */
export function desktopCode(): DesktopCode | undefined {
  return code;
}

/** Loads the code, once. */
export function loadDesktops(): Promise<void> {
  return (loading ??= import('./all').then((loaded) => {
    code = loaded;
  }));
}
