/** The pages of machines, identities, settings and import on the in-memory host, as a person goes through them. */
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exporting } from '$lib/export/exporting.svelte';
import { notices } from '$lib/frame/notices.svelte';
import { asking } from '$lib/machines/asking.svelte';
import { deleteNodes } from '$lib/machines/changes';
import { openEditors } from '$lib/machines/open-editors.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs, type TabSpec } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { MemoryHost } from './memory';
import { problem } from './memory/problem';
import { accessible, openWindow, type } from './person';
import { PASSPHRASE } from './memory/vault';

let host: MemoryHost;

async function open(spec?: TabSpec): Promise<void> {
  host = new MemoryHost('unlocked');
  openWindow(host);
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  if (spec) tabs.open(spec);
}

const called = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const click = (name: string | RegExp) => fireEvent.click(button(name));

beforeEach(() => localStorage.clear());
afterEach(() => {
  // Whatever is open is somebody's who is gone now.
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  openEditors.belongTo('nobody');
  asking.done();
  cleanup();
  notices.clear();
});

describe('the editor', () => {
  it('keeps what was typed while another protocol is looked at', async () => {
    await open({ kind: 'editor', parent: null });
    await waitFor(() => expect(screen.getByTestId('editor-port')).toBeTruthy());
    const choose = (name: string) => fireEvent.click(screen.getByRole('radio', { name }));
    await type('editor-address', 'sw-01');
    await type('editor-port', '2222');
    await choose('Telnet');
    expect(screen.getByTestId('not-encrypted').textContent).toMatch(/unencrypted/);
    await choose('Serial');
    expect(screen.queryByTestId('editor-address')).toBeNull();
    expect(screen.queryByTestId('not-encrypted')).toBeNull();
    await type('editor-device', '/dev/ttyUSB0');
    await type('editor-baud', '9600');
    await choose('SSH');
    expect(screen.getByTestId<HTMLInputElement>('editor-address').value).toBe('sw-01');
    expect(screen.getByTestId<HTMLInputElement>('editor-port').value).toBe('2222');
    await choose('Serial');
    await fireEvent.click(screen.getByTestId('editor-save'));
    await waitFor(() => expect(called('entry_save')).toHaveLength(1));
    expect(called('entry_save')[0]).toMatchObject({
      draft: {
        name: 'ttyUSB0',
        protocol: 'serial',
        address: '/dev/ttyUSB0',
        settings: { baud: 9600, port: null },
      },
    });
  });

  it('adds a machine from what was pasted, and goes to the field that is wrong', async () => {
    await open({ kind: 'editor', parent: 'folder-production' });
    await waitFor(() => expect(screen.getByTestId('editor-port')).toBeTruthy());
    await accessible();

    await fireEvent.submit(screen.getByTestId('editor').querySelector('form') ?? document.body);
    expect(screen.getByText(/Say where the machine is/)).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('editor-address')));
    expect(called('entry_save')).toHaveLength(0);

    await type('editor-address', 'root@new.example.net:2222');
    await fireEvent.blur(screen.getByTestId('editor-address'));
    expect(screen.getByTestId<HTMLInputElement>('editor-port').value).toBe('2222');
    await fireEvent.click(screen.getByTestId('editor-save'));
    await waitFor(() => expect(called('entry_save')).toHaveLength(1));
    expect(called('entry_save')[0]).toMatchObject({
      parent: 'folder-production',
      draft: { name: 'new.example.net', settings: { user: 'root', port: 2222 } },
    });
    await waitFor(() => expect(screen.queryByTestId('editor')).toBeNull());
  });

  it('shows what is inherited and takes a value back', async () => {
    await open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    const port = await screen.findByTestId<HTMLInputElement>('editor-port');
    expect(port.placeholder).toBe('22');
    expect(screen.getByTestId<HTMLInputElement>('editor-user').placeholder).toBe('ops');
    await type('editor-port', '2022');
    expect(screen.getByText('Edited, not saved')).toBeTruthy();
    await click('Inherit port again');
    expect(port.value).toBe('');
    expect(screen.queryByText('Edited, not saved')).toBeNull();
  });

  it('puts a refusal of the core at its field', async () => {
    await open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    await screen.findByTestId('editor-user');
    host.handlers.entry_save = () =>
      Promise.reject({ ...problem('invalid', 'No such user name.'), field: 'settings.user' });
    await type('editor-user', 'nobody');
    await fireEvent.click(screen.getByTestId('editor-save'));
    await waitFor(() => expect(screen.getByText('No such user name.')).toBeTruthy());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('editor-user')));
  });

  it('keeps what was typed while another tab is in front, and asks before it is thrown away', async () => {
    await open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    await screen.findByTestId('editor-user');
    await type('editor-user', 'root');
    tabs.open({ kind: 'settings' });
    await waitFor(() => expect(screen.getByTestId('settings')).toBeTruthy());
    tabs.open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    const user = await screen.findByTestId<HTMLInputElement>('editor-user');
    await waitFor(() => expect(called('node_get')).toHaveLength(2));
    await act();
    expect(user.value).toBe('root');
    await click('Cancel');
    const dialog = await screen.findByRole('dialog');
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Throw changes away' }));
    await waitFor(() => expect(screen.queryByTestId('editor')).toBeNull());
    expect(called('entry_save')).toHaveLength(0);
  });

  it('goes on counting what is typed after a look at another tab', async () => {
    await open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    await screen.findByTestId('editor-user');
    tabs.open({ kind: 'settings' });
    await waitFor(() => expect(screen.getByTestId('settings')).toBeTruthy());
    const id = tabs.open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    await waitFor(() => expect(called('node_get')).toHaveLength(2));
    await act();
    await type('editor-user', 'root');
    expect(screen.getByText('Edited, not saved')).toBeTruthy();
    tabs.close(id);
    await screen.findByRole('heading', { name: 'Throw the changes to db-replica-a away?' });
  });

  it('makes an identity on the way', async () => {
    await open({ kind: 'editor', nodeId: 'node-db-replica-a' });
    await screen.findByTestId('editor-user');
    await click('New…');
    const dialog = await screen.findByTestId('identity-dialog');
    await type('identity-name', 'fresh');
    await type('identity-password', 'hunter2');
    await fireEvent.click(within(dialog).getByTestId('identity-save'));
    await waitFor(() => expect(screen.queryByTestId('identity-dialog')).toBeNull());
    await fireEvent.click(screen.getByTestId('editor-save'));
    await waitFor(() => expect(called('entry_save')).toHaveLength(1));
    expect(called('entry_save')[0]).toMatchObject({
      draft: { settings: { identities: ['identity-4'] } },
    });
  });
});

