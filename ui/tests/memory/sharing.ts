/** Sessions that are shared, at the server in memory: links, guests, who has control. */
import type { SessionGuest, SessionInfo, SessionSharing } from '$lib/host';
import type { Share, ShareAudience, SharedSession } from '$lib/sharing/api';
import type { MemoryHost } from './index';

interface Shared {
  links: (Share & { token: string })[];
  guests: (SessionGuest & { key: string; link: string })[];
  control: string | null;
}

type Refuse = (
  status: number,
  code: string,
  message: string,
  field?: string,
  retryable?: boolean,
) => never;

/** The link that somebody came by is still good. */
const LEFT = 'You have left.';

export class MemorySharing {
  readonly #shared = new Map<string, Shared>();
  /** What guests wait for. */
  #news: (() => void)[] = [];
  #version = 1;
  #next = 1;
  /** Keys of guests who are gone, and why. */
  readonly over = new Map<string, string>();

  constructor(
    private readonly core: MemoryHost,
    private readonly refuse: Refuse,
  ) {}

  list(session: string): { shares: Share[]; organisation: string | null } {
    const { links = [] } = this.#shared.get(session) ?? {};
    return { shares: links.toReversed(), organisation: 'Operations' };
  }

  make(
    session: string,
    wanted: { mayControl: boolean; audience: ShareAudience; minutes: number },
  ): { token: string; share: Share } {
    const shared = this.#of(session);
    const token = `pbl_${String(this.#next++)}`.padEnd(56, 'q');
    const created = Date.now();
    const expires = created + wanted.minutes * 60_000;
    const { mayControl, audience } = wanted;
    const id = `share-${String(this.#next++)}`;
    const share = { id, mayControl, audience, created, expires, guests: 0, token };
    shared.links.push(share);
    this.#changed(session);
    return { token, share };
  }

  takeBack(session: string, id: string): null {
    const shared = this.#of(session);
    shared.links = shared.links.filter((link) => link.id !== id);
    this.#go(session, ({ link }) => link === id, 'The link was taken back.');
    return null;
  }

  end(session: string): null {
    this.#of(session).links = [];
    this.#go(session, () => true, 'The sharing was ended.');
    return null;
  }

  remove(session: string, id: string): null {
    this.#go(session, (guest) => guest.id === id, 'You were removed from this session.');
    return null;
  }

  control(session: string, guest: string | null): SessionSharing {
    const shared = this.#of(session);
    shared.control = guest;
    shared.guests = shared.guests.map((one) => (one.id === guest ? { ...one, asks: false } : one));
    this.#changed(session);
    return this.#seen(shared);
  }

  look(token: string): object {
    const [session, , link] = this.#link(token);
    const desktop = this.#info(session).desktop !== null;
    const { mayControl, audience, expires } = link;
    return { by: 'Ada Byron', desktop, mayControl, audience, expires };
  }

  join(token: string, name: string, account: string | null): { guest: string; key: string } {
    const [session, shared, link] = this.#link(token);
    if (shared.guests.some((guest) => guest.name === name))
      this.refuse(400, 'invalid', 'Somebody there is called that.', 'name');
    const id = `guest-${String(this.#next++)}`;
    shared.guests.push({
      id,
      key: `pbg_${id}`,
      link: link.id,
      name: account ?? name,
      known: account !== null,
      mayControl: link.mayControl,
      since: Date.now(),
      asks: false,
    });
    link.guests += 1;
    this.#changed(session);
    return { guest: id, key: `pbg_${id}` };
  }

  async state(key: string, after: number | null): Promise<SharedSession> {
    this.#by(key);
    if (after === this.#version) await new Promise<void>((news) => this.#news.push(news));
    const [session, shared, me] = this.#by(key);
    const info = this.#info(session);
    const { guests, control } = this.#seen(shared);
    return {
      version: this.#version,
      title: info.title,
      state: info.state.kind === 'open' ? 'open' : 'connecting',
      desktop: info.desktop,
      size: info.desktop ? null : { cols: 80, rows: 24 },
      owner: 'Ada Byron',
      me: me.id,
      mayControl: me.mayControl,
      guests,
      control,
      expires: null,
    };
  }

  attach(key: string): { url: string; token: string } {
    return this.core.sessions.attach(this.#by(key)[0]);
  }

  wish(key: string, wish: string): null {
    const [session, shared, me] = this.#by(key);
    if (wish === 'giveBack' && shared.control === me.id) shared.control = null;
    me.asks = wish === 'ask';
    this.#changed(session);
    return null;
  }

  leave(key: string): null {
    const [session, , me] = this.#by(key);
    this.#go(session, ({ id }) => id === me.id, LEFT);
    return null;
  }

  #of(session: string): Shared {
    const shared = this.#shared.get(session) ?? { links: [], guests: [], control: null };
    this.#shared.set(session, shared);
    return shared;
  }

  #info(session: string): SessionInfo {
    const info = this.core.sessions.list().find(({ id }) => id === session);
    return info ?? this.refuse(404, 'notFound', 'There is no such session.');
  }

  #link(token: string): [string, Shared, Share] {
    for (const [session, shared] of this.#shared) {
      const link = shared.links.find((one) => one.token === token);
      if (link) return [session, shared, link];
    }
    return this.refuse(404, 'notFound', 'This link leads to no session, or not any more.');
  }

  #by(key: string): [string, Shared, SessionGuest] {
    for (const [session, shared] of this.#shared) {
      const guest = shared.guests.find((one) => one.key === key);
      if (guest) return [session, shared, guest];
    }
    const why = this.over.get(key) ?? 'You are at no shared session.';
    return this.refuse(404, 'notFound', why, undefined, why === LEFT);
  }

  #go(session: string, which: (guest: SessionGuest & { link: string }) => boolean, why: string) {
    const shared = this.#of(session);
    for (const guest of shared.guests.filter(which)) {
      this.over.set(guest.key, why);
      if (shared.control === guest.id) shared.control = null;
    }
    shared.guests = shared.guests.filter((guest) => !which(guest));
    this.#changed(session);
  }

  #seen({ links, guests, control }: Shared): SessionSharing {
    const seen = guests.map(({ id, name, known, mayControl, since, asks }) => ({
      id,
      name,
      known,
      mayControl,
      since,
      asks,
    }));
    return { links: links.length, guests: seen, control };
  }

  #changed(session: string): void {
    const shared = this.#of(session);
    this.core.sessions.share(session, shared.links.length > 0 ? this.#seen(shared) : null);
    this.#version += 1;
    for (const news of this.#news.splice(0)) news();
  }
}
