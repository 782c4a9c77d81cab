/** A browser at a team server, as people go through it: the real HTTP host on doubles of fetch and EventSource. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { useHost } from '$lib/host';
import { asking } from '$lib/machines/asking.svelte';
import { findSettings, sectionsHere } from '$lib/settings/catalog';
import { tabs, type TabSpec } from '$lib/tabs/tabs.svelte';
import { people } from '$lib/team/people.svelte';
import { team } from '$lib/team/team.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { treeMenu } from '$lib/tree/menu';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import { MemoryHost } from './memory';
import { CODE, MemoryServer, PASSWORD } from './memory/server';
import { accessible, type } from './person';

let server: MemoryServer;

function open(state = 'team', path = '/'): void {
  history.replaceState(null, '', path);
  server = new MemoryServer(new MemoryHost('unlocked'), state);
  useHost(server.host);
  vault.status = null;
  vault.problem = null;
  team.me = null;
  team.ended = false;
  team.phase = 'asking';
  render(App);
}

async function openWindow(spec?: TabSpec, state = 'team'): Promise<void> {
  open(state);
  await screen.findByTestId('workbench');
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  await waitFor(() => expect(actions.get('team.people')).toBeDefined());
  if (spec) tabs.open(spec);
}

const asked = (method: string, path: string) =>
  server.calls.filter((call) => call.method === method && call.path === `/api/v1${path}`);
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));

async function signIn(password = PASSWORD): Promise<void> {
  await screen.findByTestId('sign-in');
  await type('sign-in-name', 'ada');
  await type('sign-in-password', password);
  await press('sign-in-go');
}

async function choose(testid: string, name: RegExp): Promise<void> {
  const trigger = screen.getByTestId(testid);
  trigger.focus();
  await fireEvent.keyDown(trigger, { key: 'Enter' });
  const option = await screen.findByRole('option', { name });
  await fireEvent.pointerUp(option);
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  asking.done();
  people.section = 'people';
  people.organisation = null;
  cleanup();
  notices.clear();
  history.replaceState(null, '', '/');
  useHost(new MemoryHost('unlocked'));
});

describe('the door', () => {
  it('says what is wrong, asks for a one-time password, and lets in', async () => {
    open('team-out');
    server.me = { ...server.me, totp: true };
    await signIn('guess');
    await screen.findByText('The name or the password is wrong.');
    await accessible();
    await signIn();
    await screen.findByTestId('sign-in-code');
    expect(screen.queryByTestId('sign-in-password')).toBeNull();
    await accessible();
    await type('sign-in-code', '000000');
    await press('sign-in-go');
    await screen.findByText('That one-time password is wrong or was used.');
    await type('sign-in-code', CODE);
    await press('sign-in-go');
    await screen.findByTestId('workbench');
    expect(JSON.stringify({ ...localStorage })).not.toContain(PASSWORD);
  });

  it('keeps the tabs of somebody whose sign-in ended', async () => {
    await openWindow({ kind: 'snippets' });
    server.endSignIn();
    await screen.findByText('Your sign-in has ended');
    expect(screen.queryByTestId('workbench')).toBeNull();
    expect(screen.getByText(/your tab is kept/)).toBeTruthy();
    expect(screen.getByTestId<HTMLInputElement>('sign-in-name').value).toBe('ada');
    expect(vault.unlocked).toBe(false);
    await type('sign-in-password', PASSWORD);
    await press('sign-in-go');
    await screen.findByTestId('workbench');
    expect(tabs.current?.spec.kind).toBe('snippets');
    await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  });

  it('leaves nothing of one person in the page for another', async () => {
    await openWindow();
    const leave = vi.spyOn(team, 'leavePage').mockReturnValue(undefined);
    server.endSignIn();
    await screen.findByTestId('sign-in');
    server.me = { ...server.me, id: 'account-grace' };
    await signIn();
    await waitFor(() => expect(leave).toHaveBeenCalledOnce());
    expect(screen.queryByTestId('workbench')).toBeNull();
  });

  it('says that the server does not answer, and tries again', async () => {
    history.replaceState(null, '', '/');
    server = new MemoryServer(new MemoryHost('unlocked'));
    server.down = true;
    useHost(server.host);
    team.me = null;
    render(App);
    await screen.findByText('The team server does not answer.');
    server.down = false;
    await click('Try again');
    await screen.findByTestId('workbench');
  });

  it('sets up a new server by its link, once', async () => {
    open('team-setup', '/setup#pbi_first');
    await screen.findByTestId('set-up-go');
    expect(location.hash).toBe('');
    await accessible();
    await press('set-up-go');
    expect(screen.getByText('Type a name to sign in with.')).toBeTruthy();
    expect(asked('POST', '/setup')).toHaveLength(0);
    await type('account-display', 'Ada Byron');
    await type('account-name', 'Ada');
    await type('passphrase', 'four words are better');
    await type('passphrase-again', 'four words are better');
    await type('organisation-name', 'Operations');
    await waitFor(() => expect(asked('POST', '/password-strength').length).toBeGreaterThan(0));
    await waitFor(() => expect(screen.getByText('Very strong')).toBeTruthy());
    await press('set-up-go');
    await screen.findByTestId('workbench');
    expect(asked('POST', '/setup')[0]?.body).toEqual({
      token: 'pbi_first',
      name: 'ada',
      display: 'Ada Byron',
      password: 'four words are better',
      organisation: 'Operations',
    });
    expect(location.pathname).toBe('/');
  });

  it('joins by a link, and puts a refusal at its field', async () => {
    open('team-join', '/join#pbi_link');
    await screen.findByText('Join Operations');
    expect(screen.getByText(/Ada Byron invites you/)).toBeTruthy();
    await type('account-display', 'Grace');
    await type('account-name', 'grace');
    await type('passphrase', 'four words are better');
    await type('passphrase-again', 'four words are better');
    await waitFor(() => expect(screen.getByText('Very strong')).toBeTruthy());
    await press('join-go');
    await screen.findByText('There is an account of that name.');
    await type('account-name', 'grace2');
    await press('join-go');
    await screen.findByTestId('workbench');
  });

  it('says that a link is worthless', async () => {
    open('team-join', '/join#bad');
    await screen.findByText('This link leads nowhere');
    await click('Go to sign in');
    await screen.findByTestId('sign-in');
  });

  it('lets somebody who is signed in join with the account there is', async () => {
    open('team', '/join#pbi_link');
    await press2('join-as-me');
    await screen.findByTestId('workbench');
    expect(asked('POST', '/me/join')[0]?.body).toEqual({ token: 'pbi_link' });
  });
});

async function press2(testid: string): Promise<void> {
  await fireEvent.click(await screen.findByTestId(testid));
}

describe('in a browser', () => {
  it('nothing is offered that only a computer has', async () => {
    await openWindow();
    const ids = actions.all.map(({ id }) => id);
    for (const id of [
      'vault.lock',
      'vault.open',
      'session.localShell',
      'import.open',
      'export.open',
      'tab.toNewWindow',
      'agent.copyLine',
      'tunnels.open',
      'power.open',
      'files.saveTo',
      'files.edit',
      'files.edits',
    ])
      expect(ids).not.toContain(id);
    for (const id of ['team.people', 'team.account', 'team.signOut', 'machine.access'])
      expect(ids).toContain(id);
    expect(screen.queryByRole('button', { name: 'Close window' })).toBeNull();
    expect(screen.queryByTestId('lock')).toBeNull();
    expect(screen.queryByText('Open a local shell')).toBeNull();
    expect(sectionsHere().map(({ id }) => id)).not.toContain('agent');
    expect(findSettings('passphrase')).toEqual([]);
    expect(findSettings('tokens').map(({ id }) => id)).toEqual(['tokens']);
    await accessible();
  });

  it('says in the status bar when the server is gone, and reads anew when it is back', async () => {
    await openWindow();
    server.down = true;
    server.breakStreams();
    await screen.findByText(/does not answer, trying again/);
    server.down = false;
    await waitFor(() => expect(screen.queryByText(/trying again/)).toBeNull());
    await waitFor(() =>
      expect(server.calls.filter(({ path }) => path === '/api/rpc/tree_load').length).toBe(2),
    );
  });

  it('the left side of files is another machine or nothing', async () => {
    await openWindow();
    tree.selectOnly('node-db-primary');
    await waitFor(() => actions.run('machine.files'));
    await screen.findByTestId('files-page');
    expect(screen.queryByText('This computer')).toBeNull();
    await press('show-here');
    await screen.findByText('No machine on this side');
    expect(screen.queryByRole('option', { name: /This computer/ })).toBeNull();
  });
});

describe('the account', () => {
  beforeEach(() => openWindow({ kind: 'settings', section: 'account' }));

  it('turns one-time passwords on with codes that are shown once, and off', async () => {
    await press2('totp-on');
    const dialog = await screen.findByTestId('totp-dialog');
    await within(dialog).findByText('JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP');
    await screen.findByRole('img', { name: /QR code/ });
    await accessible();
    await type('totp-dialog-code', '999999');
    await click('Turn on');
    await screen.findByText('That one-time password is wrong.');
    await type('totp-dialog-code', CODE);
    await click('Turn on');
    const codes = await screen.findByTestId('codes-shown');
    expect(codes.textContent).toContain('a7kd-93mq');
    expect(within(codes).getByRole('button', { name: 'Print' })).toBeTruthy();
    await click('I have kept it');
    await waitFor(() => expect(screen.queryByText('a7kd-93mq')).toBeNull());
    await screen.findByText(/10 left/);
    await press2('totp-off');
    await type('code-dialog-code', CODE);
    await click('Turn off');
    await screen.findByTestId('totp-on');
  });

  it('ends other sign-ins, and says where the password is wrong', async () => {
    await screen.findByText('Safari on iPhone');
    await accessible();
    await press('password-change');
    await type('password-current', 'guess');
    await type('passphrase', 'four words are better');
    await type('passphrase-again', 'four words are better');
    await waitFor(() => expect(screen.getByText('Very strong')).toBeTruthy());
    await click('Change password');
    await screen.findByText('That is not your password.');
    await type('password-current', PASSWORD);
    await click('Change password');
    await screen.findByText('Your password was changed, and one other sign-in ended.');
    await waitFor(() => expect(screen.queryByText('Safari on iPhone')).toBeNull());
  });

  it('makes a token that is shown once, and revokes it', async () => {
    await press2('token-new');
    await click('Make token');
    expect(screen.getByText('Say what it is for.')).toBeTruthy();
    await type('token-name', 'Deploy');
    await type('token-networks', 'home');
    await click('Make token');
    expect(screen.getByText(/“home” is no network/)).toBeTruthy();
    await type('token-networks', '192.0.2.0/24, 2001:db8::/32');
    await press('permission-connect');
    await click('Make token');
    const shown = await screen.findByTestId('token-shown');
    expect(shown.textContent).toContain('pbt_');
    expect(asked('POST', '/me/tokens')[0]?.body).toMatchObject({
      name: 'Deploy',
      permissions: ['see', 'connect'],
      networks: ['192.0.2.0/24', '2001:db8::/32'],
    });
    await click('I have kept it');
    await screen.findByText('Deploy');
    await click('Revoke Deploy…');
    await click('Revoke');
    await waitFor(() => expect(screen.queryByText('Deploy')).toBeNull());
  });

  it('changes the name that others see', async () => {
    await screen.findByTestId('display-name');
    await type('display-name', 'Countess');
    await click('Save');
    await waitFor(() => expect(screen.getByTestId('team-menu').textContent).toContain('Countess'));
  });
});

describe('people and permissions', () => {
  it('invites by a link that is shown once', async () => {
    await openWindow({ kind: 'people' });
    await screen.findByText('Grace Hopper');
    await accessible();
    await press('invite');
    await click('Make the link');
    const shown = await screen.findByTestId('invite-link');
    expect(shown.textContent).toContain(`${location.origin}/join#pbi_`);
  });

  it('suspends only after asking, and removes', async () => {
    await openWindow({ kind: 'people' });
    await screen.findByText('Grace Hopper');
    const menu = async (line: RegExp) => {
      const trigger = screen.getByRole('button', { name: 'More about Grace Hopper' });
      trigger.focus();
      await fireEvent.keyDown(trigger, { key: 'Enter' });
      const item = await screen.findByRole('menuitem', { name: line });
      await fireEvent.click(item);
    };
    await menu(/Suspend/);
    expect(asked('PATCH', '/accounts/account-grace')).toHaveLength(0);
    await click('Suspend');
    await waitFor(() => expect(server.members[1]?.suspended).toBe(true));
    await menu(/Remove/);
    await click('Remove');
    await waitFor(() => expect(screen.queryByText('Grace Hopper')).toBeNull());
  });

  it('takes away what signs somebody else in, and leads on where nothing is left', async () => {
    await openWindow({ kind: 'people' });
    await press2('people-accounts');
    const menu = async (who: string) => {
      const trigger = await screen.findByRole('button', { name: `More about ${who}` });
      trigger.focus();
      await fireEvent.keyDown(trigger, { key: 'Enter' });
    };
    await menu('Grace Hopper');
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Ways to sign in…' }));
    await screen.findByText('Passkey “Phone”');
    await accessible();
    await click('Remove the passkey “Phone”…');
    await screen.findByText(/Every sign-in of Grace Hopper ends/);
    expect(screen.queryByText(/Nothing else lets them in/)).toBeNull();
    await waitFor(() =>
      expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Keep' })),
    );
    await click('Keep');
    expect(asked('DELETE', '/accounts/account-grace/passkeys/passkey-phone')).toHaveLength(0);
    await click('Remove the passkey “Phone”…');
    await press('way-remove');
    await waitFor(() => expect(screen.queryByText('Passkey “Phone”')).toBeNull());
    expect(asked('DELETE', '/accounts/account-grace/passkeys/passkey-phone')).toHaveLength(1);
    await click('Unlink grace@example.org at Example ID…');
    await screen.findByText(/Nothing else lets them in: set a password next/);
    await accessible();
    await press('way-remove');
    await screen.findByText('Grace Hopper has no way in');
    expect(asked('DELETE', '/accounts/account-grace/links/link-grace')).toHaveLength(1);
    await accessible();
    await press('ways-password');
    await screen.findByText('Set another password for Grace Hopper');
    await waitFor(() => expect(screen.queryByTestId('account-ways')).toBeNull());
    await type('passphrase', 'four words are better');
    await type('passphrase-again', 'four words are better');
    await click('Set password');
    await waitFor(() => expect(asked('PUT', '/accounts/account-grace/password')).toHaveLength(1));
    // One's own are in “Your account”.
    await menu('Ada Byron');
    await screen.findByRole('menuitem', { name: /run the server|Does not run/ });
    expect(screen.queryByRole('menuitem', { name: 'Ways to sign in…' })).toBeNull();
  });

  it('makes groups, and says that a name is taken', async () => {
    await openWindow({ kind: 'people' });
    await press2('people-groups');
    await fireEvent.click(await screen.findByRole('button', { name: /New group/ }));
    await type('group-name', 'On call');
    await click('Make group');
    await screen.findByText('There is a group of that name.');
    await type('group-name', 'Night');
    await fireEvent.click(screen.getByRole('checkbox', { name: /Grace Hopper/ }));
    await click('Make group');
    await screen.findByText('Night');
    expect(server.groups.at(-1)).toMatchObject({ name: 'Night', members: ['account-grace'] });
  });

  it('says why a role cannot be deleted', async () => {
    await openWindow({ kind: 'people' });
    await press2('people-roles');
    await screen.findByText('Auditor');
    expect(screen.queryByRole('button', { name: 'Delete Owner…' })).toBeNull();
    await click('Delete Auditor…');
    await click('Delete');
    await screen.findByText('Somebody has the role Auditor. Take it from them first.');
  });

  it('shows members who may not administer what they may see, and nothing to press', async () => {
    await openWindow({ kind: 'people' }, 'team-member');
    await screen.findByText('Grace Hopper');
    expect(screen.queryByTestId('invite')).toBeNull();
    expect(screen.queryByTestId('people-accounts')).toBeNull();
    expect(asked('GET', '/organisations/org-ops/invitations')).toHaveLength(0);
    await press('people-groups');
    await screen.findByText('On call');
    expect(
      screen.queryByRole('button', { name: /Edit On call|Delete On call|New group/ }),
    ).toBeNull();
    await press('people-access');
    await screen.findByText('What you have here, and from where.');
    expect(screen.queryByTestId('grant-add')).toBeNull();
    expect(screen.queryByRole('button', { name: /^Take / })).toBeNull();
  });

  it('shows who has access to a folder, gives and takes', async () => {
    await openWindow();
    tree.selectOnly('folder-production');
    expect(treeMenu().some((line) => line?.label === 'Who has access…')).toBe(true);
    actions.run('machine.access');
    const dialog = await screen.findByTestId('access');
    await within(dialog).findByText(/Given here/);
    expect(within(dialog).getAllByText(/From all of Operations/)).toHaveLength(2);
    await accessible();
    expect(screen.getByTestId('grant-add')).toHaveProperty('disabled', true);
    await choose('grant-who', /Grace Hopper/);
    await press('grant-add');
    await waitFor(() => expect(server.grants).toHaveLength(4));
    expect(asked('POST', '/organisations/org-ops/grants')[0]?.body).toEqual({
      subject: { kind: 'account', id: 'account-grace' },
      node: 'folder-production',
      role: 'role-viewer',
    });
    await fireEvent.click(
      await within(dialog).findByRole('button', { name: 'Take Operator from On call…' }),
    );
    expect(server.grants).toHaveLength(4);
    await click('Take it');
    await waitFor(() => expect(server.grants).toHaveLength(3));
    await click('Why may I?');
    await screen.findByText('Operator, through the group On call, on Production');
  });
});
