/** The files page in the whole window, as a person goes through it. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notices } from '$lib/frame/notices.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { MemoryHost } from '../../../tests/memory';
import { accessible, openWindow, type } from '../../../tests/person';
import { filesOf } from './registry.svelte';
import { tasks } from './tasks.svelte';
import type { FilesView } from './view.svelte';

let host: MemoryHost;
let view: FilesView;

const called = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);
const press = (key: string, held: Partial<KeyboardEventInit> = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });
const list = (side: 'here' | 'machine') => screen.getByTestId(`files-${side}`);
const rows = (side: 'here' | 'machine') =>
  within(list(side))
    .queryAllByTestId('file-row')
    .map((row) => row.getAttribute('aria-label')?.split(',')[0]);

beforeEach(async () => {
  localStorage.clear();
  tasks.shown = false;
  host = new MemoryHost('unlocked');
  openWindow(host);
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  tree.selectOnly('node-app-01');
  screen.getByTestId('tree').focus();
  await press('Enter', { shiftKey: true });
  await screen.findByTestId('files-page');
  view = filesOf(sessions.list.at(-1)!.id);
  await waitFor(() => expect([view.here.listing, view.machine.listing]).not.toContain(null));
  await view.here.go('/home/ops/ops');
  await view.machine.go('/srv/orders');
  view.focus('machine');
  await waitFor(() => expect(document.activeElement).toBe(list('machine')));
});

afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  cleanup();
  notices.clear();
});

describe('the files page', () => {
  it('shows both sides, named, and is accessible', async () => {
    expect(screen.getByRole('tab', { name: 'Files: app-01' })).toBeTruthy();
    expect(rows('machine')[0]).toBe('The folder above');
    expect(rows('machine')).toContain('config');
    expect(rows('here')).toContain('nginx.conf');
    await accessible();
  });

  it('goes by the keyboard: into folders, up, and to a path that is typed', async () => {
    for (const letter of 'conf') await press(letter);
    expect(view.machine.selected.active).toBe('config');
    await press('Enter');
    await waitFor(() => expect(view.machine.path).toBe('/srv/orders/config'));
    await press('Backspace');
    await waitFor(() => expect(view.machine.path).toBe('/srv/orders'));
    expect(view.machine.selected.active).toBe('config');
    await press('l', { ctrlKey: true });
    await type('path-field', '~/bin');
    await fireEvent.keyDown(screen.getByTestId('path-field'), { key: 'Enter' });
    await waitFor(() => expect(view.machine.path).toBe('/home/ops/bin'));
    expect(document.activeElement).toBe(list('machine'));
  });

  it('shows names that mean no good as what they are', async () => {
    await view.machine.go('/srv/orders/spool');
    await waitFor(() => expect(rows('machine')).toContain('report\\u{202e}fdp.exe'));
    expect(rows('machine')).toContain('caf\\xe9.txt');
    expect(list('machine').textContent).not.toMatch(/[\u001b\u202e\uf7e9]/);
  });

  it('sorts by a column and says so', async () => {
    const head = within(list('machine')).getByRole('columnheader', { name: 'Size' });
    await fireEvent.click(within(head).getByRole('button'));
    expect(head.getAttribute('aria-sort')).toBe('descending');
    expect(rows('machine').indexOf('orders-2026-11-21.dump')).toBeLessThan(
      rows('machine').indexOf('orders-2026-11-20.dump'),
    );
  });

  it('copies to the other side, shows the task, and reads the folder there again', async () => {
    view.machine.select('README');
    await press('F5');
    await waitFor(() => expect(called('files_copy')).toHaveLength(1));
    expect(called('files_copy')[0]).toMatchObject({
      paths: ['/srv/orders/README'],
      to: { kind: 'here' },
      folder: '/home/ops/ops',
      conflict: 'ask',
    });
    const row = await screen.findByTestId('task');
    expect(row.textContent).toContain('README');
    await waitFor(() => expect(row.textContent).toContain('Done'));
    await waitFor(() => expect(rows('here')).toContain('README'));
    await accessible();
    await fireEvent.click(screen.getByTestId('clear-done'));
    await waitFor(() => expect(screen.queryByTestId('task')).toBeNull());
  });

  it('asks about what is there already', async () => {
    await view.here.go('/home/ops/ops');
    host.files.put({ kind: 'here' }, '/home/ops/ops/README', {
      ...host.files.node({ kind: 'here' }, '/home/ops/ops/hosts.ini')!.entry,
      name: 'README',
    });
    view.machine.select('README');
    await press('F5');
    const dialog = await screen.findByTestId('conflict');
    expect(dialog.textContent).toContain('README is there already');
    expect(dialog.textContent).toContain('3.1 KB');
    await accessible();
    await fireEvent.click(within(dialog).getByTestId('conflict-all'));
    await fireEvent.click(within(dialog).getByTestId('conflict-skip'));
    await waitFor(() =>
      expect(called('task_answer')).toEqual([{ id: 'task-1', conflict: 'skip', all: true }]),
    );
    await waitFor(() => expect(screen.getByTestId('task').textContent).toContain('1 skipped'));
  });

  it('asks before it deletes, with how much that is', async () => {
    view.machine.select('config');
    await press('Delete');
    const dialog = await screen.findByTestId('delete-files');
    await waitFor(() => expect(dialog.textContent).toContain('Delete config with 1 file (700 B)?'));
    await accessible();
    await fireEvent.submit(dialog.querySelector('form')!);
    await waitFor(() => expect(rows('machine')).not.toContain('config'));
    expect(called('files_delete')).toMatchObject([{ paths: ['/srv/orders/config'] }]);
  });

  it('renames in place and says what a name cannot be', async () => {
    view.machine.select('app.env');
    await press('F2');
    const field = await screen.findByLabelText<HTMLInputElement>('Name of app.env');
    expect(field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0)).toBe('app');
    await fireEvent.input(field, { target: { value: 'a/b' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    expect(called('files_rename')).toHaveLength(0);
    await fireEvent.input(field, { target: { value: 'apps.env' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(rows('machine')).toContain('apps.env'));
    expect(view.machine.selected.active).toBe('apps.env');
    await waitFor(() => expect(document.activeElement === list('machine')).toBe(true));
  });

  it('makes folders and sets permissions', async () => {
    await press('F7');
    await type('folder-name', 'fresh');
    await fireEvent.submit(screen.getByTestId('new-folder').querySelector('form')!);
    await waitFor(() => expect(view.machine.selected.active).toBe('fresh'));
    await waitFor(() => expect(screen.queryByTestId('new-folder')).toBeNull());

    view.focus('machine');
    await press('Enter', { altKey: true });
    const dialog = await screen.findByTestId('permissions');
    await accessible();
    await fireEvent.click(within(dialog).getByLabelText('Others: Read'));
    expect(screen.getByTestId<HTMLInputElement>('octal').value).toBe('751');
    await type('octal', '2750');
    expect(within(dialog).getByLabelText<HTMLInputElement>(/setgid/).checked).toBe(true);
    expect(dialog.textContent).toContain('drwxr-s---');
    await fireEvent.submit(dialog.querySelector('form')!);
    await waitFor(() => expect(called('files_set_mode')).toMatchObject([{ mode: 0o2750 }]));
  });

  it('previews text, and says when a file is none', async () => {
    view.machine.select('README');
    await press('Enter');
    expect((await screen.findByTestId('preview')).textContent).toContain('listen 443 ssl;');
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByTestId('preview')).toBeNull());
    view.machine.select('access.log.4.zst');
    view.focus('machine');
    await press('F3');
    expect((await screen.findByTestId('preview')).textContent).toContain('This is no text');
  });

  it('hides this computer and brings it back to copy there', async () => {
    await fireEvent.click(screen.getByTestId('hide-here'));
    expect(screen.queryByTestId('files-here')).toBeNull();
    await fireEvent.click(screen.getByTestId('show-here'));
    await waitFor(() => expect(rows('here')).toContain('nginx.conf'));
  });

  it('goes to the terminal of the machine, and back to its files', async () => {
    await fireEvent.click(screen.getByTestId('to-entry'));
    await waitFor(() => expect(tabs.current?.title).toBe('app-01'));
    await fireEvent.click(await screen.findByTestId('to-files'));
    await waitFor(() => expect(tabs.current?.title).toBe('Files: app-01'));
    expect(called('session_open')).toHaveLength(2);
    await waitFor(() => expect(view.machine.path).toBe('/srv/orders'));
  });

  it('shows the end of its session as every other, and comes back to the same folder', async () => {
    const [session] = sessions.list;
    host.sessions.state(session!.id, { kind: 'closed', reason: { kind: 'byPerson' } });
    await screen.findByTestId('end-page');
    await fireEvent.click(screen.getByTestId('retry'));
    await screen.findByTestId('files-page');
    expect(view.machine.path).toBe('/srv/orders');
  });
});
