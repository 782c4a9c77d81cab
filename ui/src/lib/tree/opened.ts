/** What is open or closed, kept over a restart. Ids only, which tell nothing about machines: they may lie outside the vault. */

export function readIds(key: string): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(key) ?? '[]') as string[]);
  } catch {
    return new Set();
  }
}

export function writeIds(key: string, ids: ReadonlySet<string>): void {
  try {
    localStorage.setItem(key, JSON.stringify([...ids]));
  } catch {
    // Not kept: a full or forbidden storage costs the person a click.
  }
}

/** The same with one more, or one less. */
export function flipped(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
