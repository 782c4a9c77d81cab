/** Live sessions shared at a team server, as the owner and as guests go through it: the real HTTP host on a server in memory. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { OPEN_OVERLAY } from '$lib/frame/overlay';
import { call, useHost } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { existingTerminal } from '$lib/sessions/terminal/registry';
import { sharing } from '$lib/sharing/sharing.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { team } from '$lib/team/team.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import { MemoryHost } from './memory';
import { GUEST_LINK, MemoryServer } from './memory/server';
import { accessible, type } from './person';

let server: MemoryServer;

function open(state: string, path = '/'): void {
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

const press = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const asked = (method: string, path: string) =>
  server.calls.filter((one) => one.method === method && one.path === `/api/v1${path}`);

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  sharing.asked = sharing.removing = null;
  cleanup();
  notices.clear();
  history.replaceState(null, '', '/');
  useHost(new MemoryHost('unlocked'));
});

describe('the owner of a session', () => {
  let id: string;

  /** With a session in front, and the dialog about its links. */
  async function openDialog(): Promise<void> {
    open('team');
    await screen.findByTestId('workbench');
    await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
    await waitFor(() => expect(actions.get('session.share')).toBeDefined());
    await sessions.connect('node-app-01');
    await waitFor(() => expect(sessions.list[0]?.state.kind).toBe('open'));
    id = sessions.list[0]?.id ?? '';
    actions.run('session.share');
    await screen.findByTestId('share-dialog');
  }

  /** The token of a link that is made in the dialog. */
  async function makeLink(control: boolean): Promise<string> {
    if (control) await fireEvent.click(screen.getByText('Look and control'));
    await press('share-make');
    const shown = await screen.findByTestId('share-link');
    const link = shown.querySelector('p')?.textContent ?? '';
    expect(link).toContain(`${location.origin}/share#pbl_`);
    return link.split('#')[1] ?? '';
  }

  it('makes a link that is shown once, and takes it back', async () => {
    await openDialog();
    await screen.findByText(/There are none/);
    await accessible();
    await makeLink(false);
    expect(asked('POST', `/sessions/${id}/shares`)[0]?.body).toEqual({
      mayControl: false,
      audience: 'anybody',
      minutes: 60,
    });
    await screen.findByText(/^May look, until/);
    await screen.findByTestId('presence');
    expect(screen.getByText('Shared, nobody is here yet')).toBeTruthy();
    await accessible();
    await click(/^Take back: May look/);
    await screen.findByText(/There are none/);
    await waitFor(() => expect(screen.queryByTestId('presence')).toBeNull());
  });

  it('gives control to who asks, takes it back by a key, and removes who is not wanted', async () => {
    await openDialog();
    const token = await makeLink(true);
    await click('Done');
    const eve = server.sharing.join(token, 'Eve', null);
    const strip = await screen.findByTestId('presence');
    await within(strip).findByText('Eve');
    expect(screen.queryByTestId('give-control')).toBeNull();
    expect(actions.get('session.takeControl')?.when?.()).toBe(false);
    server.sharing.wish(eve.key, 'ask');
    await within(strip).findByText('Eve asks for control');
    await press('give-control');
    await within(strip).findByText('Eve has control');
    await accessible();
    await waitFor(() => expect(document.querySelector(OPEN_OVERLAY)).toBeNull());
    await fireEvent.keyDown(window, { key: 'H', code: 'KeyH', ctrlKey: true, shiftKey: true });
    await within(strip).findByText('You have control');
    expect(asked('POST', `/sessions/${id}/control`).map(({ body }) => body)).toEqual([
      { guest: eve.guest },
      { guest: null },
    ]);
    const chip = within(strip).getByTestId('guest');
    chip.focus();
    await fireEvent.keyDown(chip, { key: 'Enter' });
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Remove…' }));
    await screen.findByTestId('remove-guest');
    expect(asked('DELETE', `/sessions/${id}/guests/${eve.guest}`)).toHaveLength(0);
    await click('Remove');
    await within(strip).findByText('Shared, nobody is here yet');
    expect(server.sharing.over.get(eve.key)).toContain('removed');
  });

  it('ends all of it', async () => {
    await openDialog();
    const token = await makeLink(false);
    await click('Done');
    const eve = server.sharing.join(token, 'Eve', null);
    await press('share-stop');
    await waitFor(() => expect(screen.queryByTestId('presence')).toBeNull());
    expect(server.sharing.over.get(eve.key)).toBe('The sharing was ended.');
  });
});

