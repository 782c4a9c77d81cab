/** All that is asked of a team server about sharing live sessions. */
import type { GuestId, SessionInfo } from '$lib/host';
import type { Routes } from '$lib/team/api';
import type { Guests, Share, SharedSession, ShareLook } from './api';
import { ask, type Ask } from '$lib/team/ask';
import { workspaces } from '$lib/workspaces/workspaces.svelte';

type WantedShare = Routes['POST /sessions/{session}/shares']['body'];
export type Wish = Routes['POST /shares/control']['body']['wish'];

// Of whoever has the session open: asked of the server that it runs on.

const asker = ({ workspace }: SessionInfo): Ask =>
  workspace === null ? ask : workspaces.teamOf(workspace).ask;

/** What the address of a link begins with. */
export const originOf = ({ workspace }: SessionInfo): string =>
  workspace === null ? location.origin : workspaces.teamOf(workspace).origin;

export const listShares = (
  session: SessionInfo,
): Promise<{ shares: Share[]; organisation: string | null }> =>
  asker(session)('GET /sessions/{session}/shares', { path: { session: session.id } });

export const makeShare = (
  session: SessionInfo,
  body: WantedShare,
): Promise<{ token: string; share: Share }> =>
  asker(session)('POST /sessions/{session}/shares', { path: { session: session.id }, body });

export const takeBackShare = (session: SessionInfo, id: string): Promise<null> =>
  asker(session)('DELETE /sessions/{session}/shares/{id}', { path: { session: session.id, id } });

export const endSharing = (session: SessionInfo): Promise<null> =>
  asker(session)('DELETE /sessions/{session}/shares', { path: { session: session.id } });

export const removeGuest = (session: SessionInfo, id: GuestId): Promise<null> =>
  asker(session)('DELETE /sessions/{session}/guests/{id}', { path: { session: session.id, id } });

/** Null takes control back. */
export const giveControl = (session: SessionInfo, guest: GuestId | null): Promise<Guests> =>
  asker(session)('POST /sessions/{session}/control', {
    path: { session: session.id },
    body: { guest },
  });

// Of guests.

export const lookAt = (token: string): Promise<ShareLook> =>
  ask('GET /shares/{token}', { path: { token } });

export const join = (token: string, name: string): Promise<{ guest: GuestId; key: string }> =>
  ask('POST /shares/join', { body: { token, name } });

/** How it stands, as soon as that is not version `after` any more. */
export const stateOf = (key: string, after: number | null): Promise<SharedSession> =>
  ask('POST /shares/state', { body: { key, after } });

export const attach = (key: string): Promise<{ url: string; token: string }> =>
  ask('POST /shares/attach', { body: { key } });

export const wishFor = (key: string, wish: Wish): Promise<null> =>
  ask('POST /shares/control', { body: { key, wish } });

export const leave = (key: string): Promise<null> => ask('POST /shares/leave', { body: { key } });
