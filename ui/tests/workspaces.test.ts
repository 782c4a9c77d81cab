/** Team servers in the tree of a vault, as people go through them, on the in-memory host. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import type { WorkspaceInfo } from '$lib/host';
import { asking } from '$lib/machines/asking.svelte';
import { openEditors } from '$lib/machines/open-editors.svelte';
import { folderChoices } from '$lib/machines/places';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs, type TabSpec } from '$lib/tabs/tabs.svelte';
import { treeMenu } from '$lib/tree/menu';
import { tree } from '$lib/tree/tree.svelte';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { MemoryHost } from './memory';
import { problem } from './memory/problem';
import { USER_CODE } from './memory/doors';
import { CODE, PASSWORD, refuse } from './memory/server';
import { FINGERPRINT, OTHER_FINGERPRINT } from './memory/workspaces';
import { accessible, openWindow, type } from './person';

let host: MemoryHost;
let hub: WorkspaceInfo;

async function open(spec?: TabSpec): Promise<void> {
  host = new MemoryHost('unlocked');
  hub = host.workspaces.put('Operations hub', { address: 'https://team.example.net:7443' });
  openWindow(host);
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  await waitFor(() => expect(workspaces.list).toHaveLength(1));
  if (spec) tabs.open(spec);
}

const called = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);
const asked = (method: string, path: string) =>
  host.workspaces.server.calls.filter(
    (call) => call.method === method && call.path === `/api/v1${path}`,
  );
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const press = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));
const stand = (state: WorkspaceInfo['state']) =>
  host.workspaces.state(hub.id, state, { asOf: Date.now() - 12 * 60_000 });
const row = (name: RegExp) => screen.findByRole('treeitem', { name });
const menu = () => treeMenu().flatMap((line) => (line ? [line.label] : []));
const machine = () => `${hub.id}-gate-01`;

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  openEditors.belongTo('nobody');
  asking.done();
  cleanup();
  notices.clear();
});

describe('adding a team server', () => {
  const add = async (address: string) => {
    actions.run('workspace.add');
    await screen.findByTestId('add-workspace');
    await type('workspace-address', address);
    await press('workspace-next');
  };

  it('compares the certificate, signs in with a one-time password, and shows the folder', async () => {
    await open();
    host.workspaces.totp = true;
    await add('hub.example.net');
    await screen.findByText('Is this Operations hub?');
    const print = await screen.findByTestId('workspace-certificate');
    expect(print.textContent?.replace(/\s/g, '')).toContain(FINGERPRINT.slice(7));
    await accessible();
    expect(document.activeElement).not.toBe(screen.getByTestId('workspace-trust'));
    await press('workspace-trust');
    await type('sign-in-name', 'ada');
    await type('sign-in-password', 'guess');
    await press('workspace-enter');
    await screen.findByText('The name or the password is wrong.');
    await accessible();
    await type('sign-in-password', PASSWORD);
    await press('workspace-enter');
    await type((await screen.findByTestId('sign-in-code')).dataset.testid ?? '', CODE);
    await press('workspace-enter');
    await waitFor(() => expect(screen.queryByTestId('add-workspace')).toBeNull());
    expect(workspaces.list).toHaveLength(2);
    await waitFor(() => expect(tree.selected.active).toBe(workspaces.list[1]?.root));
    expect(called('workspace_add').at(-1)).toMatchObject({
      fingerprint: FINGERPRINT,
      entry: { kind: 'signIn', name: 'ada', code: CODE },
    });
    expect(JSON.stringify({ ...localStorage })).not.toContain(PASSWORD);
  });

  it('loses nothing that was typed on the way back', async () => {
    await open();
    await add('hub.example.net');
    await press('workspace-trust');
    await type('sign-in-name', 'ada');
    await type('sign-in-password', 'half typed');
    await press('workspace-back');
    await screen.findByText('Is this Operations hub?');
    await press('workspace-back');
    expect((await screen.findByTestId<HTMLInputElement>('workspace-address')).value).toBe(
      'hub.example.net',
    );
    // The certificate is the one that was compared.
    await press('workspace-next');
    expect((await screen.findByTestId<HTMLInputElement>('sign-in-password')).value).toBe(
      'half typed',
    );
    // Another one has to be compared anew.
    await press('workspace-back');
    await press('workspace-back');
    host.workspaces.shown = OTHER_FINGERPRINT;
    await press('workspace-next');
    await screen.findByText('Is this Operations hub?');
  });

  it('joins with a link, and puts a refusal at its field', async () => {
    await open();
    await add('https://public.example.net/join#pbi_link');
    await screen.findByText('Join Operations hub');
    const invitation = await screen.findByTestId('workspace-invitation');
    expect(invitation.textContent).toMatch(
      /Operations\.\s+Ada Byron invites you\. You will be Operator/,
    );
    await type('account-display', 'Grace');
    await type('account-name', 'grace');
    await type('passphrase', 'four words are better');
    await type('passphrase-again', 'four words are better');
    await screen.findByText('Very strong');
    await accessible();
    await press('workspace-enter');
    await screen.findByText('There is an account of that name.');
    await type('account-name', 'grace2');
    await press('workspace-enter');
    await waitFor(() => expect(workspaces.list).toHaveLength(2));
    expect(called('workspace_add').at(-1)).toMatchObject({
      fingerprint: null,
      entry: { kind: 'join', token: 'pbi_link', name: 'grace2', display: 'Grace' },
    });
  });

  it('says of a link that leads nowhere what it is, before anything is typed', async () => {
    await open();
    await add('https://public.example.net/join#bad');
    await screen.findByText('This link leads nowhere');
    await accessible();
  });

  it('uses a link with the account there is', async () => {
    await open();
    await add('https://public.example.net/join#pbi_link');
    await press('workspace-other-way');
    await type('sign-in-name', 'ada');
    await type('sign-in-password', PASSWORD);
    await press('workspace-enter');
    await waitFor(() => expect(asked('POST', '/me/join')[0]?.body).toEqual({ token: 'pbi_link' }));
  });

  it('says what is wrong where it is, and what is there already', async () => {
    await open();
    await add('');
    expect(screen.getByText(/Type the address of the server/)).toBeTruthy();
    await type('workspace-address', 'nowhere.example.net');
    await press('workspace-next');
    await screen.findByText('nowhere.example.net does not answer.');
    expect(screen.getByTestId<HTMLInputElement>('workspace-address').value).toBe(
      'nowhere.example.net',
    );
    const { workspace_look: looks } = host.handlers;
    host.handlers.workspace_look = () =>
      Promise.reject(problem('invalid', 'That is no address.', '', 'address'));
    await type('workspace-address', 'a/b/c');
    await press('workspace-next');
    await screen.findByText('That is no address.');
    expect(screen.getByTestId('workspace-address').getAttribute('aria-invalid')).toBe('true');
    if (looks) host.handlers.workspace_look = looks;
    await type('workspace-address', 'new.example.net');
    await press('workspace-next');
    await screen.findByText('Operations hub is not set up yet');
    await type('workspace-address', 'team.example.net:7443');
    await press('workspace-next');
    await screen.findByText('Operations hub is in the tree already');
    await accessible();
    await click('Show it');
    await waitFor(() => expect(tree.selected.active).toBe(hub.root));
    expect(called('workspace_add')).toHaveLength(0);
  });

  it('keeps nothing of what was given up while it was waited for', async () => {
    await open();
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    const { workspace_add: adds } = host.handlers;
    host.handlers.workspace_add = async (args) => {
      await held;
      return adds?.(args) as WorkspaceInfo;
    };
    await add('public.example.net');
    await screen.findByTestId('sign-in-name');
    await type('sign-in-name', 'ada');
    await type('sign-in-password', PASSWORD);
    await press('workspace-enter');
    await screen.findByText('Waiting for Operations hub…');
    await click('Cancel');
    answer();
    await waitFor(() => expect(called('workspace_remove')).toHaveLength(1));
    await waitFor(() => expect(workspaces.list).toHaveLength(1));
  });
});

describe('signing in with the browser', () => {
  const enter = async (address: string) => {
    actions.run('workspace.add');
    await screen.findByTestId('add-workspace');
    await type('workspace-address', address);
    await press('workspace-next');
  };
  const focused = (testid: string) =>
    waitFor(() => expect(document.activeElement).toBe(screen.getByTestId(testid)));

  it('shows the code and the way to the page, and adds the server once it was let in', async () => {
    await open();
    await enter('hub.example.net');
    await press('workspace-trust');
    await press('workspace-browser-begin');
    expect((await screen.findByTestId('workspace-code')).textContent).toBe(USER_CODE);
    await focused('workspace-browser-open');
    expect(screen.getByTestId('workspace-browser').textContent).toContain(
      'Patchbay on workstation',
    );
    expect(screen.getByText(/good for 10 more minutes/)).toBeTruthy();
    // The certificate was compared, and the browser asks about it again.
    expect(screen.getByRole('group', { name: FINGERPRINT })).toBeTruthy();
    await accessible();
    const link = `https://hub.example.net/device#${USER_CODE}`;
    await press('workspace-browser-open');
    expect(called('host_open_url')).toEqual([{ url: link }]);
    await press('workspace-browser-copy');
    await screen.findByText('Copied');
    expect(called('host_copy_text')).toEqual([{ text: link }]);
    expect(workspaces.list).toHaveLength(1);
    host.workspaces.decide(null);
    await waitFor(() => expect(screen.queryByTestId('add-workspace')).toBeNull());
    expect(workspaces.list).toHaveLength(2);
    await waitFor(() => expect(tree.selected.active).toBe(workspaces.list[1]?.root));
    const door = { kind: 'new', address: 'https://hub.example.net', fingerprint: FINGERPRINT };
    expect(called('workspace_browser_begin')).toEqual([{ door }]);
    expect(called('workspace_browser_cancel')).toEqual([]);
  });

  it('says what came of it, begins anew, and lets go of what was given up', async () => {
    await open();
    await enter('public.example.net');
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    expect(screen.queryByRole('group', { name: FINGERPRINT })).toBeNull();
    host.workspaces.decide(problem('notAllowed', 'Somebody said no.', 'Begin anew.'));
    await screen.findByText('Somebody said no.');
    await focused('workspace-browser-again');
    expect(screen.queryByTestId('workspace-code')).toBeNull();
    await accessible();
    await press('workspace-browser-again');
    await screen.findByTestId('workspace-code');
    // What opens no browser leaves the address to be copied.
    host.handlers.host_open_url = () =>
      Promise.reject(problem('desktop', 'The browser could not be started.', ''));
    await press('workspace-browser-open');
    await screen.findByText('The browser could not be started.');
    await press('workspace-back');
    await screen.findByTestId('sign-in-name');
    await focused('sign-in-name');
    expect(host.workspaces.asking.size).toBe(0);
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    await click('Cancel');
    await waitFor(() => expect(called('workspace_browser_cancel')).toHaveLength(2));
    expect(host.workspaces.asking.size).toBe(0);
    expect(workspaces.list).toHaveLength(1);
  });

  it('keeps nothing of what was let in at the moment of giving up', async () => {
    await open();
    await enter('public.example.net');
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    // The core is faster than the one who gives up.
    host.handlers.workspace_browser_cancel = () => {
      host.workspaces.decide(null);
      return null;
    };
    await click('Cancel');
    await waitFor(() => expect(called('workspace_remove')).toHaveLength(1));
    await waitFor(() => expect(workspaces.list).toHaveLength(1));
  });

  it('joins with a link besides, for somebody who has an account', async () => {
    await open();
    await enter('https://public.example.net/join#pbi_link');
    await screen.findByText('Join Operations hub');
    expect(screen.queryByTestId('workspace-browser-begin')).toBeNull();
    await press('workspace-other-way');
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    expect(asked('POST', '/me/join')).toHaveLength(0);
    host.workspaces.decide(null);
    await waitFor(() => expect(asked('POST', '/me/join')[0]?.body).toEqual({ token: 'pbi_link' }));
    await waitFor(() => expect(screen.queryByTestId('add-workspace')).toBeNull());
  });

  it('says so if the link is good no more, and stays signed in', async () => {
    await open();
    host.workspaces.server.handlers['POST /me/join'] = () =>
      refuse(404, 'notFound', 'This link was used.');
    await enter('https://public.example.net/join#pbi_link');
    await press('workspace-other-way');
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    host.workspaces.decide(null);
    await screen.findByText('This link was used.');
    expect(workspaces.list).toHaveLength(2);
    await waitFor(() => expect(screen.queryByTestId('add-workspace')).toBeNull());
  });

  it('signs in again where somebody was signed out', async () => {
    await open();
    stand('signedOut');
    await waitFor(() => expect(actions.get(`workspace.signIn.${hub.id}`)).toBeDefined());
    actions.run(`workspace.signIn.${hub.id}`);
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    await focused('workspace-browser-open');
    await accessible();
    await press('workspace-back');
    await focused('sign-in-password');
    expect(host.workspaces.asking.size).toBe(0);
    await press('workspace-browser-begin');
    await screen.findByTestId('workspace-code');
    host.workspaces.decide(null);
    await waitFor(() => expect(workspaces.list[0]?.state).toBe('connected'));
    await waitFor(() => expect(screen.queryByTestId('workspace-sign-in')).toBeNull());
    expect(called('workspace_browser_begin').at(-1)).toEqual({
      door: { kind: 'known', id: hub.id },
    });
  });
});

describe('in the tree', () => {
  it('a workspace says what it is and how it stands', async () => {
    await open();
    // Only rows in sight are in the page.
    tree.setFilter('hub');
    await row(/^Operations hub, team server, 3 machines/);
    stand('offline');
    await row(/^Operations hub, team server, away, 12 min old/);
    expect(screen.getByText('away, 12 min old')).toBeTruthy();
    await accessible();
  });

  it('its folder cannot be moved, renamed or deleted as a folder', async () => {
    await open();
    tree.selectOnly(hub.root);
    for (const label of ['Delete…', 'Rename', 'Edit…', 'Duplicate', 'Move to folder…', 'Move up'])
      expect(menu()).not.toContain(label);
    expect(menu()).toEqual(
      expect.arrayContaining(['People and permissions', 'Your account', 'Sign out', 'Leave…']),
    );
    expect(menu()).toContain('Add a machine…');
  });

  it('what is there of one that is away can be looked at only, and says why', async () => {
    await open();
    stand('offline');
    tree.setFilter('gate');
    await row(/^gate-01, .*away$/);
    tree.selectOnly(machine());
    expect(menu()).not.toContain('Edit…');
    expect(menu()).not.toContain('Add a machine…');
    expect(menu()).not.toContain('Who has access…');
    actions.run('machine.connect');
    const said = await screen.findByTestId('notice');
    expect(said.textContent).toContain(
      'gate-01 cannot be connected: Operations hub does not answer.',
    );
    expect(called('session_open')).toHaveLength(0);
    await fireEvent.click(within(said).getByRole('button', { name: 'Look again now' }));
    await waitFor(() => expect(workspaces.list[0]?.state).toBe('connected'));
    await waitFor(() => expect(menu()).toContain('Edit…'));
    const rows = folderChoices(tree.rows, new Set(workspaces.closedRoots), 'vault');
    expect(rows.map(({ name }) => name)).toContain('Operations hub');
  });

  it('is opened directly where its team server lets this computer, and nowhere else', async () => {
    await open();
    tree.selectOnly(machine());
    expect(menu()).toContain('Connect');
    expect(menu()).not.toContain('Open directly');
    host.tree.letDial([machine()]);
    await waitFor(() => expect(menu()).toContain('Open directly'));
    tree.selectOnly('node-db-primary');
    expect(menu()).not.toContain('Open directly');
    tree.selectOnly(machine());
    actions.run('machine.connectDirectly');
    const sign = await screen.findByTestId('direct');
    expect(sign.title).toBe(
      'Direct: this computer dials, with secrets that Operations hub gives it for this session',
    );
    expect(called('session_open_direct')).toMatchObject([{ id: machine() }]);
    expect(called('session_open')).toHaveLength(0);
    expect(screen.queryByTestId('relayed')).toBeNull();
    stand('offline');
    host.tree.letDial([]);
    await waitFor(() => expect(menu()).not.toContain('Open directly'));
    await accessible();
  });

  it('only machines of a team server say who has access', async () => {
    await open();
    tree.selectOnly('node-db-primary');
    expect(menu()).not.toContain('Who has access…');
    tree.selectOnly(machine());
    expect(menu()).toContain('Who has access…');
    actions.run('machine.access');
    const dialog = await screen.findByTestId('access');
    await within(dialog).findAllByText(/From all of Operations/);
    expect(asked('GET', `/access/${machine()}`)).toHaveLength(1);
    await fireEvent.click(await screen.findByRole('button', { name: 'Why may I?' }));
    await screen.findByText('Operator, through the group On call, on Production');
  });

  it('signs in again with the account it was added with', async () => {
    await open();
    stand('signedOut');
    await waitFor(() => expect(actions.get(`workspace.signIn.${hub.id}`)).toBeDefined());
    actions.run(`workspace.signIn.${hub.id}`);
    await screen.findByText('As ada, at team.example.net:7443.');
    expect(screen.queryByTestId('sign-in-name')).toBeNull();
    await type('sign-in-password', 'guess');
    await click('Sign in');
    await screen.findByText('The name or the password is wrong.');
    await type('sign-in-password', PASSWORD);
    await click('Sign in');
    await waitFor(() => expect(workspaces.list[0]?.state).toBe('connected'));
  });

  it('trusts another certificate only after its end was typed', async () => {
    await open();
    stand('certificateChanged');
    host.workspaces.shown = OTHER_FINGERPRINT;
    await waitFor(() => expect(actions.get(`workspace.trust.${hub.id}`)).toBeDefined());
    actions.run(`workspace.trust.${hub.id}`);
    await screen.findByTestId('workspace-certificate');
    await accessible();
    const confirm = screen.getByTestId<HTMLButtonElement>('replace-confirm');
    await type('last-eight', FINGERPRINT.slice(-8));
    expect(confirm.disabled).toBe(true);
    await type('last-eight', OTHER_FINGERPRINT.slice(-8));
    await fireEvent.click(confirm);
    await waitFor(() => expect(workspaces.list[0]).toMatchObject({ state: 'connected' }));
    expect(called('workspace_trust')[0]).toMatchObject({ fingerprint: OTHER_FINGERPRINT });
  });

  it('says so when the other certificate needs no comparing', async () => {
    await open();
    stand('certificateChanged');
    host.workspaces.shown = null;
    await waitFor(() => expect(actions.get(`workspace.trust.${hub.id}`)).toBeDefined());
    actions.run(`workspace.trust.${hub.id}`);
    await screen.findByText(/vouched for by an authority/);
    expect(screen.queryByTestId('last-eight')).toBeNull();
    await click('Leave…');
    await screen.findByText('Leave Operations hub?');
  });

  it('is left only after asking', async () => {
    await open();
    actions.run(`workspace.leave.${hub.id}`);
    await screen.findByText('Leave Operations hub?');
    expect(called('workspace_remove')).toHaveLength(0);
    await click('Leave');
    await waitFor(() => expect(tree.byId(hub.root)).toBeUndefined());
    expect(workspaces.list).toHaveLength(0);
  });
});

describe('its pages', () => {
  it('show people, and the own account, at that server', async () => {
    await open();
    tabs.open({ kind: 'workspace', id: hub.id, section: 'people' });
    await screen.findByText('Grace Hopper');
    await press('invite');
    await click('Make the link');
    expect((await screen.findByTestId('invite-link')).textContent).toContain(
      'https://team.example.net:7443/join#pbi_',
    );
    await click('I have kept it');
    tabs.open({ kind: 'workspace', id: hub.id, section: 'account' });
    await screen.findByText('Safari on iPhone');
    expect(tabs.list).toHaveLength(1);
    await accessible();
    // What takes a browser leads there.
    await fireEvent.click((await screen.findAllByTestId('in-browser'))[0]!);
    const opened = host.calls.filter(({ name }) => name === 'host_open_url');
    expect(opened.map(({ args }) => args)).toEqual([{ url: 'https://team.example.net:7443' }]);
    expect(screen.queryByTestId('passkey-make')).toBeNull();
    stand('signedOut');
    await screen.findByText('You are signed out of Operations hub');
    expect(screen.queryByText('Safari on iPhone')).toBeNull();
  });
});

describe('sessions', () => {
  it('say that they are relayed, and lead to tunnels that this computer listens for', async () => {
    await open();
    await sessions.connect(machine());
    expect((await screen.findByTestId('relayed')).textContent).toContain('through Operations hub');
    await waitFor(() =>
      expect(screen.getByText('gate-01 through Operations hub, 12 ms')).toBeTruthy(),
    );
    expect(screen.getByTestId('tab').title).toContain('relayed through Operations hub');
    await press('to-tunnels');
    await screen.findByText(/a port of this computer\.$/);
    await press('tunnel-new');
    const kinds = within(await screen.findByTestId('tunnel-fields')).getByRole('combobox');
    await fireEvent.keyDown(kinds, { key: 'ArrowDown' });
    expect((await screen.findAllByRole('option')).map((one) => one.textContent.trim())).toEqual([
      'Local',
      'Dynamic (SOCKS 5)',
    ]);
    await fireEvent.keyDown(document.activeElement ?? kinds, { key: 'Escape' });
    tabs.close(tabs.active ?? '');
    stand('offline');
    await waitFor(() =>
      expect(screen.getByTestId('relayed').textContent).toContain('Operations hub, away'),
    );
    await sessions.connect('node-db-primary');
    await waitFor(() => expect(screen.getByTestId('to-tunnels')).toBeTruthy());
    expect(screen.queryByTestId('relayed')).toBeNull();
  });
});

describe('files of this computer', () => {
  it('stand beside those of a machine of a team server, which is not exported to one', async () => {
    await open();
    await sessions.files(machine());
    await screen.findByTestId('files-page');
    await waitFor(() =>
      expect(screen.getByTestId('place-here').textContent).toContain('This computer'),
    );
    await press('place-here');
    const offered = (await screen.findAllByRole('option')).map((each) => each.textContent);
    for (const name of ['This computer', 'gate-01', 'db-primary']) {
      expect(offered).toContainEqual(expect.stringContaining(name));
    }
    tree.selectOnly(hub.root);
    expect(menu()).not.toContain('Export…');
    tree.selectOnly('folder-production');
    expect(menu()).toContain('Export…');
  });

  it('is moved only within where it is kept', async () => {
    await open();
    asking.move([machine()]);
    const dialog = await screen.findByTestId('move-dialog');
    const names = within(dialog)
      .getAllByRole('option')
      .map((each) => each.textContent?.trim());
    expect(names).toEqual([
      expect.stringContaining('Operations hub'),
      expect.stringContaining('Core'),
    ]);
  });
});

describe('an editor that was overtaken', () => {
  it('asks whose change is kept', async () => {
    await open({ kind: 'editor', nodeId: 'node-db-primary' });
    await waitFor(() => expect(screen.getByTestId('editor-port')).toBeTruthy());
    await type('editor-port', '2222');
    const { draft } = host.tree.node('node-db-primary');
    host.tree.save({ id: 'node-db-primary', draft: { ...draft, name: 'db-one' } as never }, false);
    await waitFor(() => expect(tree.byId('node-db-primary')?.name).toBe('db-one'));
    await press('editor-save');
    const dialog = await screen.findByTestId('conflict');
    expect(within(dialog).getByTestId('conflict-name').textContent).toContain('db-one');
    await accessible();
    await click('Go on editing');
    expect(screen.getByTestId<HTMLInputElement>('editor-port').value).toBe('2222');
    await waitFor(() => expect(screen.queryByTestId('conflict')).toBeNull());
    await press('editor-save');
    await press('conflict-mine');
    await waitFor(() =>
      expect(host.tree.node('node-db-primary').draft).toMatchObject({
        name: 'db-one',
        settings: { port: 2222 },
      }),
    );
  });
});
