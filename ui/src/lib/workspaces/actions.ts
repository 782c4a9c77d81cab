/** What can be done with workspaces, by name: one that adds, and for each that is there what its state calls for. */
import CircleUser from '@lucide/svelte/icons/circle-user';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import Unlink from '@lucide/svelte/icons/unlink';
import UserRoundPlus from '@lucide/svelte/icons/user-round-plus';
import Users from '@lucide/svelte/icons/users';
import type { Action } from '$lib/actions';
import { attempt } from '$lib/frame/notices.svelte';
import type { WorkspaceInfo } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { questions } from './questions.svelte';
import { workspaces } from './workspaces.svelte';

const GROUP = 'Team';

export const workspaceActions: readonly Action[] = [
  {
    id: 'workspace.add',
    needs: 'vault',
    title: 'Add a team server…',
    group: GROUP,
    keywords: 'workspace join connect share link invitation organisation sign in',
    icon: UserRoundPlus,
    run: () => questions.add(),
  },
];

function made(
  { id, name }: WorkspaceInfo,
  what: string,
  title: string,
  icon: Action['icon'],
  run: () => unknown,
  keywords = '',
): Action {
  return {
    id: `workspace.${what}.${id}`,
    fleeting: true,
    title,
    group: GROUP,
    icon,
    keywords: `workspace team server ${keywords}`,
    detail: () => name,
    run,
  };
}

/** What mends how one stands; none while all is well. */
export function mendingActions(info: WorkspaceInfo): Action[] {
  const { id } = info;
  switch (info.state) {
    case 'connected':
    case 'connecting':
      return [];
    case 'signedOut':
      return [
        made(info, 'signIn', 'Sign in again…', LogIn, () => questions.ask('signIn', id), 'log in'),
      ];
    case 'certificateChanged': {
      const ask = () => questions.ask('trust', id);
      return [made(info, 'trust', 'Compare the new certificate…', ShieldAlert, ask)];
    }
    case 'offline': {
      const retry = () => attempt(() => workspaces.retry(id));
      return [made(info, 'retry', 'Look again now', RefreshCw, retry, 'connect away offline')];
    }
  }
}

/** What can be done with one of them now, what mends its state first. */
export function actionsOf(info: WorkspaceInfo): Action[] {
  const { id } = info;
  const connected = [
    made(
      info,
      'people',
      'People and permissions',
      Users,
      () => tabs.open({ kind: 'workspace', id, section: 'people' }),
      'members groups roles grants invite administration users access organisation',
    ),
    made(
      info,
      'account',
      'Your account',
      CircleUser,
      () => tabs.open({ kind: 'workspace', id, section: 'account' }),
      'password totp one-time sign-ins tokens profile',
    ),
    made(
      info,
      'signOut',
      'Sign out',
      LogOut,
      () => attempt(() => workspaces.teamOf(id).signOut()),
      'log out',
    ),
  ];
  return [
    ...mendingActions(info),
    ...(info.state === 'connected' ? connected : []),
    made(info, 'leave', 'Leave…', Unlink, () => questions.ask('leave', id), 'remove disconnect'),
  ];
}
