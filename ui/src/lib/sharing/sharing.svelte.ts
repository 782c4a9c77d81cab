/** What the owner of shared sessions does with them, and which session's dialog is open. */
import { attempt, notices } from '$lib/frame/notices.svelte';
import type { GuestId, SessionGuest, SessionId, SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { endSharing, giveControl, removeGuest } from './calls';
import { canBeShared } from './words';

class SharingState {
  /** The session whose links are shown. */
  asked = $state<SessionId | null>(null);
  /** The guest who may have to go. */
  removing = $state.raw<{ session: SessionInfo; guest: SessionGuest } | null>(null);

  /** The session in front, if it can be shared. */
  current(): SessionInfo | null {
    const spec = tabs.current?.spec;
    const session = spec?.kind === 'session' ? sessions.get(spec.sessionId) : undefined;
    return session && canBeShared(session) ? session : null;
  }

  /** Sessions of which a guest has control. */
  held(): SessionInfo[] {
    return sessions.list.filter(({ sharing }) => (sharing?.control ?? null) !== null);
  }

  open(session: SessionInfo): void {
    this.asked = session.id;
  }

  async give(session: SessionInfo, guest: GuestId): Promise<void> {
    await attempt(() => giveControl(session, guest));
  }

  async takeBack(session: SessionInfo): Promise<void> {
    await attempt(() => giveControl(session, null));
  }

  /** Takes control back wherever a guest has it: of the session in front, or else of all of them. */
  async takeAllBack(): Promise<void> {
    const held = this.held();
    const front = held.filter(({ id }) => id === this.current()?.id);
    await Promise.all((front.length > 0 ? front : held).map((one) => this.takeBack(one)));
  }

  async end(session: SessionInfo): Promise<void> {
    await attempt(async () => {
      await endSharing(session);
      notices.say(`${session.title} is shared no more.`);
    });
  }

  async remove(session: SessionInfo, guest: SessionGuest): Promise<void> {
    await removeGuest(session, guest.id);
  }
}

export const sharing = new SharingState();
