/**
 * Going to a provider and coming back. What the page has to show then is sealed by the server; it waits in this tab's own storage, which
 * no other site can fill.
 */
import type { OidcReturn } from './api';
import { ask } from './ask';

const KEY = 'patchbay.provider';

/** Leaves the page; tests put something else here. */
export const leaving = { to: (address: string): void => location.assign(address) };

/** Leaves for a provider, to sign in or to link the account. */
export async function goToProvider(id: string, what: 'in' | 'link'): Promise<void> {
  const path = { id };
  const { address, ticket } =
    what === 'in'
      ? await ask('POST /sign-in/oidc/{id}', { path })
      : await ask('POST /me/links/oidc/{id}', { path });
  sessionStorage.setItem(KEY, ticket);
  leaving.to(address);
}

/** What a provider sent the browser back with. */
export interface Back {
  what: 'in' | 'link';
  /** What to tell the server; null if there is nothing to tell. */
  body: OidcReturn | null;
  /** What the provider says went wrong. */
  refused: string | null;
}

/** Reads what is behind `?`, and forgets what was kept for it: it counts once. */
export function cameBack(search: string): Back {
  const said = new URLSearchParams(search);
  const ticket = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const state = said.get('state') ?? '';
  const code = said.get('code');
  const iss = said.get('iss');
  return {
    what: state.startsWith('link.') ? 'link' : 'in',
    body: ticket && code ? { ticket, code, state, ...(iss === null ? {} : { iss }) } : null,
    refused: said.get('error'),
  };
}
