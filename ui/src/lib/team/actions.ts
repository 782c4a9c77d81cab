/** What can be done about people, by name. */
import LogOut from '@lucide/svelte/icons/log-out';
import UserCog from '@lucide/svelte/icons/user-cog';
import UserKey from '@lucide/svelte/icons/user-key';
import Users from '@lucide/svelte/icons/users';
import type { Action } from '$lib/actions';
import { attempt } from '$lib/frame/notices.svelte';
import { asking } from '$lib/machines/asking.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { team } from './team.svelte';

const GROUP = 'Team';

export const teamActions: readonly Action[] = [
  {
    id: 'team.people',
    title: 'People and permissions',
    group: GROUP,
    keywords: 'members groups roles grants invite administration users access organisation',
    icon: Users,
    run: () => tabs.open({ kind: 'people' }),
  },
  {
    id: 'machine.access',
    title: 'Who has access…',
    group: GROUP,
    keywords: 'permissions share grant role rights',
    icon: UserKey,
    detail: () => tree.byId(tree.selected.active)?.name ?? '',
    when: () => tree.selection.length === 1,
    run: () => asking.access(tree.selection[0]),
  },
  {
    id: 'team.account',
    title: 'Your account',
    group: GROUP,
    keywords: 'password totp one-time sign-ins tokens profile settings',
    icon: UserCog,
    detail: () => team.me?.display ?? '',
    run: () => tabs.open({ kind: 'settings', section: 'account' }),
  },
  {
    id: 'team.signOut',
    title: 'Sign out',
    group: GROUP,
    keywords: 'log out leave lock',
    icon: LogOut,
    detail: () => 'sessions keep running',
    run: () => attempt(() => team.signOut()),
  },
];
