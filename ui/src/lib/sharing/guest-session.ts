/** A shared session in the shape that terminals and desktops are shown by. What a guest is not told is empty. */
import type { GuestId, SessionDesktop, SessionInfo } from '$lib/host';
import type { SharedSession } from './api';

/** Always open: what became of its connection is said beside it, for a guest can do nothing about it. */
export function forGuest(id: GuestId, { title, desktop }: SharedSession): SessionInfo {
  return {
    id,
    title,
    subtitle: '',
    target: { kind: 'entry', id },
    protocol: null,
    state: { kind: 'open' },
    steps: [],
    log: [],
    opened: 0,
    latency: null,
    recording: null,
    agent: null,
    x11: null,
    desktop,
    sharing: null,
    direct: null,
    workspace: null,
  };
}

/** Fitted into the window whatever size it has, for that is its owner's; with keys and clipboard for who has control. */
export function guestDesktop(facts: SessionDesktop, types: boolean): SessionDesktop {
  return {
    ...facts,
    viewOnly: facts.viewOnly || !types,
    clipboard: facts.clipboard && types,
    size: { kind: 'machine' },
    sizeChosen: true,
    qualityChosen: true,
  };
}
