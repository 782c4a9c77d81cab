// Folders and machines to choose from, out of the rows of the tree.

import type { NodeId, TreeRows } from '$lib/host';
import { protocolAt } from './protocols';

export interface Choice {
  /** null is the root. */
  id: NodeId | null;
  name: string;
  /** The folders above, outermost first, joined by slashes; the address for a machine. */
  detail: string;
  depth: number;
}

/** Walks the rows with the names of the folders above each. */
function* walk(
  rows: TreeRows,
): Generator<{ at: number; id: NodeId; path: string[]; above: NodeId[] }> {
  const path: string[] = [];
  const above: NodeId[] = [];
  for (const [at, id] of rows.ids.entries()) {
    const depth = rows.depths[at] ?? 0;
    path.length = depth;
    above.length = depth;
    yield { at, id, path, above };
    path.push(rows.names[at] ?? '');
    above.push(id);
  }
}

/** Every folder that `moved` can be put in: not one of them, and not inside one of them. The root comes first. */
export function folderChoices(rows: TreeRows, moved: ReadonlySet<NodeId>, root: string): Choice[] {
  const choices: Choice[] = [{ id: null, name: root, detail: '', depth: 0 }];
  for (const { at, id, path, above } of walk(rows)) {
    if (rows.folders[at] !== 1 || moved.has(id) || above.some((folder) => moved.has(folder)))
      continue;
    choices.push({ id, name: rows.names[at] ?? '', detail: path.join(' / '), depth: path.length });
  }
  return choices;
}

/** Every machine but `self`. */
export function everyMachine(rows: TreeRows, self: NodeId | null): Choice[] {
  return choicesOf(rows, self, () => true);
}

/** Every machine that forwards, which takes SSH, but `self`: that cannot be its own jump host. */
export function machineChoices(rows: TreeRows, self: NodeId | null): Choice[] {
  return choicesOf(rows, self, (at) => protocolAt(rows.protocols[at]) === 'ssh');
}

function choicesOf(rows: TreeRows, self: NodeId | null, takes: (at: number) => boolean): Choice[] {
  const choices: Choice[] = [];
  for (const [at, id] of rows.ids.entries()) {
    if (rows.folders[at] === 1 || id === self || !takes(at)) continue;
    choices.push({ id, name: rows.names[at] ?? '', detail: rows.addresses[at] ?? '', depth: 0 });
  }
  return choices;
}

/** "Production / Edge" for a folder and the name of the root for null. */
export function placeName(rows: TreeRows, id: NodeId | null, root: string): string {
  if (id === null) return root;
  for (const step of walk(rows)) {
    if (step.id === id) return [...step.path, rows.names[step.at] ?? ''].join(' / ');
  }
  return root;
}

/** The choices whose name or detail hold the typed words; at most `most`, so that 100,000 machines stay quick. */
export function matchingChoices(choices: readonly Choice[], typed: string, most = 200): Choice[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Choice[] = [];
  for (const choice of choices) {
    const text = `${choice.detail} ${choice.name}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    found.push(choice);
    if (found.length === most) break;
  }
  return found;
}
