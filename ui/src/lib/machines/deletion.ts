// What a deletion takes away, in words.

import type { DeletePreview } from '$lib/host';

const count = (n: number, one: string, many: string): string =>
  `${String(n)} ${n === 1 ? one : many}`;

/** "3 machines and 1 folder". */
export function whatGoes(preview: DeletePreview): string {
  const machines = preview.entries > 0 ? count(preview.entries, 'machine', 'machines') : '';
  const folders = preview.folders > 0 ? count(preview.folders, 'folder', 'folders') : '';
  return [folders, machines].filter(Boolean).join(' and ');
}

/** The name if one thing was chosen, the numbers if there are more. */
export function deleteTitle(preview: DeletePreview, only?: string): string {
  return `Delete ${only ?? whatGoes(preview)}?`;
}

/** What goes with it or is meant by it; nothing when one machine is named in the title. */
export function deleteDetail(preview: DeletePreview, only?: string): string {
  if (only === undefined) {
    const total = preview.entries + preview.folders;
    const list = some(preview.names, total);
    return preview.folders > 0 ? `${list}, with everything in them.` : `${list}.`;
  }
  const inside = { ...preview, folders: preview.folders - 1 };
  if (inside.folders < 0 || inside.folders + inside.entries === 0) return '';
  const names = preview.names[0] === only ? preview.names.slice(1) : preview.names;
  return `And the ${whatGoes(inside)} in it: ${some(names, inside.folders + inside.entries)}.`;
}

/** "a, b and 3 more". */
export function some(names: readonly string[], total: number, most = 5): string {
  const shown = names.slice(0, most);
  const rest = total - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${String(rest)} more`;
  return shown.length < 2
    ? shown.join('')
    : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** What else is touched, a sentence each. */
export function alsoTouched(preview: DeletePreview): string[] {
  const said: string[] = [];
  const { openSessions: open, usedAsJumpBy: through } = preview;
  if (open > 0)
    said.push(`${count(open, 'session is', 'sessions are')} open and will go on until closed.`);
  if (through.length > 0) {
    const they = through.length === 1 ? 'is' : 'are';
    said.push(
      `${some(through, through.length)} ${they} reached through what is deleted, and will need another way.`,
    );
  }
  return said;
}
