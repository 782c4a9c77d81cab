/** What the keys do while a list of files has the focus, beside those of its actions. */

import { matches } from '$lib/actions/shortcut';
import { placeAfter } from '$lib/components/list-keys';
import { fileActions } from './actions';
import type { FilesPane } from './pane.svelte';

/** Letters typed faster than this are one word. */
const WORD_MS = 600;
let typed = '';
let typedAt = 0;

/** Does what an action's key asks for; true if it was one. */
export function actionPressed(event: KeyboardEvent): boolean {
  const action = fileActions.find(
    ({ local, shortcut, also = [] }) =>
      local && [shortcut ?? '', ...also].some((keys) => matches(keys, event)),
  );
  if (!action) return false;
  if (action.when?.() ?? true) void action.run();
  return true;
}

/** Moves in the list and selects; true if the key meant something. `page` is how many rows fit. */
export function listPressed(event: KeyboardEvent, pane: FilesPane, page: number): boolean {
  const control = event.ctrlKey || event.metaKey;
  if (event.altKey) return false;
  if (event.key === ' ' && !continues(event.timeStamp)) toggleActive(pane, event.shiftKey);
  else if (event.key === 'Escape') return escape(pane);
  else if (!control && event.key.length === 1) typeAhead(pane, event.key, event.timeStamp);
  else return move(pane, event, page);
  return true;
}

function move(pane: FilesPane, event: KeyboardEvent, page: number): boolean {
  const target = placeAfter(event.key, pane.activePlace, pane.rows.length - 1, page);
  if (target === undefined) return false;
  const row = pane.rows[target];
  if (!row) return true;
  if (event.shiftKey) pane.extendTo(row.name);
  // With Ctrl the cursor goes and the selection stays, to be added to with the space bar.
  else if (event.ctrlKey || event.metaKey) pane.selected = { ...pane.selected, active: row.name };
  else pane.select(row.name);
  return true;
}

function toggleActive(pane: FilesPane, extend: boolean): void {
  const { active } = pane;
  if (!active) return;
  if (extend) pane.extendTo(active.name);
  else pane.toggle(active.name);
}

function escape(pane: FilesPane): boolean {
  if (pane.waitingFor !== null) pane.cancel();
  else if (pane.filter !== '') pane.stopFiltering();
  else if (pane.chosen.length > 1 && pane.active) pane.select(pane.active.name);
  else return false;
  return true;
}

/** A word is being typed. */
function continues(now: number): boolean {
  return typed !== '' && now - typedAt <= WORD_MS;
}

/** The next row whose name begins with what was typed; one letter again goes on to the next. */
function typeAhead(pane: FilesPane, letter: string, now: number): void {
  typed = continues(now) ? typed + letter : letter;
  typedAt = now;
  const same = [...typed].every((each) => each === typed[0]);
  const wanted = (same ? (typed[0] ?? '') : typed).toLowerCase();
  const { rows, activePlace } = pane;
  const start = same ? activePlace + 1 : Math.max(0, activePlace);
  for (let offset = 0; offset < rows.length; offset++) {
    const row = rows[(start + offset) % rows.length];
    if (row?.name.toLowerCase().startsWith(wanted)) {
      pane.select(row.name);
      return;
    }
  }
}
