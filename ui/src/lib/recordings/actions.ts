/** What can be done with recordings, by name. */

import CircleDot from '@lucide/svelte/icons/circle-dot';
import Clapperboard from '@lucide/svelte/icons/clapperboard';
import CircleStop from '@lucide/svelte/icons/circle-stop';
import Keyboard from '@lucide/svelte/icons/keyboard';
import type { Action } from '$lib/actions';
import type { SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';

/** The terminal or desktop in the pane that has the keyboard, if it is open. */
function current(): SessionInfo | undefined {
  const spec = tabs.current?.spec;
  const session = spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
  return session?.state.kind === 'open' && session.target.kind !== 'files' ? session : undefined;
}

/** Whether it is being recorded now. */
export const isRecorded = (session: SessionInfo): boolean =>
  session.recording !== null && session.recording.problem === null;

const detail = () => current()?.title ?? '';
const off = () => {
  const session = current();
  return session !== undefined && !isRecorded(session);
};
const on = () => {
  const session = current();
  // What an organisation wants recorded nobody stops.
  return session !== undefined && isRecorded(session) && session.recording?.rule === null;
};

function withSession(run: (session: SessionInfo) => unknown): () => void {
  return () => {
    const session = current();
    if (session) void run(session);
  };
}

export const recordingActions: readonly Action[] = [
  {
    id: 'recordings.open',
    title: 'Recordings',
    group: 'Vault',
    keywords: 'asciicast asciinema replay play search history',
    icon: Clapperboard,
    run: () => tabs.open({ kind: 'recordings' }),
  },
  {
    id: 'session.record',
    title: 'Start recording',
    group: 'Session',
    keywords: 'record asciicast tape video desktop vnc rdp',
    icon: CircleDot,
    detail,
    when: off,
    run: withSession((session) => sessions.record(session.id, false)),
  },
  {
    id: 'session.recordKeys',
    title: 'Start recording with typed lines',
    group: 'Session',
    keywords: 'record asciicast keys input',
    icon: Keyboard,
    detail,
    // What is typed into a desktop is never recorded.
    when: () => off() && !current()?.desktop,
    run: withSession((session) => sessions.record(session.id, true)),
  },
  {
    id: 'session.recordStop',
    title: 'Stop recording',
    group: 'Session',
    keywords: 'record',
    icon: CircleStop,
    detail,
    when: on,
    run: withSession((session) => sessions.stopRecording(session.id)),
  },
];
