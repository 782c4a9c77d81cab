/** Further ways in, as people go through them: programs that ask, providers, links. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notices } from '$lib/frame/notices.svelte';
import { useHost } from '$lib/host';
import { tabs } from '$lib/tabs/tabs.svelte';
import { emptyDraft, settingsOf } from '$lib/team/provider-draft';
import { leaving } from '$lib/team/outside';
import { team } from '$lib/team/team.svelte';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import { MemoryHost } from './memory';
import { openDoors, USER_CODE } from './memory/doors';
import { CODE, MemoryServer } from './memory/server';
import { accessible, type } from './person';

let server: MemoryServer;
let doors: ReturnType<typeof openDoors>;

function open(state: string, path: string): void {
  history.replaceState(null, '', path);
  server = new MemoryServer(new MemoryHost('unlocked'), state);
  doors = openDoors(server);
  useHost(server.host);
  vault.status = null;
  vault.problem = null;
  team.me = null;
  team.ended = false;
  team.phase = 'asking';
}

const provider = (kind: 'oidc' | 'ldap', name: string) => ({
  id: `provider-${kind}`,
  name,
  disabled: false,
  settings: settingsOf(emptyDraft(kind)),
  hasSecret: true,
  links: 0,
  created: 0,
});
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  for (const tab of tabs.list) tabs.close(tab.id);
  cleanup();
  notices.clear();
  history.replaceState(null, '', '/');
  useHost(new MemoryHost('unlocked'));
  vi.restoreAllMocks();
});

describe('a program that asks to be let in', () => {
  it('is shown with its code, and let in', async () => {
    open('team', `/device#${USER_CODE}`);
    render(App);
    await screen.findByText('Patchbay on Linux');
    expect(location.hash).toBe('');
    expect(screen.getByTestId('device-code').textContent).toBe(USER_CODE);
    expect(screen.getByText('It is somewhere else than this browser')).toBeTruthy();
    await accessible();
    await press('device-allow');
    await screen.findByText('The program is signed in');
    expect(doors.answered).toBe(true);
    await press('device-done');
    await screen.findByTestId('workbench');
  });

  it('has its code typed, wrong at first, and is turned away', async () => {
    open('team', '/device');
    render(App);
    await screen.findByTestId('device-typed');
    await type('device-typed', 'BBBB-BBBB');
    await press('device-look');
    await screen.findByText(/No program waits under this code/);
    await accessible();
    await type('device-typed', USER_CODE.toLowerCase());
    await press('device-look');
    await screen.findByTestId('device-deny');
    await press('device-deny');
    await screen.findByText('The program was not let in');
    expect(doors.answered).toBe(false);
  });

  it('waits until its person has signed in', async () => {
    open('team-out', `/device#${USER_CODE}`);
    render(App);
    await screen.findByTestId('sign-in');
    expect(server.calls.some(({ path }) => path.includes('/me/device'))).toBe(false);
  });
});

/** A double of a browser's own passkeys. */
function device(refuses?: string): { asked: unknown[] } {
  const asked: unknown[] = [];
  const bytes = new Uint8Array([251, 255, 0]).buffer;
  const answer = (options: unknown) => {
    asked.push(options);
    if (refuses) return Promise.reject(new DOMException('', refuses));
    const response = {
      clientDataJSON: bytes,
      attestationObject: bytes,
      authenticatorData: bytes,
      signature: bytes,
      userHandle: null,
    };
    return Promise.resolve({ rawId: bytes, response });
  };
  vi.stubGlobal('PublicKeyCredential', Object);
  vi.stubGlobal('navigator', { ...navigator, credentials: { create: answer, get: answer } });
  return { asked };
}

