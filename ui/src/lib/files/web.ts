/** Files between a machine and a browser: its downloads, and its own dialog for files. */

import { teamServer } from '$lib/host';
import type { FilesPane } from './pane.svelte';

/** Hands what is selected to the browser's downloads, which show how far each is. */
export function download(pane: FilesPane): void {
  const { place } = pane;
  if (place.kind !== 'machine') return;
  for (const entry of pane.chosen) {
    const link = document.createElement('a');
    link.href = teamServer().fileUrl(place.session, pane.pathOf(entry));
    link.download = entry.name;
    link.click();
  }
}

/** Asks for files; none if the person cancels. */
export function chooseFiles(): Promise<File[]> {
  const field = document.createElement('input');
  field.type = 'file';
  field.multiple = true;
  return new Promise((resolve) => {
    field.addEventListener('change', () => resolve([...(field.files ?? [])]), { once: true });
    field.addEventListener('cancel', () => resolve([]), { once: true });
    field.click();
  });
}