describe('deleting and moving', () => {
  it('says what goes, deletes, and takes it back', async () => {
    await open();
    asking.delete(['folder-production']);
    await screen.findByRole('heading', { name: 'Delete Production?' });
    await waitFor(() => expect(screen.getByText(/folders and 14 machines in it/)).toBeTruthy());
    await accessible();
    await fireEvent.click(screen.getByTestId('delete-confirm'));
    await waitFor(() => expect(tree.byId('folder-production')).toBeUndefined());
    await click(/^Undo/);
    await waitFor(() => expect(tree.byId('folder-production')).toBeDefined());
  });

  it('leaves an open session alone, and says why it cannot be connected again', async () => {
    await open();
    await sessions.connect('node-app-01');
    const [session] = sessions.list;
    if (!session) throw new Error('no session');
    await waitFor(() => expect(sessions.get(session.id)?.state.kind).toBe('open'));
    await deleteNodes(['node-app-01'], 'app-01');
    await waitFor(() => expect(tree.byId('node-app-01')).toBeUndefined());
    expect(sessions.get(session.id)?.state.kind).toBe('open');
    expect(screen.getByRole('tab', { name: /app-01/ })).toBeTruthy();

    host.sessions.state(session.id, { kind: 'closed', reason: { kind: 'exited', code: 0 } });
    const bar = await screen.findByTestId('closed-bar');
    expect(bar.textContent).toContain('Its machine was deleted.');
    expect(screen.queryByTestId('closed-reconnect')).toBeNull();
    await sessions.reconnect(session.id);
    expect(called('session_reconnect')).toHaveLength(0);
    await screen.findByText('app-01 cannot be connected again.');

    await click(/^Undo/);
    await screen.findByTestId('closed-reconnect');
  });

  it('moves to a folder that is found by typing, never into itself', async () => {
    await open();
    asking.move(['folder-edge']);
    const dialog = await screen.findByTestId('move-dialog');
    const field = within(dialog).getByRole('combobox');
    await fireEvent.input(field, { target: { value: 'edge' } });
    expect(within(dialog).getByText(/Nothing matches/)).toBeTruthy();
    await fireEvent.input(field, { target: { value: 'off' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(tree.byId('folder-edge')?.path).toEqual(['Office']));
  });
});

describe('identities', () => {
  it('sends new secrets in and never gets one back unasked', async () => {
    await open({ kind: 'identities' });
    await waitFor(() => expect(screen.getAllByRole('option').length).toBeGreaterThan(2));
    await accessible();
    expect(document.body.textContent).not.toContain('correct horse');
    await fireEvent.click(screen.getByTestId('identity-new'));
    await fireEvent.click(screen.getByTestId('identity-save'));
    await waitFor(() => expect(screen.getByText('Give it a name, to find it by.')).toBeTruthy());
    await type('identity-name', 'door');
    await type('identity-password', 'hunter2');
    await fireEvent.click(screen.getByTestId('identity-save'));
    await waitFor(() => expect(called('identity_save')).toHaveLength(1));
    expect(called('identity_save')[0]).toMatchObject({
      draft: { name: 'door', password: 'hunter2' },
    });
  });

  it('shows a secret after the passphrase, and hides it again', async () => {
    await open({ kind: 'identities' });
    await waitFor(() => expect(screen.getAllByRole('button', { name: 'Show' }).length).toBe(2));
    host.handlers.identity_reveal = ({ passphrase }) =>
      passphrase === PASSPHRASE
        ? { text: 'the secret' }
        : Promise.reject(problem('needsPassphrase', 'Type the passphrase again.'));
    const [show] = screen.getAllByRole('button', { name: 'Show' });
    if (show) await fireEvent.click(show);
    await screen.findByTestId('passphrase-dialog');
    await type('passphrase-again', PASSPHRASE);
    await fireEvent.click(screen.getByTestId('passphrase-confirm'));
    expect((await screen.findByTestId('revealed')).textContent).toBe('the secret');
    await click(/^Hide \(/);
    expect(screen.queryByTestId('revealed')).toBeNull();
  });

  it('deletes what is used only by force', async () => {
    await open({ kind: 'identities' });
    await waitFor(() => expect(button('Delete…')).toBeTruthy());
    await click('Delete…');
    await waitFor(() => expect(screen.getByText('Production.')).toBeTruthy());
    const confirm = button('Delete') as HTMLButtonElement;
    expect(confirm.disabled).toBe(true);
    await fireEvent.click(screen.getByLabelText(/Delete it anyway/));
    await fireEvent.click(confirm);
    await waitFor(() => expect(called('identity_delete')[0]).toMatchObject({ force: true }));
  });
});

describe('settings', () => {
  it('are kept as they are changed, and found by name', async () => {
    await open({ kind: 'settings', section: 'terminal' });
    await fireEvent.click(await screen.findByRole('switch', { name: 'Copy on select' }));
    await waitFor(() => expect(host.settings.terminal.copyOnSelect).toBe(true));
    await accessible();
    const size = screen.getByRole('spinbutton', { name: 'Size' });
    await fireEvent.input(size, { target: { value: '99' } });
    expect(screen.getByText('From 8 to 32')).toBeTruthy();
    await fireEvent.keyDown(size, { key: 'ArrowUp' });
    await waitFor(() => expect(host.settings.terminal.fontSize).toBe(14));

    await fireEvent.input(screen.getByLabelText('Search settings'), { target: { value: 'sleep' } });
    expect(screen.getByText('Lock when the computer sleeps')).toBeTruthy();
    expect(screen.queryByText('Copy on select')).toBeNull();
  });

  it('forget a host key only after asking', async () => {
    await open({ kind: 'settings', section: 'hostkeys' });
    await fireEvent.click(
      await screen.findByRole('button', { name: 'Forget the key of 192.0.2.41…' }),
    );
    await accessible();
    await click('Forget');
    await waitFor(() => expect(called('hostkey_remove')).toEqual([{ id: 'hostkey-1' }]));
  });

  it.each(['appearance', 'keyboard', 'vault', 'about'])('%s is accessible', async (section) => {
    await open({ kind: 'settings', section });
    await waitFor(() => expect(screen.getByTestId('settings')).toBeTruthy());
    await accessible();
  });
});

describe('import', () => {
  it('reads, picks what is new, and imports into a folder', async () => {
    await open({ kind: 'import' });
    await waitFor(() =>
      expect(screen.getByText('OpenSSH configuration: 18 found, 2 already here')).toBeTruthy(),
    );
    await accessible();
    const list = screen.getByTestId('import-hosts');
    await fireEvent.keyDown(list, { key: ' ' });
    await click('Import 15 rows');
    await waitFor(() => expect(screen.getByText(/Imported 15 machines into/)).toBeTruthy());
  });

  it('offers the other formats, each with how to get its file', async () => {
    await open({ kind: 'import' });
    await waitFor(() => expect(screen.getByTestId('import-hosts')).toBeTruthy());
    await click('Other sources');
    await waitFor(() => expect(screen.getByTestId('import-formats').children).toHaveLength(2));
    await accessible();
  });

  it('says what is wrong with the file', async () => {
    await open({ kind: 'import' });
    await waitFor(() => expect(screen.getByTestId('import-hosts')).toBeTruthy());
    await type('import-path', '/missing');
    await fireEvent.submit(screen.getByTestId('import').querySelector('form') ?? document.body);
    await waitFor(() => expect(screen.getByText('There is no file at /missing.')).toBeTruthy());
    expect(screen.queryByTestId('import-hosts')).toBeNull();
  });
});

describe('export', () => {
  it('seals an archive only with a passphrase typed twice and the vault’s own', async () => {
    await open();
    exporting.ask(null);
    await waitFor(() => expect(screen.getByTestId('export-dialog')).toBeTruthy());
    await accessible();
    host.picks = '/tmp/all.patchbay-archive';
    const confirm = () => screen.getByTestId<HTMLButtonElement>('export-confirm');
    await type('export-passphrase', 'a passphrase of its own');
    await type('export-again', 'another');
    await type('export-own', PASSPHRASE);
    expect(confirm().disabled).toBe(true);
    await type('export-again', 'a passphrase of its own');
    await fireEvent.click(confirm());
    await waitFor(() => expect(called('export_write')).toHaveLength(1));
    expect(called('export_write')[0]).toMatchObject({
      format: 'archive',
      path: '/tmp/all.patchbay-archive',
      folder: null,
      passwords: false,
    });
    await waitFor(() => expect(screen.getByText(/Exported 18 machines/)).toBeTruthy());
    exporting.done = null;
  });
});
