// What a command can be run on, as a list to tick: everything, tags, folders and machines in the order of the tree.

import type { RunTarget } from '$lib/host';
import type { TreeShape } from '$lib/tree/model';

export interface Choice {
  target: RunTarget;
  title: string;
  detail: string;
  /** How far it is indented. */
  depth: number;
  folder: boolean;
}

/** Everything there is to tick, or what of it holds every word that was typed. */
export function choices(shape: TreeShape, typed: string): Choice[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text: string) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
  const { rows } = shape;
  const list: Choice[] = [];
  if (fits('all machines')) {
    const machines = rows.folders.reduce((sum, folder) => sum + (folder ? 0 : 1), 0);
    list.push({
      target: { kind: 'everything' },
      title: 'All machines',
      detail: String(machines),
      depth: 0,
      folder: true,
    });
  }
  for (const [tag, count] of tagsOf(shape))
    if (fits(`tag: ${tag}`))
      list.push({
        target: { kind: 'tag', tag },
        title: `tag: ${tag}`,
        detail: String(count),
        depth: 0,
        folder: true,
      });
  for (let row = 0; row < rows.ids.length; row += 1) {
    const folder = rows.folders[row] === 1;
    const title = rows.names[row] ?? '';
    const address = rows.addresses[row] ?? '';
    if (words.length > 0 && !fits(`${title} ${address}`)) continue;
    list.push({
      target: { kind: 'node', id: rows.ids[row] ?? '' },
      title,
      detail: folder ? String(shape.inside[row] ?? 0) : address,
      depth: words.length > 0 ? 0 : (rows.depths[row] ?? 0),
      folder,
    });
  }
  return list;
}

/** Tags of machines, and how many have each. */
function tagsOf({ rows }: TreeShape): [string, number][] {
  const counts = new Map<string, number>();
  rows.tags.forEach((tags, row) => {
    if (rows.folders[row] === 1 || tags === '') return;
    for (const tag of tags.split(' ')) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  });
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}
