/** Files that are dragged into a page from outside: a browser would show them in place of the page. */
import type { HostDrop } from './host';

/** Hears of them, for as long as the page lives. */
export function givenFiles(heard: (drop: HostDrop) => void): Promise<void> {
  const at = ({ clientX, clientY }: DragEvent) => ({ x: clientX, y: clientY });
  addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    heard({ kind: 'over', ...at(event) });
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) heard({ kind: 'leave' });
  });
  addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    heard({ kind: 'given', ...at(event), files: wholeFiles(event.dataTransfer) });
  });
  return Promise.resolve();
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}

/** Without folders, which a page is given as empty files. */
function wholeFiles(data: DataTransfer | null): File[] {
  const items = [...(data?.items ?? [])].filter(({ kind }) => kind === 'file');
  const files = items.filter((item) => item.webkitGetAsEntry()?.isDirectory !== true);
  return files.map((item) => item.getAsFile()).filter((file) => file !== null);
}
