/** Files of this computer on the clipboard of a desktop. */

import { counted } from '$lib/files/format';
import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, type SessionInfo } from '$lib/host';
import type { DesktopView } from './view.svelte';

/** Whether files can be pasted there. */
export function takesFiles(session: SessionInfo, view: DesktopView): boolean {
  // A team server does not reach files of this computer.
  if (session.workspace) return false;
  return session.state.kind === 'open' && view.abilities.files && !view.viewOnly;
}

/** Asks which, and makes them ones that can be pasted. */
export async function pickAndLend(session: SessionInfo): Promise<void> {
  await attempt(async () => {
    const title = `Copy files to the clipboard of ${session.title}`;
    const { paths } = await call('host_pick_files', { title });
    if (paths.length > 0) await lend(session, paths);
  });
}

/** What was dropped on a desktop. */
export async function lendDropped(
  session: SessionInfo,
  view: DesktopView,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  if (!takesFiles(session, view)) {
    const shared = session.protocol === 'rdp' && !(view.facts?.clipboard ?? false);
    notices.say(`${session.title} takes no files.`, {
      kind: 'danger',
      detail: shared
        ? 'Switch “Shared clipboard” on in its settings and connect again.'
        : 'Use a way to its files instead: SFTP, or a folder lent as a drive.',
    });
    return;
  }
  await attempt(() => lend(session, paths));
}

async function lend({ id, title }: SessionInfo, paths: readonly string[]): Promise<void> {
  const count = await call('session_lend_files', { id, paths: [...paths] });
  notices.say(`${counted(count, 'file')} can be pasted on ${title}.`);
}
