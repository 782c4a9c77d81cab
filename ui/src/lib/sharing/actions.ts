/** What can be done about sharing live sessions, by name. */
import Hand from '@lucide/svelte/icons/hand';
import MonitorUp from '@lucide/svelte/icons/monitor-up';
import MonitorX from '@lucide/svelte/icons/monitor-x';
import type { Action } from '$lib/actions';
import { sharing } from './sharing.svelte';

const GROUP = 'Session';
/** Gives the keyboard back to the owner of a shared session. */
export const TAKE_BACK = 'Ctrl+Shift+H';

export const sharingActions: readonly Action[] = [
  {
    id: 'session.share',
    title: 'Share this session…',
    group: GROUP,
    keywords: 'link guest view control live pair show invite collaborate',
    icon: MonitorUp,
    detail: () => sharing.current()?.title ?? '',
    when: () => sharing.current() !== null,
    run: () => {
      const session = sharing.current();
      if (session) sharing.open(session);
    },
  },
  {
    id: 'session.takeControl',
    title: 'Take control back',
    group: GROUP,
    shortcut: TAKE_BACK,
    keywords: 'keyboard guest shared hand',
    icon: Hand,
    detail: () => sharing.held()[0]?.title ?? '',
    when: () => sharing.held().length > 0,
    run: () => sharing.takeAllBack(),
  },
  {
    id: 'session.endSharing',
    title: 'End sharing',
    group: GROUP,
    keywords: 'stop link guest kick all',
    icon: MonitorX,
    detail: () => sharing.current()?.title ?? '',
    when: () => (sharing.current()?.sharing ?? null) !== null,
    run: () => {
      const session = sharing.current();
      return session && sharing.end(session);
    },
  },
];
