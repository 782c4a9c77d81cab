/**
 * Who is signed in to the server the page came from, and the ways in and out.
 *
 * No password is kept here, and no token: the sign-in is in a cookie that scripts cannot read.
 */
import { asApiError, teamServer, type ApiError, type ErrorCode } from '$lib/host';
import { vault } from '$lib/vault/vault.svelte';
import type { Me, OrganisationId, Permission, ServerInfo } from './api';
import { ask } from './ask';

/** Whether an error of the server is called this. */
export function isCalled(problem: ApiError | null, code: ErrorCode): boolean {
  return problem?.code === code;
}

class TeamState {
  /** `asking` until the server has said who this is. */
  phase = $state<'asking' | 'out' | 'in'>('asking');
  me = $state.raw<Me | null>(null);
  server = $state.raw<ServerInfo | null>(null);
  /** The sign-in ended while tabs were open, which are kept for the same person. */
  ended = $state(false);
  /** The server does not answer for the moment. */
  away = $state(false);
  /** Why not even the server could be asked. */
  problem = $state.raw<ApiError | null>(null);

  /** Loads the page anew, so that nothing of somebody is left in it. */
  leavePage = (): void => location.assign('/');

  /** Follows the server; call once. The returned function stops. */
  start(): () => void {
    const stop = teamServer().onState((state) => {
      if (state === 'signedOut') this.#signedOut();
      else this.away = state === 'away';
    });
    void this.begin();
    return () => {
      stop();
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
      if (isCalled(error, 'signedOut')) this.phase = 'out';
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

  async signIn(name: string, password: string, code?: string): Promise<void> {
    const body = code === undefined ? { name, password } : { name, password, code };
    await this.enter((await ask('POST /sign-in', { body })).account);
  }

  async signOut(): Promise<void> {
    await ask('POST /sign-out');
    teamServer().leave();
    this.leavePage();
  }

  /** What the person may do with the whole of an organisation. */
  permissions(organisation: OrganisationId): readonly Permission[] {
    return this.me?.organisations.find(({ id }) => id === organisation)?.permissions ?? [];
  }

  async refreshMe(): Promise<void> {
    this.me = await ask('GET /me');
  }

  #signedOut(): void {
    if (this.phase !== 'in') return;
    this.phase = 'out';
    this.ended = true;
    this.away = false;
    // Whatever forgets behind a locked vault forgets now.
    if (vault.status) vault.set({ ...vault.status, phase: 'locked', lockReason: null });
  }
}

export const team = new TeamState();
