/** Writing recordings to plain files. */

import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, pickFile, type RecordingInfo } from '$lib/host';
import { settings } from '$lib/settings/settings.svelte';
import { fileName } from './words';

/** Asks where, and writes an asciicast file there. */
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
