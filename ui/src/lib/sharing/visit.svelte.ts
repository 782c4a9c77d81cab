/**
 * A guest's visit to somebody's live session: from the link to the end, and how the session stands meanwhile.
 *
 * The link and the key that joining gave are kept for this tab alone, so that it can be loaded again; nothing else of the server is
 * known here.
 */
import { answerCalls, asApiError, type ApiError, type GuestId } from '$lib/host';
import type { SharedSession, ShareLook } from './api';
import { attach, join, leave, lookAt, stateOf, wishFor, type Wish } from './calls';

const KEPT = 'patchbay.visit';
/** How long to wait before the server is asked again that did not answer. */
const AGAIN_MS = 2000;

interface Kept {
  token: string;
  key: string | null;
  guest: GuestId | null;
}

export class Visit {
  /** `looking` at the link, at the `door`, `in`, or `over`. */
  phase = $state<'looking' | 'door' | 'in' | 'over'>('looking');
  link = $state.raw<ShareLook | null>(null);
  session = $state.raw<SharedSession | null>(null);
  /** Who the guest is there; their terminal or desktop goes by it. */
  me = $state<GuestId | null>(null);
  /** Why the link leads nowhere, or it is over. */
  problem = $state.raw<ApiError | null>(null);
  /** The server does not answer for the moment. */
  away = $state(false);

  #kept: Kept;
  #stopped = false;
  #undo: () => void = () => undefined;

  /** `token`: of the link; the one that this tab had before if it is empty. */
  constructor(token: string) {
    const before = keptVisit();
    this.#kept = before && (token === '' || token === before.token) ? before : fresh(token);
  }

  get hasControl(): boolean {
    return this.session !== null && this.session.control === this.session.me;
  }

  /** Looks at the link; goes on with the visit that this tab had. */
  async begin(): Promise<void> {
    this.phase = 'looking';
    this.problem = null;
    if (this.#kept.key !== null && this.#kept.guest !== null) {
      this.#enter(this.#kept.guest, this.#kept.key);
      return;
    }
    try {
      this.link = await lookAt(this.#kept.token);
      this.phase = 'door';
    } catch (failed) {
      this.problem = asApiError(failed);
      this.phase = 'over';
    }
  }

  /** Joins by a name, or by the account that has signed in. Throws why not. */
  async join(name: string): Promise<void> {
    const { guest, key } = await join(this.#kept.token, name);
    this.#keep({ ...this.#kept, key, guest });
    this.#enter(guest, key);
  }

  /** Asks for control, or gives it back. */
  async wish(wish: Wish): Promise<void> {
    if (this.#kept.key !== null) await wishFor(this.#kept.key, wish);
  }

  async leave(): Promise<void> {
    if (this.#kept.key !== null) await leave(this.#kept.key);
    // What follows hears of it, and says so.
  }

  /** Comes again by the same link. */
  async again(): Promise<void> {
    this.#keep(fresh(this.#kept.token));
    await this.begin();
  }

  /** For good. */
  stop(): void {
    this.#stopped = true;
    this.#undo();
  }

  #enter(guest: GuestId, key: string): void {
    this.me = guest;
    this.session = null;
    this.phase = 'in';
    this.#undo();
    this.#undo = answerCalls((name) => {
      if (name === 'session_attach') return attach(key);
      // There is no core of theirs that could mark lines.
      return name === 'trigger_marks' ? Promise.resolve([]) : undefined;
    });
    void this.#follow(key);
  }

  async #follow(key: string): Promise<void> {
    let after: number | null = null;
    while (!this.#stopped && this.phase === 'in' && this.#kept.key === key) {
      try {
        const session: SharedSession = await stateOf(key, after);
        if (this.#stopped) return;
        this.session = session;
        after = session.version;
        this.away = false;
      } catch (failed) {
        const problem = asApiError(failed);
        if (problem.code === 'notFound') {
          this.#over(problem);
          return;
        }
        this.away = true;
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  }

  #over(problem: ApiError): void {
    this.#undo();
    this.#undo = () => undefined;
    this.#keep(fresh(this.#kept.token));
    this.problem = problem;
    this.away = false;
    this.phase = 'over';
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }
}

const fresh = (token: string): Kept => ({ token, key: null, guest: null });

function keptVisit(): Kept | null {
  try {
    const { token, key, guest } = JSON.parse(sessionStorage.getItem(KEPT) ?? '') as Partial<Kept>;
    return typeof token === 'string' ? { token, key: key ?? null, guest: guest ?? null } : null;
  } catch {
    return null;
  }
}
