/**
 * What a browser has in place of the shell: its clipboard, downloads, new tabs, and asking before a page with unsaved changes is left.
 * What it has nothing for is refused here and not offered anywhere (`abilities.ts`).
 */
import type { ApiError } from './bindings';
import type { HostCommands } from './host';

type Handlers = {
  [N in keyof HostCommands]: (
    args: HostCommands[N]['args'],
  ) => HostCommands[N]['result'] | Promise<HostCommands[N]['result']>;
};

const refused = (message: string, nextStep: string): ApiError => ({
  code: 'desktop',
  message,
  nextStep,
  field: null,
  retryable: false,
});

const CLIPBOARD_WRITE = refused(
  'The browser did not let the page write to the clipboard.',
  'Allow it for this site in the browser’s settings, or mark the text and copy it by hand.',
);
const CLIPBOARD_READ = refused(
  'The browser did not let the page read the clipboard.',
  'Allow it for this site in the browser’s settings, or paste with the browser’s own menu.',
);

function cannot(): never {
  throw refused('A browser cannot do that.', 'Use the desktop window for it.');
}

async function clipboard<T>(work: () => Promise<T>, problem: ApiError): Promise<T> {
  try {
    // Without TLS there is no clipboard at all.
    return await work();
  } catch {
    throw problem;
  }
}

/** Hands the page's own bytes to the browser's downloads. */
function download(name: string, content: Blob): { path: string } {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers begin after the click is over.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return { path: name };
}

function png(base64: string): Blob {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}

const write = (types: Record<string, Blob>): Promise<null> =>
  clipboard(
    () => navigator.clipboard.write([new ClipboardItem(types)]).then(() => null),
    CLIPBOARD_WRITE,
  );

/** Asks before the page is left, as long as it would lose something. */
function guardLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export const browserCommands: Handlers = {
  host_pick_file: cannot,
  host_pick_files: cannot,
  host_pick_folder: cannot,
  host_edit_open: cannot,
  host_copy_identity_secret: cannot,
  host_drag_out: cannot,
  host_window_new: cannot,
  host_window_send: cannot,
  host_open_url: ({ url }) => {
    if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
    return null;
  },
  host_copy_text: ({ text }) =>
    clipboard(() => navigator.clipboard.writeText(text).then(() => null), CLIPBOARD_WRITE),
  host_copy_html: ({ html, text }) =>
    write({
      'text/html': new Blob([html], { type: 'text/html' }),
      'text/plain': new Blob([text], { type: 'text/plain' }),
    }),
  host_copy_png: (picture) => write({ 'image/png': png(picture.png) }),
  host_save_text: ({ defaultName, text }) =>
    download(defaultName, new Blob([text], { type: 'text/plain' })),
  host_save_png: (picture) => download(picture.defaultName, png(picture.png)),
  host_read_clipboard: () =>
    clipboard(async () => ({ text: await navigator.clipboard.readText() }), CLIPBOARD_READ),
  // Pages have no such clipboards; the terminal and desktops ask all the same and take no for an answer.
  host_read_selection: () => ({ text: '' }),
  host_select_text: () => null,
  host_take_picture: () => ({ passed: false }),
  host_offer_picture: () => ({ passed: false }),
  // The browser's window is the browser's.
  host_window: () => null,
  host_windows: () => ({ own: 'main', windows: [], canKeep: false }),
  host_window_take: () => ({ messages: [] }),
  host_window_close: () => null,
  host_window_tell: ({ unsaved }) => {
    if (unsaved > 0) addEventListener('beforeunload', guardLeaving);
    else removeEventListener('beforeunload', guardLeaving);
    return null;
  },
  host_ready: () => null,
};
