/** Copying and saving what a terminal shows. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, type SessionInfo } from '$lib/host';
import { settings } from '$lib/settings/settings.svelte';
import { htmlPage } from './terminal/html';
import type { TerminalView } from './terminal/view.svelte';

export function copyAllText(view: TerminalView): void {
  void attempt(() => call('host_copy_text', { text: view.text() }));
}

/** What is selected, or everything: with its colours, and as text for programs that want none. */
export function copyHtml(view: TerminalView): void {
  const html = view.html(true);
  void attempt(() => call('host_copy_html', { html, text: view.selection || view.text() }));
}

/** Asks where, and writes everything there is to see. */
export async function saveOutput(
  session: SessionInfo,
  view: TerminalView,
  as: 'text' | 'html',
): Promise<void> {
  await attempt(async () => {
    const name = session.title.replace(/[\x00-\x1f\\/:*?"<>|]/g, '-').trim() || 'output';
    const { path } = await call('host_save_text', {
      title: `Save the output of ${session.title}`,
      defaultName: `${name}.${as === 'html' ? 'html' : 'txt'}`,
      text: as === 'html' ? htmlPage(session.title, view.html(false)) : view.text(),
    });
    if (path !== null) notices.say(`Saved to ${settings.shortPath(path)}.`);
  });
}
