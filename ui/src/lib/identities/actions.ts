// What can be done with keys from anywhere.

import KeyRound from '@lucide/svelte/icons/key-round';
import PlugZap from '@lucide/svelte/icons/plug-zap';
import ServerCog from '@lucide/svelte/icons/server-cog';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import type { Action } from '$lib/actions';
import { attempt } from '$lib/frame/notices.svelte';
import { call } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { agent } from './agent.svelte';
import { IdentityEdit } from './edit.svelte';
import { installing } from './install.svelte';
import { identitiesPage } from './page.svelte';

function makeKey(): void {
  if (!identitiesPage.edit?.dirty) {
    const edit = new IdentityEdit();
    edit.form.kind = 'key';
    edit.source = 'generated';
    identitiesPage.edit?.forget();
    identitiesPage.edit = edit;
  }
  tabs.open({ kind: 'identities' });
}

export const keyActions: readonly Action[] = [
  {
    id: 'machine.installKey',
    title: 'Install public key…',
    group: 'Machines',
    keywords: 'ssh-copy-id authorized_keys deploy',
    icon: ServerCog,
    detail: () => tree.byId(tree.selectedSsh[0])?.name ?? '',
    when: () =>
      (tree.selectedMachines.length === 0 || tree.selectedSsh.length > 0) &&
      tree.selection.every((id) => workspaces.answers(id)),
    run: () => installing.ask({ machine: tree.selectedSsh[0] ?? null }),
  },
  {
    id: 'identities.makeKey',
    title: 'Make a new key…',
    group: 'Vault',
    keywords: 'generate ssh-keygen ed25519 rsa',
    icon: KeyRound,
    run: makeKey,
  },
  {
    id: 'hostkeys.authority',
    title: 'Host authorities',
    group: 'Vault',
    keywords: 'certificate ca cert-authority known_hosts',
    icon: ShieldCheck,
    run: () => tabs.open({ kind: 'settings', section: 'hostkeys' }),
  },
  {
    id: 'agent.copyLine',
    needs: 'agent',
    title: 'Copy the line that points a shell at the agent',
    group: 'Vault',
    keywords: 'SSH_AUTH_SOCK export environment',
    icon: PlugZap,
    when: () => agent.status.line !== null,
    run: () => attempt(() => call('host_copy_text', { text: agent.status.line ?? '' })),
  },
];
