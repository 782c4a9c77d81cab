/** An operator sees the server as somebody else, in a browser: how it begins, what it looks like, and how it ends. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { useHost } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { people } from '$lib/team/people.svelte';
import { team } from '$lib/team/team.svelte';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import { MemoryHost } from './memory';
import { CODE, MemoryServer, PASSWORD } from './memory/server';
import { accessible, type } from './person';

let server: MemoryServer;
let leave: ReturnType<typeof vi.spyOn>;

function open(state = 'team'): void {
  history.replaceState(null, '', '/');
  server = new MemoryServer(new MemoryHost('unlocked'), state);
  useHost(server.host);
  vault.status = null;
  vault.problem = null;
  team.me = null;
  team.ended = false;
  team.phase = 'asking';
  render(App);
}

async function openWindow(state = 'team'): Promise<void> {
  open(state);
  await screen.findByTestId('workbench');
  await waitFor(() => expect(actions.get('team.people')).toBeDefined());
}

const asked = (method: string, path: string) =>
  server.calls.filter((call) => call.method === method && call.path === `/api/v1${path}`);
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));

async function menuOf(name: string): Promise<void> {
  const trigger = await screen.findByRole('button', { name: `More about ${name}` });
  trigger.focus();
  await fireEvent.keyDown(trigger, { key: 'Enter' });
  await screen.findByRole('menu');
}

async function question(): Promise<void> {
  people.show('accounts', null);
  await menuOf('Grace Hopper');
  await fireEvent.click(screen.getByRole('menuitem', { name: 'See it as Grace Hopper…' }));
  await screen.findByTestId('act-as');
}

beforeEach(() => {
  localStorage.clear();
  leave = vi.spyOn(team, 'leavePage').mockReturnValue(undefined);
});
afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  people.section = 'people';
  people.organisation = null;
  cleanup();
  notices.clear();
  useHost(new MemoryHost('unlocked'));
});

describe('seeing it as somebody else', () => {
  it('begins with a reason and the own password, in a page that is loaded anew', async () => {
    await openWindow();
    await question();
    await accessible();
    const go = screen.getByTestId<HTMLButtonElement>('act-as-go');
    expect(screen.queryByTestId('act-as-code')).toBeNull();
    await type('act-as-password', 'guess');
    expect(go.disabled).toBe(true);
    await type('act-as-reason', ' Ticket 4711 ');
    await press('act-as-go');
    await screen.findByText('This is not your password.');
    expect(leave).not.toHaveBeenCalled();
    await type('act-as-password', PASSWORD);
    await press('act-as-go');
    await waitFor(() => expect(leave).toHaveBeenCalledOnce());
    const [, body] = asked('POST', '/accounts/account-grace/act-as').map((call) => call.body);
    expect(body).toEqual({ reason: 'Ticket 4711', password: PASSWORD });
  });

  it('asks for a one-time password where there is one', async () => {
    open();
    server.me = { ...server.me, totp: true };
    await screen.findByTestId('workbench');
    await question();
    await type('act-as-reason', 'Ticket 4711');
    await type('act-as-password', PASSWORD);
    expect(screen.getByTestId<HTMLButtonElement>('act-as-go').disabled).toBe(true);
    await type('act-as-code', '000000');
    await press('act-as-go');
    await screen.findByText('The one-time password is wrong.');
    await type('act-as-code', CODE);
    await press('act-as-go');
    await waitFor(() => expect(leave).toHaveBeenCalledOnce());
  });

  it('is offered of nobody who runs the server or is suspended', async () => {
    await openWindow();
    people.show('accounts', null);
    for (const name of ['Ada Byron', 'Linus T.']) {
      await menuOf(name);
      expect(screen.queryByRole('menuitem', { name: /See it as/ })).toBeNull();
      await fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
      await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    }
  });

  it('says so over everything until it is stopped, and offers nothing of the person’s own', async () => {
    await openWindow('team-acting');
    const banner = screen.getByTestId('acting');
    expect(banner.textContent).toContain('You are seeing this as Grace Hopper.');
    expect(banner.textContent).toContain('Ada Byron and Grace Hopper');
    expect(screen.getByRole('region', { name: 'Seen as Grace Hopper' })).toBe(banner);
    await accessible();
    for (const id of ['team.account', 'team.signOut'])
      expect(actions.get(id)?.when?.(), id).toBe(false);
    expect(actions.get('team.stopActing')?.when?.()).toBe(true);
    expect(actions.get('machine.new')?.when?.(), 'in the own space of Grace').toBe(false);
    tabs.open({ kind: 'settings', section: 'account' });
    await screen.findByText('This is Grace Hopper’s own account');
    expect(asked('GET', '/me/sign-ins')).toHaveLength(0);
    await press('acting-stop');
    await waitFor(() => expect(leave).toHaveBeenCalledOnce());
    expect(asked('DELETE', '/acting')).toHaveLength(1);
    expect(server.me.name).toBe('ada');
  });

  it('says when it is over, and does nothing as somebody else by itself', async () => {
    await openWindow('team-acting');
    server.endActing();
    await screen.findByText('You see this as Grace Hopper no longer');
    expect(screen.queryByTestId('workbench')).toBeNull();
    expect(asked('DELETE', '/acting')).toHaveLength(0);
    await accessible();
    await press('acting-over-go');
    await waitFor(() => expect(leave).toHaveBeenCalledOnce());
    expect(asked('DELETE', '/acting')).toHaveLength(1);
  });

  it('says so too in a page that is opened later', async () => {
    open('team-acting-over');
    await screen.findByText('You see this as somebody else no longer');
    await press('acting-over-go');
    await waitFor(() => expect(leave).toHaveBeenCalledOnce());
  });

  it('changes the other pages of the browser with it', async () => {
    await openWindow();
    const other = new BroadcastChannel('patchbay-somebody-else');
    other.postMessage(null);
    await waitFor(() => expect(leave).toHaveBeenCalled());
    other.close();
  });

  it('is told the person among the sign-ins, who ends it there', async () => {
    open();
    const operator = { ...server.signIns[1]!, id: 'sign-in-3', operator: 'Ada Byron' };
    server.signIns = [...server.signIns, operator];
    await screen.findByTestId('workbench');
    tabs.open({ kind: 'settings', section: 'account' });
    await screen.findByText('Operator Ada Byron acting as you');
    const end = /End the sign-in of Operator Ada Byron acting as you/;
    await fireEvent.click(screen.getByRole('button', { name: end }));
    await waitFor(() => expect(asked('DELETE', '/me/sign-ins/sign-in-3')).toHaveLength(1));
    await waitFor(() => expect(screen.queryByText('Operator Ada Byron acting as you')).toBeNull());
  });
});
