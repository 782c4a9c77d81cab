/**
 * Who is signed in to the server the page came from, and the ways in and out.
 *
 * No password is kept here, and no token: the sign-in is in a cookie that scripts cannot read.
 */
import { asApiError, teamServer, type ApiError } from '$lib/host';
import { vault } from '$lib/vault/vault.svelte';
import type { AccountId, Me, Routes, ServerInfo } from './api';
import { ask } from './ask';
import { Membership } from './membership.svelte';

/** Tells the other pages of this browser that it is somebody else now: they share the cookies. */
const SOMEBODY_ELSE = 'patchbay-somebody-else';

class TeamState extends Membership {
  /** `asking` until the server has said who this is; `over` for whoever acted as somebody else and does so no longer. */
  phase = $state<'asking' | 'out' | 'over' | 'in'>('asking');
  server = $state.raw<ServerInfo | null>(null);
  /** The sign-in ended while tabs were open, which are kept for the same person. */
  ended = $state(false);
  /** The server does not answer for the moment. */
  away = $state(false);
  /** Why not even the server could be asked. */
  problem = $state.raw<ApiError | null>(null);

  #others: BroadcastChannel | null = null;

  constructor() {
    super(ask);
  }

  get origin(): string {
    return location.origin;
  }

  /** Loads the page anew, so that nothing of somebody is left in it. */
  leavePage = (): void => location.assign('/');

  /** Follows the server; call once. The returned function stops. */
  start(): () => void {
    const stop = teamServer().onState((state) => {
      if (state === 'signedOut') this.#signedOut();
      else this.away = state === 'away';
    });
    this.#others = new BroadcastChannel(SOMEBODY_ELSE);
    this.#others.onmessage = this.leavePage;
    void this.begin();
    return () => {
      stop();
      this.#others?.close();
      teamServer().leave();
    };
  }

  /** Asks the server what it is, and who this is. */
  async begin(): Promise<void> {
    this.phase = 'asking';
    this.problem = null;
    try {
      this.server = await ask('GET /server');
      if (!this.server.setUp) {
        this.phase = 'out';
        return;
      }
      await this.enter(await ask('GET /me'));
    } catch (problem) {
      const error = asApiError(problem);
      if (error.code === 'signedOut') this.phase = error.field === 'acting' ? 'over' : 'out';
      else this.problem = error;
    }
  }

  /** Somebody has signed in. */
  async enter(me: Me): Promise<void> {
    const before = this.me;
    if (before && before.id !== me.id) {
      this.leavePage();
      return;
    }
    this.me = me;
    // Whoever is somebody proves that it is.
    if (this.server) this.server = { ...this.server, setUp: true };
    await teamServer().join();
    await vault.refresh();
    this.ended = false;
    this.phase = 'in';
  }

  async signIn(name: string, password: string, code: string | null): Promise<void> {
    const body = code === null ? { name, password } : { name, password, code };
    await this.enter((await ask('POST /sign-in', { body })).account);
  }

  async signOut(): Promise<void> {
    await ask('POST /sign-out');
    teamServer().leave();
    this.leavePage();
  }

  /** Sees the server as somebody else, in a page that is loaded anew. */
  async actAs(id: AccountId, body: Routes['POST /accounts/{id}/act-as']['body']): Promise<void> {
    await ask('POST /accounts/{id}/act-as', { path: { id }, body });
    this.#somebodyElse();
  }

  /** Goes back to the own sign-in. */
  async stopActing(): Promise<void> {
    await ask('DELETE /acting');
    this.#somebodyElse();
  }

  #somebodyElse(): void {
    teamServer().leave();
    this.#others?.postMessage(null);
    this.leavePage();
  }

  #signedOut(): void {
    if (this.phase !== 'in') return;
    this.phase = this.me?.acting ? 'over' : 'out';
    this.ended = this.phase === 'out';
    this.away = false;
    // Whatever forgets behind a locked vault forgets now.
    if (vault.status) vault.set({ ...vault.status, phase: 'locked', lockReason: null });
  }
}

export const team = new TeamState();
