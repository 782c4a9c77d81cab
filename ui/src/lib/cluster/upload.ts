/** Uploads images and templates into a storage. */

import { tasks } from '$lib/files/tasks.svelte';
import { attempt } from '$lib/frame/notices.svelte';
import { call, pickFile, type ClusterStorage, type NodeId } from '$lib/host';
import { clusterTasks } from './tasks.svelte';

/** What can be uploaded. */
export const UPLOADS = [
  { kind: 'iso', label: 'Upload ISO…' },
  { kind: 'vztmpl', label: 'Upload template…' },
] as const;

type Upload = (typeof UPLOADS)[number]['kind'];

const QUESTIONS: Record<Upload, string> = {
  iso: 'ISO image to upload',
  vztmpl: 'Container template to upload',
};

/** Asks for a file and uploads it; the Tasks drawer shows how far it is. */
export async function uploadTo(
  entry: NodeId,
  { node, name }: Pick<ClusterStorage, 'node' | 'name'>,
  content: Upload,
): Promise<void> {
  await attempt(async () => {
    const path = await pickFile(QUESTIONS[content]);
    if (path === null) return;
    const task = await call('storage_upload', { entry, node, storage: name, content, path });
    clusterTasks.began(task);
    tasks.shown = true;
  });
}