describe('a passkey', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('is made, renamed and removed in the account', async () => {
    const { asked } = device();
    open('team', '/');
    doors.names = true;
    render(App);
    await screen.findByTestId('workbench');
    tabs.open({ kind: 'settings', section: 'account' });
    await fireEvent.click(await screen.findByTestId('passkey-make'));
    await type('passkey-name', 'Phone');
    await accessible();
    await click('Go on');
    await screen.findByTestId('passkey');
    expect(asked[0]).toMatchObject({
      publicKey: {
        rp: { id: 'team.example' },
        authenticatorSelection: { userVerification: 'required' },
      },
    });
    const made = server.calls.find(
      ({ method, path }) => method === 'POST' && path.endsWith('/me/passkeys'),
    );
    expect(made?.body).toMatchObject({ ticket: 'sealed', clientData: '-_8A', attestation: '-_8A' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await click('Rename Phone…');
    await screen.findByTestId('passkey-rename');
    await type('passkey-rename', 'Key ring');
    await click('Rename');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove Key ring…' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove' }));
    await screen.findByText(/None yet/);
  });

  it('signs in alone, and says nothing of a question that was dismissed', async () => {
    const { asked } = device('NotAllowedError');
    open('team-out', '/');
    doors.names = true;
    render(App);
    const button = await screen.findByTestId('sign-in-passkey');
    await fireEvent.click(button);
    await waitFor(() => expect(asked).toHaveLength(1));
    await waitFor(() => expect(button.getAttribute('aria-busy')).not.toBe('true'));
    expect(screen.queryByRole('alert')).toBeNull();
    device();
    await fireEvent.click(screen.getByTestId('sign-in-passkey'));
    await screen.findByTestId('workbench');
  });
});

describe('a provider', () => {
  it('is gone to with a button, and come back from once', async () => {
    open('team-out', '/');
    doors.providers = [provider('oidc', 'Example ID'), provider('ldap', 'Directory')];
    const left = vi.spyOn(leaving, 'to').mockReturnValue(undefined);
    render(App);
    await screen.findByText('Sign in with Example ID');
    expect(screen.queryByText('Sign in with Directory')).toBeNull();
    await accessible();
    await press('sign-in-provider');
    await waitFor(() => expect(left).toHaveBeenCalledWith('https://id.example/auth?x=1'));
    cleanup();
    history.replaceState(null, '', '/sign-in/back?code=c&state=in.s');
    team.phase = 'asking';
    render(App);
    await screen.findByTestId('workbench');
    expect(location.search).toBe('');
    expect(sessionStorage.length).toBe(0);
  });

  it('is not the last to be asked where one-time passwords are on', async () => {
    open('team-out', '/sign-in/back?code=c&state=in.s');
    sessionStorage.setItem('patchbay.provider', 'sealed');
    doors.halfway = true;
    render(App);
    await screen.findByTestId('back-code');
    await accessible();
    await type('back-code', '000000');
    await press('back-go');
    await screen.findByText(/That one-time password is wrong/);
    await type('back-code', CODE);
    await press('back-go');
    await screen.findByTestId('workbench');
  });

  it('cannot be used by another site to sign somebody in', async () => {
    open('team-out', '/sign-in/back?code=theirs&state=in.theirs');
    render(App);
    await screen.findByText(/not opened by a sign-in that was begun in this tab/);
    expect(server.calls.some(({ path }) => path.endsWith('/sign-in/oidc'))).toBe(false);
    await press('back-again');
    await screen.findByTestId('sign-in');
  });

  it('is linked in the account, and a directory by a name and a password', async () => {
    open('team', '/');
    doors.providers = [provider('ldap', 'Directory')];
    render(App);
    await screen.findByTestId('workbench');
    tabs.open({ kind: 'settings', section: 'account' });
    await screen.findByText('Not linked yet. Link one, and you can sign in by it.');
    await press('link-add');
    await screen.findByTestId('link-dialog');
    await type('link-name', 'ada');
    await type('link-password', 'wrong');
    await click('Link');
    await screen.findByText(/wrong there/);
    await type('link-password', 'right');
    await click('Link');
    await screen.findByText('uid=ada');
  });

  it('is added by those who run the server, tried, and never shows its secret', async () => {
    open('team', '/');
    render(App);
    await screen.findByTestId('workbench');
    tabs.open({ kind: 'people' });
    await waitFor(() => screen.getByTestId('people'));
    await fireEvent.click(await screen.findByText('Sign-in'));
    await screen.findByText('People sign in with a password of this server');
    await press('provider-oidc');
    await screen.findByTestId('provider-dialog');
    await type('provider-name', 'Example ID');
    await type('provider-issuer', 'http://id.example.org');
    await type('provider-secret', 'hush');
    await click('Add');
    await screen.findByText(/does not begin with https/);
    await accessible();
    await press('provider-try');
    await screen.findByText(/does not let “cn=reader” look people up/);
    await type('provider-issuer', 'https://id.example.org');
    await click('Add');
    await screen.findByTestId('provider');
    expect(document.body.innerHTML).not.toContain('hush');
    await accessible();
  });
});
