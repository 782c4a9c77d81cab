/** Broadcast, by name. */

import CircleStop from '@lucide/svelte/icons/circle-stop';
import ListChecks from '@lucide/svelte/icons/list-checks';
import RadioTower from '@lucide/svelte/icons/radio-tower';
import type { Action } from '$lib/actions';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { broadcast } from './broadcast.svelte';

const GROUP = 'Session';
const KEYWORDS = 'synchronize panes several type at once multi exec cluster';

/** The open terminal in the pane with the keyboard. */
function here(): string | null {
  const spec = tabs.current?.spec;
  const id = spec?.kind === 'session' ? spec.sessionId : null;
  return id !== null && broadcast.open.some((session) => session.id === id) ? id : null;
}

export const broadcastActions: readonly Action[] = [
  {
    id: 'broadcast.toggle',
    title: 'Broadcast input',
    group: GROUP,
    shortcut: 'Ctrl+Shift+G',
    icon: RadioTower,
    keywords: KEYWORDS,
    detail: () => (broadcast.on ? `stop: on for ${broadcast.words}` : 'to the panes of this tab'),
    when: () => broadcast.on || broadcast.open.length > 1,
    run: () => broadcast.toggle(),
  },
  {
    id: 'broadcast.choose',
    title: 'Broadcast input to…',
    group: GROUP,
    icon: ListChecks,
    keywords: KEYWORDS,
    when: () => broadcast.open.length > 1,
    run: () => (broadcast.choosing = true),
  },
  {
    id: 'broadcast.member',
    title: 'Put this terminal into the broadcast or take it out',
    group: GROUP,
    icon: RadioTower,
    keywords: KEYWORDS,
    detail: () => sessions.get(here() ?? '')?.title ?? '',
    when: () => broadcast.on && here() !== null,
    run: () => {
      const id = here();
      if (id !== null) broadcast.toggleMember(id);
    },
  },
  {
    id: 'broadcast.stop',
    title: 'Stop broadcasting',
    group: GROUP,
    icon: CircleStop,
    keywords: KEYWORDS,
    when: () => broadcast.on,
    run: () => broadcast.stop(),
  },
];
