/** What a click or an arrow key does to a selection of many: as in every file list. */

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Where the keyboard is. */
  readonly active: string | null;
  /** Where a range starts. */
  readonly anchor: string | null;
}

export const NOTHING: Selection = { ids: new Set(), active: null, anchor: null };

export function only(id: string): Selection {
  return { ids: new Set([id]), active: id, anchor: id };
}

/** Ctrl+click: in or out, the rest stays. */
export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, active: id, anchor: id };
}

/** Shift: everything on show from the anchor to here. `order` gives the id at a place, `placeOf` the place of an id. */
export function extend(
  selection: Selection,
  id: string,
  order: (place: number) => string,
  placeOf: (id: string) => number,
): Selection {
  const anchor = selection.anchor ?? selection.active ?? id;
  const from = placeOf(anchor);
  const to = placeOf(id);
  if (from < 0 || to < 0) return only(id);
  const ids = new Set<string>();
  for (let place = Math.min(from, to); place <= Math.max(from, to); place++) ids.add(order(place));
  return { ids, active: id, anchor };
}

/** Forgets ids that are gone. */
export function keep(selection: Selection, exists: (id: string) => boolean): Selection {
  const still = (id: string | null) => (id !== null && exists(id) ? id : null);
  const ids = new Set([...selection.ids].filter(exists));
  return {
    ids,
    active: still(selection.active) ?? ids.values().next().value ?? null,
    anchor: still(selection.anchor),
  };
}
