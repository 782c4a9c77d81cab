/** What the keys do while the tree has the focus. Actions with a shortcut of their own are tried first. */
import { actions } from '$lib/actions';
import { matches } from '$lib/actions/shortcut';
import { placeAfter } from '$lib/components/list-keys';
import { tree } from './tree.svelte';
import { treeActions } from './actions';

/** Letters typed faster than this are one word. */
const WORD_MS = 600;
let typed = '';
let typedAt = 0;

/** Handles a key press; true if it meant something. `page` is how many rows fit. */
export function pressed(event: KeyboardEvent, page: number): boolean {
  const local = treeActions.find(
    (action) =>
      action.local && action.shortcut !== 'Enter' && matches(action.shortcut ?? '', event),
  );
  if (local) {
    actions.run(local.id);
    return true;
  }
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === 'a') tree.selectAll();
  else if (event.key === ' ' && control) toggleActive();
  else if (event.altKey) return false;
  else if (event.key === 'Enter') enter();
  else if (event.key === 'Escape') return escape();
  else if (event.key === 'ArrowLeft') left();
  else if (event.key === 'ArrowRight') right();
  else if (!control && isLetter(event)) typeAhead(event.key);
  else return goTo(event, page);
  return true;
}

function goTo(event: KeyboardEvent, page: number): boolean {
  const at = tree.placeOf(tree.selected.active);
  const target = placeAfter(event.key, at, tree.visible.length - 1, page);
  if (target === undefined || event.ctrlKey || event.metaKey) return false;
  const id = tree.idAt(target);
  if (id === null) return true;
  if (event.shiftKey) tree.extendTo(id);
  else tree.selectOnly(id);
  return true;
}

function toggleActive(): void {
  if (tree.selected.active) tree.toggleSelected(tree.selected.active);
}

function enter(): void {
  const node = tree.byId(tree.selected.active);
  const live = tree.liveById(tree.selected.active);
  if (live) live.run();
  else if (node?.folder && tree.selection.length <= 1) tree.toggleOpen(node.id);
  else actions.run('machine.connect');
}

function escape(): boolean {
  if (tree.selection.length > 1 && tree.selected.active) tree.selectOnly(tree.selected.active);
  else if (tree.filterText) tree.setFilter('');
  else return false;
  return true;
}

function left(): void {
  const id = tree.selected.active;
  if (id === null) return;
  const parent = tree.parentOf(id);
  if (tree.holds(id) && tree.isOpenAt(tree.placeOf(id))) tree.toggleOpen(id);
  else if (parent !== null) tree.selectOnly(parent);
}

function right(): void {
  const id = tree.selected.active;
  if (id === null || !tree.holds(id)) return;
  const place = tree.placeOf(id);
  if (!tree.isOpenAt(place)) tree.toggleOpen(id);
  else {
    const child = tree.idAt(place + 1);
    if (child) tree.selectOnly(child);
  }
}

function isLetter(event: KeyboardEvent): boolean {
  return (
    event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
  );
}

/** The next row on show whose name begins with what was typed; one letter again goes on to the next. */
function typeAhead(letter: string, now = Date.now()): void {
  typed = now - typedAt > WORD_MS ? letter : typed + letter;
  typedAt = now;
  const same = [...typed].every((each) => each === typed[0]);
  const wanted = (same ? (typed[0] ?? '') : typed).toLowerCase();
  const { length } = tree.visible;
  const from = tree.placeOf(tree.selected.active);
  const start = same ? from + 1 : Math.max(0, from);
  for (let offset = 0; offset < length; offset++) {
    const place = (start + offset) % length;
    if (tree.nameAt(place).toLowerCase().startsWith(wanted)) {
      tree.selectOnly(tree.idAt(place) ?? '');
      return;
    }
  }
}
