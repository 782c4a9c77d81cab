/** The whole window on the in-memory host: what a person does, what is in the page, and whether it is accessible. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { MemoryHost, type MemoryState } from './memory';
import { accessible, openWindow, type } from './person';
import { PASSPHRASE, RECOVERY_KEY } from './memory/vault';

let host: MemoryHost;

async function start(state: MemoryState): Promise<void> {
  host = new MemoryHost(state);
  openWindow(host);
  await waitFor(() => expect(vault.status ?? vault.problem).not.toBeNull());
}

const called = (name: string) => host.calls.filter((call) => call.name === name);
const press = (key: string, held: Partial<KeyboardEventInit> = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });
const rowNames = () =>
  screen.queryAllByTestId('tree-row').map((row) => row.getAttribute('aria-label')?.split(',')[0]);

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  notices.clear();
});

describe('first run', () => {
  it('makes a vault once the passphrase is strong, the same twice, and the recovery key put away', async () => {
    await start('first-run');
    await waitFor(() => expect(screen.getByTestId('recovery-key').textContent).toContain('H7QX'));
    await accessible();

    await type('passphrase', 'weak');
    await type('passphrase-again', 'other');
    await waitFor(() => expect(screen.getByTestId('strength').textContent).toContain('Weak'));
    await fireEvent.click(screen.getByTestId('create'));
    expect(screen.getByText('The two are not the same.')).toBeTruthy();
    expect(called('vault_create')).toHaveLength(0);

    await type('passphrase', 'correct horse battery staple');
    await type('passphrase-again', 'correct horse battery staple');
    await waitFor(() => expect(screen.getByTestId('strength').textContent).toContain('strong'));
    await fireEvent.click(screen.getByTestId('create'));
    expect(screen.getByText(/everything in the vault is lost/)).toBeTruthy();
    await fireEvent.click(screen.getByTestId('recovery-kept'));
    await fireEvent.click(screen.getByTestId('create'));
    await waitFor(() => expect(screen.getByTestId('workbench')).toBeTruthy());
    expect(document.body.textContent).not.toContain('H7QX');
  });

  it('goes on to a team server once there is a vault for the sign-in', async () => {
    await start('first-run');
    await fireEvent.click(screen.getByLabelText(/Connect to a team server/));
    await waitFor(() => expect(screen.getByTestId('recovery-key').textContent).toContain('H7QX'));
    await type('passphrase', 'correct horse battery staple');
    await type('passphrase-again', 'correct horse battery staple');
    await waitFor(() => expect(screen.getByTestId('strength').textContent).toContain('strong'));
    await fireEvent.click(screen.getByTestId('recovery-kept'));
    await fireEvent.click(screen.getByTestId('create'));
    await screen.findByTestId('add-workspace');
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.getByTestId('workbench')).toBeTruthy();
  });

  it('says who has a vault that is in use', async () => {
    await start('first-run');
    await fireEvent.click(screen.getByLabelText(/Open a vault/));
    await type('vault-path', '/media/usb/busy.vault');
    await fireEvent.click(screen.getByTestId('open'));
    await waitFor(() =>
      expect(screen.getByText('Patchbay, process 1234 has this vault open.')).toBeTruthy(),
    );
    await accessible();
  });
});

describe('the lock screen', () => {
  it('opens with the passphrase, and says so when it is wrong', async () => {
    await start('locked');
    expect(screen.getByTestId('keep-running').textContent).toBe('3 sessions keep running.');
    await accessible();
    await type('unlock-passphrase', 'nope');
    await fireEvent.click(screen.getByTestId('unlock'));
    await waitFor(() => expect(screen.getByText(/does not open this vault/)).toBeTruthy());
    await type('unlock-passphrase', PASSPHRASE);
    await fireEvent.click(screen.getByTestId('unlock'));
    await waitFor(() => expect(screen.getByTestId('workbench')).toBeTruthy());
  });

  it('opens with the recovery key and a new passphrase', async () => {
    await start('locked');
    await fireEvent.click(screen.getByTestId('use-recovery-key'));
    await accessible();
    await type('recovery-key-field', RECOVERY_KEY.toLowerCase());
    await type('passphrase', 'correct horse battery staple');
    await type('passphrase-again', 'correct horse battery staple');
    await fireEvent.click(screen.getByText('Open and set passphrase'));
    await waitFor(() => expect(screen.getByTestId('workbench')).toBeTruthy());
  });

  it('takes everything that names a machine out of the page', async () => {
    await start('unlocked');
    await waitFor(() => expect(rowNames()).toContain('lb-fra-01'));
    notices.say('Deleted lb-fra-01.');
    await fireEvent.click(screen.getByTestId('lock'));
    await waitFor(() => expect(screen.getByTestId('lock-screen')).toBeTruthy());
    expect(document.body.innerHTML).not.toContain('lb-fra-01');
    expect(tree.rows.ids).toHaveLength(0);
    await press('k', { ctrlKey: true });
    expect(screen.queryByTestId('palette')).toBeNull();
  });
});

describe('when not even the state of the vault can be read', () => {
  it('says why and what can be done', async () => {
    host = new MemoryHost('locked');
    host.handlers.vault_status = () => {
      throw {
        code: 'vaultDamaged',
        message: 'The vault file is damaged.',
        nextStep: 'Restore a backup.',
        field: null,
        retryable: false,
      };
    };
    openWindow(host);
    await waitFor(() =>
      expect(screen.getByTestId('vault-problem').textContent).toContain(
        'The vault file is damaged.',
      ),
    );
    await accessible();
  });
});

describe('the tree in the window', () => {
  beforeEach(async () => {
    await start('unlocked');
    await waitFor(() => expect(rowNames()).toContain('lb-fra-01'));
    screen.getByTestId('tree').focus();
  });

  it('is accessible, with names, levels and places', async () => {
    const row = screen.getByLabelText('lb-fra-02, 198.51.100.5');
    expect(row.getAttribute('aria-level')).toBe('3');
    expect(row.getAttribute('aria-posinset')).toBe('2');
    expect(row.getAttribute('aria-setsize')).toBe('3');
    await accessible();
  });

  it('goes by the keyboard: into folders, out of them, selecting several', async () => {
    await press('Home');
    await press('ArrowRight');
    await press('ArrowRight');
    expect(tree.byId(tree.selected.active)?.name).toBe('lb-fra-01');
    await press('ArrowDown', { shiftKey: true });
    expect(tree.selection).toEqual(['node-lb-fra-01', 'node-lb-fra-02']);
    expect(screen.getByTestId('bulk-bar').textContent).toContain('2 selected');
    await press('Escape');
    await press('ArrowLeft');
    expect(tree.byId(tree.selected.active)?.name).toBe('Edge');
    await press('ArrowLeft');
    expect(rowNames()).not.toContain('lb-fra-01');
    const active = screen.getByTestId('tree').getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)?.getAttribute('aria-label')).toMatch(
      /^Edge, folder, 3 machines/,
    );
  });

  it('jumps to what is typed', async () => {
    for (const key of 'dc') await press(key);
    expect(tree.byId(tree.selected.active)?.name).toBe('dc-01');
  });

  it('connects with Enter', async () => {
    tree.selectOnly('node-app-01');
    await press('Enter');
    await waitFor(() => expect(called('session_open')).toHaveLength(1));
  });

  it('renames in place', async () => {
    tree.selectOnly('node-lb-fra-01');
    await press('F2');
    const field = await screen.findByLabelText('Name of lb-fra-01');
    await fireEvent.input(field, { target: { value: 'lb-ber-01' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(rowNames()).toContain('lb-ber-01'));
    expect(document.activeElement).toBe(screen.getByTestId('tree'));
  });

  it('moves with Alt and an arrow key', async () => {
    tree.selectOnly('node-lb-fra-02');
    await press('ArrowUp', { altKey: true });
    await waitFor(() => expect(rowNames().slice(2, 4)).toEqual(['lb-fra-02', 'lb-fra-01']));
  });

  it('filters as somebody types, and shows the folders of what is found', async () => {
    await fireEvent.input(screen.getByTestId('find'), { target: { value: 'replica' } });
    expect(rowNames()).toEqual(['Production', 'Data', 'db-replica-a', 'db-replica-b']);
    await fireEvent.keyDown(screen.getByTestId('find'), { key: 'ArrowDown' });
    expect(tree.byId(tree.selected.active)?.name).toBe('db-replica-a');
    await fireEvent.input(screen.getByTestId('find'), { target: { value: 'nothing' } });
    expect(screen.getByText('No machine is called that')).toBeTruthy();
  });

  it('takes a deletion back', async () => {
    tree.selectOnly('node-lb-fra-01');
    await press('Delete');
    const dialog = await screen.findByRole('dialog');
    await accessible();
    const confirm = await within(dialog).findByRole('button', { name: /^Delete/ });
    await fireEvent.click(confirm);
    await waitFor(() => expect(rowNames()).not.toContain('lb-fra-01'));
    expect(tree.selection).toEqual(['node-lb-fra-02']);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await fireEvent.click(screen.getByText('Undo'));
    await waitFor(() => expect(rowNames()).toContain('lb-fra-01'));
  });

  it('says what went wrong with an action from a menu', async () => {
    host.handlers.wake = () => {
      throw {
        code: 'invalid',
        message: 'app-01 has no hardware address.',
        nextStep: 'Add it in its editor.',
        field: null,
        retryable: false,
      };
    };
    tree.selectOnly('node-app-01');
    actions.run('machine.wake');
    await waitFor(() =>
      expect(screen.getByRole('alert').textContent).toContain('app-01 has no hardware address.'),
    );
  });
});

describe('the palette', () => {
  beforeEach(async () => {
    await start('unlocked');
    await waitFor(() => expect(rowNames()).toContain('lb-fra-01'));
  });

  it('connects with three letters and Enter', async () => {
    await press('k', { ctrlKey: true });
    const input = await screen.findByTestId('palette-input');
    await fireEvent.input(input, { target: { value: 'dbp' } });
    expect(screen.getAllByTestId('palette-item')[0]?.textContent).toContain('db-primary');
    await accessible();
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() =>
      expect(called('session_open')[0]?.args).toMatchObject({ target: { id: 'node-db-primary' } }),
    );
  });

  it('shows what was used last before anything is typed', async () => {
    await press('k', { ctrlKey: true });
    await waitFor(() =>
      expect(screen.getAllByTestId('palette-item')[0]?.textContent).toContain('db-primary'),
    );
  });

  it('cycles through its groups with Tab', async () => {
    await press('k', { ctrlKey: true });
    const input = await screen.findByTestId('palette-input');
    await fireEvent.keyDown(input, { key: 'Tab' });
    await fireEvent.keyDown(input, { key: 'Tab' });
    expect(screen.getByText('Commands', { selector: '[aria-pressed="true"]' })).toBeTruthy();
    await fireEvent.input(input, { target: { value: 'lock' } });
    expect(screen.getAllByTestId('palette-item')[0]?.textContent).toContain('Lock the vault');
  });
});

describe('actions', () => {
  it('have one shortcut each', async () => {
    await start('unlocked');
    const taken = new Map<string, string[]>();
    // A list's own keys mean something only while it has the focus.
    for (const action of actions.all.filter((each) => !each.local)) {
      for (const shortcut of [action.shortcut, ...(action.also ?? [])]) {
        if (shortcut) taken.set(shortcut, [...(taken.get(shortcut) ?? []), action.id]);
      }
    }
    expect([...taken].filter(([, ids]) => ids.length > 1)).toEqual([]);
  });

  it('put off locking while somebody works, at most every ten seconds', async () => {
    await start('unlocked');
    const now = Date.now() + 60_000;
    for (const later of [0, 200, 9_900, 10_100]) vault.touch(now + later);
    expect(called('vault_touch')).toHaveLength(2);
  });
});
