/** Writing recordings to plain files. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, pickFile, type RecordingInfo } from '$lib/host';
import { settings } from '$lib/settings/settings.svelte';
import { fileName } from './words';

/** Asks where, and writes a file there that other programs play: asciicast, or of a desktop an animated PNG. */
export async function exportRecording(recording: RecordingInfo): Promise<void> {
  await attempt(async () => {
    const path = await pickFile(`Export ${recording.title}`, {
      save: true,
      defaultName: fileName(recording),
    });
    if (path === null) return;
    const missing = await call('recording_export', { id: recording.id, path });
    notices.say(`Exported to ${settings.shortPath(path)}. The file is not sealed.`, {
      kind: missing === null ? 'info' : 'danger',
      ...(missing === null ? {} : { detail: missing }),
    });
  });
}
