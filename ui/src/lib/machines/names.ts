// What ids are called on the screen.

import { identities } from '$lib/identities/identities.svelte';
import { tree } from '$lib/tree/tree.svelte';
import type { Names } from './inherit';

export const names: Names = {
  machine: (id) => tree.byId(id)?.name ?? 'a deleted machine',
  identity: (id) => identities.nameOf(id),
};
