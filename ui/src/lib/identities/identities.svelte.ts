// The identities of the open vault. Never their secrets.

import { asApiError, call } from '$lib/host';
import type { ApiError, Identity, IdentityDraft, NodeId } from '$lib/host';

const byName = (a: Identity, b: Identity): number =>
  a.name.localeCompare(b.name, undefined, { numeric: true });

class IdentitiesState {
  list = $state.raw<Identity[]>([]);
  loaded = $state(false);
  problem = $state<ApiError | null>(null);

  /** Follows the vault: reads when it is open. Call while it is; the returned function forgets everything. */
  start(): () => void {
    void this.load();
    return () => {
      this.list = [];
      this.loaded = false;
    };
  }

  byId(id: string): Identity | undefined {
    return this.list.find((identity) => identity.id === id);
  }

  /** The name, or what to say of one that is gone. */
  nameOf(id: string): string {
    return this.byId(id)?.name ?? (this.loaded ? 'a deleted identity' : '…');
  }

  async load(): Promise<void> {
    try {
      this.list = (await call('identity_list')).toSorted(byName);
      this.loaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Saves, and throws what is wrong. A new one is kept where `near` is: in the vault, or on a team server. */
  async save(draft: IdentityDraft, near: NodeId | null = null): Promise<Identity> {
    const kept = await call('identity_save', { draft, near });
    this.keep(kept);
    return kept;
  }

  keep(kept: Identity): void {
    this.list = [...this.list.filter((identity) => identity.id !== kept.id), kept].toSorted(byName);
  }

  /** Deletes, and throws what is wrong: while something uses it, only by force. */
  async remove(id: string, force: boolean): Promise<void> {
    await call('identity_delete', { id, force });
    this.list = this.list.filter((identity) => identity.id !== id);
  }
}

export const identities = new IdentitiesState();
