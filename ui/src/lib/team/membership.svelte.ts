/**
 * One team server, and who somebody is there: what the pages of people, permissions and the account are shown for. In a browser that
 * is the server the page came from (`team.svelte.ts`), on the desktop a workspace (lib/workspaces).
 */
import { getContext, setContext } from 'svelte';
import type { Me, OrganisationId, Permission } from './api';
import type { Ask } from './ask';

export abstract class Membership {
  me = $state.raw<Me | null>(null);

  constructor(readonly ask: Ask) {}

  /** What addresses of its pages begin with, as `https://team.example.net:7443`. */
  abstract readonly origin: string;

  abstract signOut(): Promise<void>;

  /** What the person may do with the whole of an organisation. */
  permissions(organisation: OrganisationId): readonly Permission[] {
    return this.me?.organisations.find(({ id }) => id === organisation)?.permissions ?? [];
  }

  async refreshMe(): Promise<void> {
    this.me = await this.ask('GET /me');
  }
}

const KEY = Symbol('team');

/** Says which server the pages inside are for. */
export const provideTeam = (team: Membership): Membership => setContext(KEY, team);
/** The server this page is for. */
export const useTeam = (): Membership => getContext<Membership>(KEY);