describe('a guest', () => {
  /** At the door of a session that somebody shares. */
  async function comes(state = 'team-guest-out', token = GUEST_LINK): Promise<void> {
    open(state, `/share#${token}`);
    await waitFor(() => expect(location.hash).toBe(''));
  }

  async function joins(): Promise<void> {
    await comes();
    await screen.findByText('Ada Byron shares a terminal');
    await screen.findByTestId('guest-name');
    await type('guest-name', 'Bob');
    await press('guest-join');
    await screen.findByTestId('guest-room');
  }

  const shared = () => server.core.sessions.list()[0]?.sharing;
  const me = () => shared()?.guests.find(({ name }) => name === 'Bob')?.id ?? '';

  it('says a name and sees the session, and nothing else of the server', async () => {
    await comes();
    await screen.findByTestId('guest-door');
    await accessible();
    await press('guest-join');
    expect(screen.getByText(/Say who you are/)).toBeTruthy();
    await type('guest-name', 'Eve Adams');
    await press('guest-join');
    await screen.findByText('Somebody there is called that.');
    await type('guest-name', 'Bob');
    await press('guest-join');
    const room = await screen.findByTestId('guest-room');
    expect(within(room).getByText('shared by Ada Byron')).toBeTruthy();
    await waitFor(() => expect(existingTerminal(me())?.hasOutput).toBe(true));
    await accessible();
    const other = server.calls.filter(({ path }) => !/\/(shares|me)\b/.test(path));
    expect(other).toEqual([]);
    expect(JSON.stringify({ ...localStorage })).not.toContain('pb');
  });

  it('asks for control, types when it is given, and gives it back', async () => {
    await joins();
    const control = screen.getByTestId('guest-control');
    expect(control.textContent).toContain('Ada Byron has control');
    await press('ask-control');
    await screen.findByTestId('withdraw');
    const session = server.core.sessions.list()[0]?.id ?? '';
    server.sharing.control(session, me());
    await waitFor(() => expect(control.textContent).toContain('You have control'));
    await press('give-back');
    await waitFor(() => expect(control.textContent).toContain('Ada Byron has control'));
    await screen.findByTestId('ask-control');
  });

  it('is told why it is over, and lets go of the terminal', async () => {
    await joins();
    const mine = me();
    server.sharing.end(server.core.sessions.list()[0]?.id ?? '');
    await screen.findByText('The sharing was ended');
    await accessible();
    expect(existingTerminal(mine)).toBeUndefined();
    // Commands are the server's own again.
    await expect(call('session_attach', { id: mine })).rejects.toBeTruthy();
    expect(screen.queryByTestId('guest-again')).toBeNull();
  });

  it('leaves, and comes again by the same link', async () => {
    await joins();
    await press('guest-leave');
    await screen.findByText('You have left');
    await press('guest-again');
    await screen.findByTestId('guest-name');
  });

  it('comes back with the same key when the page is loaded again', async () => {
    await joins();
    const before = me();
    cleanup();
    useHost(server.host);
    history.replaceState(null, '', '/share');
    render(App);
    await screen.findByTestId('guest-room');
    expect(me()).toBe(before);
    expect(asked('POST', '/shares/join')).toHaveLength(1);
  });

  it('who has signed in need not say a name; who has to, is asked to', async () => {
    await comes('team-guest');
    await press('guest-join');
    await screen.findByTestId('guest-room');
    expect(asked('POST', '/shares/join')[0]?.body).toMatchObject({ name: '' });
    cleanup();
    sessionStorage.clear();
    await comes('team-guest-account-out');
    await press('guest-sign-in');
    await screen.findByTestId('sign-in');
    await click('Back to the link');
    await screen.findByTestId('guest-door');
  });

  it('says that a link is worthless, and that the server is gone', async () => {
    await comes('team-guest-out', 'pbl_bad');
    await screen.findByText('This link leads to no session, or not any more');
    cleanup();
    sessionStorage.clear();
    await joins();
    server.down = true;
    server.sharing.wish(`pbg_${me()}`, 'ask');
    await screen.findByText(/does not answer, trying again/);
  });
});
