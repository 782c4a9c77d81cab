/** What a desktop shows, as a file or in the clipboard. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, type SessionInfo } from '$lib/host';
import { settings } from '$lib/settings/settings.svelte';
import type { DesktopView } from './view.svelte';

export async function saveScreenshot(session: SessionInfo, view: DesktopView): Promise<void> {
  await attempt(async () => {
    const png = await base64(view);
    if (png === null) return;
    const name = session.title.replace(/[\x00-\x1f\\/:*?"<>|]/g, '-').trim() || 'desktop';
    const { path } = await call('host_save_png', {
      title: `Save a picture of ${session.title}`,
      defaultName: `${name}.png`,
      png,
    });
    if (path !== null) notices.say(`Saved to ${settings.shortPath(path)}.`);
  });
}

export async function copyScreenshot(session: SessionInfo, view: DesktopView): Promise<void> {
  await attempt(async () => {
    const png = await base64(view);
    if (png === null) return;
    await call('host_copy_png', { png });
    notices.say(`Copied a picture of ${session.title}.`);
  });
}

async function base64(view: DesktopView): Promise<string | null> {
  const blob = await view.picture();
  if (!blob) return null;
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  // Not all at once: each is an argument of a call.
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
