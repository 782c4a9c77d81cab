/** What the pages of sharing say. */
import { can, type GuestId, type SessionGuest, type SessionInfo } from '$lib/host';
import { day, when } from '$lib/sessions/when';
import { team } from '$lib/team/team.svelte';
import type { Guests, Share, ShareAudience, SharedSession } from './api';

/** How long a link can be good, in minutes. */
export const LASTING = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '480', label: '8 hours' },
  { value: '1440', label: '1 day' },
  { value: '10080', label: '7 days' },
] as const;

/** For whom a link can be; members only where there is an organisation. */
export function audiences(
  organisation: string | null,
): { value: ShareAudience; label: string; hint?: string }[] {
  return [
    { value: 'anybody', label: 'Anybody with the link' },
    { value: 'account', label: 'People with an account here' },
    ...(organisation === null
      ? []
      : [{ value: 'organisation' as const, label: `Members of ${organisation}` }]),
  ];
}

/**
 * Whether it runs on a team server and has something to look at: files have a page of their own for each. Nobody shares in the name of
 * somebody else.
 */
export function canBeShared(session: SessionInfo): boolean {
  const there = can('account') ? !team.me?.acting : session.workspace !== null;
  return there && session.target.kind === 'entry';
}

/** The address of a link, which only the page itself is told the token of. */
export function linkOf(token: string, origin: string): string {
  return `${origin}/share#${token}`;
}

/** "May look, until today 18:20". */
export function shareTitle(share: Share, now = Date.now()): string {
  return `${share.mayControl ? 'May control' : 'May look'}, until ${until(share.expires, now)}`;
}

/** "Anybody with the link, 2 guests". */
export function shareFacts(share: Share, organisation: string | null): string {
  const whom = audiences(organisation ?? 'the organisation');
  const label = whom.find(({ value }) => value === share.audience)?.label ?? '';
  return `${label}, ${guestsText(share.guests)}`;
}

function guestsText(count: number): string {
  if (count === 0) return 'nobody there';
  return count === 1 ? '1 guest' : `${String(count)} guests`;
}

/** "today 18:20", "tomorrow 18:20", "4 Mar 2025, 09:12". */
export function until(timestamp: number, now = Date.now()): string {
  const tomorrow = day(timestamp) === day(now + 24 * 60 * 60 * 1000);
  if (!tomorrow) return when(timestamp, now);
  return when(timestamp, timestamp).replace('today', 'tomorrow');
}

/** Who has control, as the owner is told. */
export function controlText({ guests, control }: Guests): string {
  const holder = guests.find(({ id }) => id === control);
  return holder ? `${holder.name} has control` : 'You have control';
}

/** Who has control, as a guest is told. */
export function controlForGuest(shared: SharedSession): string {
  if (shared.control === shared.me) return 'You have control';
  const holder = shared.guests.find(({ id }) => id === shared.control);
  if (holder) return `${holder.name} has control`;
  return shared.mayControl ? `${shared.owner} has control` : 'You may look';
}

/** "Bob, here since today 14:02, may control. No account: the name is what they said." */
export function guestText(guest: SessionGuest, control: GuestId | null, now = Date.now()): string {
  const may =
    guest.id === control ? 'has control' : guest.mayControl ? 'may be given control' : 'may look';
  const sure = guest.known ? '' : ' No account: the name is what they said.';
  return `${guest.name}, here since ${when(guest.since, now)}, ${may}.${sure}`;
}

/** What is wrong with a guest's name. */
export function guestNameError(name: string): string | null {
  const length = [...name.trim()].length;
  if (length === 0) return 'Say who you are, so that the others know.';
  return length > 40 ? 'A name has at most 40 characters.' : null;
}
