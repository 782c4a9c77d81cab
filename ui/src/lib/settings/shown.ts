// Which settings the search field leaves on the page. Rows ask, the page answers.

import { getContext, setContext } from 'svelte';

const KEY = Symbol('settings shown');

interface Shown {
  /** Whether a row is on show. */
  has(id: string): boolean;
  /** Whether somebody searches: headings that only order a whole page are left out then. */
  readonly searching: boolean;
}

export const provideShown = (shown: Shown): Shown => setContext(KEY, shown);
export const useShown = (): Shown => getContext<Shown>(KEY);
