/** What can be done about people, by name. */
import LogOut from '@lucide/svelte/icons/log-out';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import UserCog from '@lucide/svelte/icons/user-cog';
import UserRoundX from '@lucide/svelte/icons/user-round-x';
import Users from '@lucide/svelte/icons/users';
import type { Action } from '$lib/actions';
import { attempt } from '$lib/frame/notices.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { people } from './people.svelte';
import { team } from './team.svelte';

const GROUP = 'Team';

/** Whose audit log the person may read: the server's, or that of the first organisation that they administer. */
function audited(): { section: 'audit' | 'activity'; organisation: string | null } | null {
  if (team.me?.operator) return { section: 'audit', organisation: people.organisation };
  const own = team.me?.organisations.find(({ permissions }) => permissions.includes('administer'));
  return own ? { section: 'activity', organisation: own.id } : null;
}

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
    id: 'team.audit',
    title: 'Audit log',
    group: GROUP,
    keywords: 'history who did what compliance log security review export',
    icon: ScrollText,
    when: () => audited() !== null,
    run: () => {
      const place = audited();
      if (place) people.show(place.section, place.organisation);
    },
  },
  {
    id: 'team.account',
    title: 'Your account',
    group: GROUP,
    keywords: 'password totp one-time sign-ins tokens profile settings',
    icon: UserCog,
    detail: () => team.me?.display ?? '',
    when: () => !team.me?.acting,
    run: () => tabs.open({ kind: 'settings', section: 'account' }),
  },
  {
    id: 'team.stopActing',
    title: 'Stop seeing it as somebody else',
    group: GROUP,
    keywords: 'act as impersonate back operator myself',
    icon: UserRoundX,
    detail: () => team.me?.display ?? '',
    when: () => Boolean(team.me?.acting),
    run: () => attempt(() => team.stopActing()),
  },
  {
    id: 'team.signOut',
    title: 'Sign out',
    group: GROUP,
    keywords: 'log out leave lock',
    icon: LogOut,
    detail: () => 'sessions keep running',
    when: () => !team.me?.acting,
    run: () => attempt(() => team.signOut()),
  },
];
