// What the identities page is at, so that a look at another tab loses nothing that was typed. Forgotten when the vault is
// locked: it may hold secrets.

import { IdentityEdit } from './edit.svelte';
import { identities } from './identities.svelte';

class IdentitiesPageState {
  edit = $state.raw<IdentityEdit | null>(null);

  /** Shows the first identity, unless one is being edited. */
  begin(): void {
    if (this.edit?.dirty) return;
    const kept = this.edit?.identity && identities.byId(this.edit.identity.id);
    const first = kept ?? identities.list[0];
    this.edit = first ? new IdentityEdit(first) : null;
  }

  forget(): void {
    this.edit?.forget();
    this.edit = null;
  }
}

export const identitiesPage = new IdentitiesPageState();
