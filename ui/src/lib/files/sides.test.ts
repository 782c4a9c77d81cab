/** What a files page does beside listing: other machines, editing, pictures, terminals, what is dragged in. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notices } from '$lib/frame/notices.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { terminalOf } from '$lib/sessions/terminal/registry';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { MemoryHost } from '../../../tests/memory';
import { accessible, openWindow, type } from '../../../tests/person';
import { fileActions } from './actions';
import { edits } from './edits.svelte';
import { entry, folder } from './fixtures';
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
const pick = async (side: 'here' | 'machine', typed: string) => {
  await fireEvent.click(screen.getByTestId(`place-${side}`));
  const field = await screen.findByRole('combobox');
  await fireEvent.input(field, { target: { value: typed } });
  await fireEvent.keyDown(field, { key: 'Enter' });
};
const put = (path: string, made = entry(path.slice(path.lastIndexOf('/') + 1))) =>
  host.files.put(view.machine.place, path, made);

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

describe('the sides of a files page', () => {
  it('show another machine, and what is copied goes from machine to machine', async () => {
    await pick('here', 'app-02');
    await waitFor(() => expect(view.here.place.kind).toBe('machine'));
    await waitFor(() => expect(view.here.path).toBe('/home/ops'));
    expect(screen.getByTestId('place-here').textContent).toContain('app-02');
    await accessible();
    view.focus('machine');
    view.machine.select('README');
    await waitFor(() => expect(document.activeElement).toBe(list('machine')));
    await press('F5');
    await waitFor(() =>
      expect(called('files_copy')).toMatchObject([
        { from: view.machine.place, to: view.here.place },
      ]),
    );
    const [, other] = sessions.list;
    await view.show('here', null);
    // It was opened for this side alone.
    await waitFor(() => expect(called('session_close')).toEqual([{ id: other?.id }]));
  });

  it('ask in themselves what connecting asks', async () => {
    await pick('here', 'lab-01');
    expect(await screen.findByTestId('refuse')).toBeTruthy();
    expect(list('machine')).toBeTruthy();
    await fireEvent.click(screen.getByTestId('refuse'));
    await fireEvent.click(await screen.findByTestId('close-session'));
    await waitFor(() => expect(view.here.place.kind).toBe('here'));
    expect(tabs.list.some(({ title }) => title === 'Files: app-01')).toBe(true);
  });

  it('stay hidden on the next page', async () => {
    await fireEvent.click(screen.getByTestId('hide-here'));
    await waitFor(() => expect(screen.queryByTestId('files-here')).toBeNull());
    await sessions.files('node-app-02');
    await waitFor(() => expect(sessions.list).toHaveLength(2));
    expect(filesOf(sessions.list.at(-1)!.id).hereShown).toBe(false);
  });

  it('come back where they were', async () => {
    const id = tabs.current!.id;
    tabs.close(id);
    if (tabs.closing) tabs.confirmClose();
    await tabs.reopen();
    const again = await waitFor(() => filesOf(sessions.list.at(-1)!.id));
    await waitFor(() => expect(again.machine.path).toBe('/srv/orders'));
    expect(again.machine.home).toBe('/home/ops');
  });
});

describe('editing a file of a machine', () => {
  beforeEach(async () => {
    view.machine.select('app.env');
    await press('F4');
    await waitFor(() =>
      expect(called('host_edit_open')).toEqual([{ id: 'edit-1', folder: false }]),
    );
  });

  it('fetches and opens it, and says where it stands', async () => {
    expect(called('files_edit')).toMatchObject([{ path: '/srv/orders/app.env' }]);
    const row = await screen.findByTestId('edit');
    expect(row.textContent).toContain('Not changed yet');
    host.edits.state('edit-1', { kind: 'saved' });
    await waitFor(() => expect(row.textContent).toMatch(/Saved \d\d:\d\d/));
    await accessible();
    await fireEvent.click(screen.getByTestId('edit-stop'));
    await waitFor(() => expect(screen.queryByTestId('edit')).toBeNull());
  });

  it('asks what is to become of a file that was changed there', async () => {
    const there = entry('app.env', { size: 4200 });
    host.edits.state('edit-1', { kind: 'conflict', there });
    await fireEvent.click(await screen.findByTestId('edit-decide'));
    const dialog = await screen.findByTestId('edit-conflict');
    expect(dialog.textContent).toContain('4.2 KB');
    await accessible();
    await fireEvent.click(screen.getByTestId('edit-both'));
    await waitFor(() =>
      expect(called('edit_answer')).toEqual([{ id: 'edit-1', answer: 'keepBoth' }]),
    );
    await waitFor(() => expect(screen.queryByTestId('edit-conflict')).toBeNull());
  });

  it('loses nothing without asking', async () => {
    host.edits.state('edit-1', { kind: 'waiting' });
    expect((await screen.findByTestId('edit')).textContent).toContain('connected again');
    await fireEvent.click(screen.getByTestId('edit-stop'));
    const dialog = await screen.findByTestId('edit-discard');
    expect(dialog.textContent).toContain('app.env');
    expect(edits.list).toHaveLength(1);
    await fireEvent.submit(dialog.querySelector('form')!);
    await waitFor(() => expect(edits.list).toHaveLength(0));
  });
});

describe('the rest of a files page', () => {
  it('shows pictures, one after the other', async () => {
    put('/srv/orders/a.png');
    put('/srv/orders/b.svg');
    await view.machine.refresh();
    view.machine.select('a.png');
    await press('F3');
    const picture = await screen.findByTestId<HTMLImageElement>('picture');
    expect(picture.src).toMatch(/^blob:/);
    expect(screen.getByTestId('preview').textContent).toContain('1 × 1 pixels');
    await accessible();
    await press('ArrowRight');
    await waitFor(() => expect(screen.getByTestId('preview').textContent).toContain('b.svg'));
    expect(view.machine.selected.active).toBe('b.svg');
    await fireEvent.error(await screen.findByTestId('picture'));
    expect(screen.getByTestId('preview').textContent).toContain('damaged');
  });

  it('goes where the terminal goes, and says when the shell does not tell', async () => {
    const bar = list('machine').closest<HTMLElement>('[data-files-side]')!;
    await fireEvent.click(within(bar).getByTestId('follow'));
    expect((await screen.findByTestId('follow-why')).textContent).toContain('No terminal');
    const session = await sessions.open({ kind: 'entry', id: 'node-app-01' });
    const terminal = terminalOf(session!.id);
    await waitFor(() => expect(sessions.get(session!.id)?.state.kind).toBe('open'));
    await waitFor(() =>
      expect(screen.getByTestId('follow-why').textContent).toContain('does not say'),
    );
    await fireEvent.click(screen.getByTestId('follow-lines'));
    expect(screen.getByTestId('follow-why').textContent).toContain('PROMPT_COMMAND');
    terminal.folder = '/srv/orders/config';
    await waitFor(() => expect(view.machine.path).toBe('/srv/orders/config'));
  });

  it('takes what is dragged in from the desktop', async () => {
    const under = vi.fn(() => list('machine'));
    document.elementFromPoint = under;
    host.drop({ kind: 'over', x: 5, y: 5 });
    const side = list('machine').closest('[data-files-side]');
    await waitFor(() => expect(side?.classList.contains('aimed')).toBe(true));
    host.drop({ kind: 'drop', x: 5, y: 5, paths: ['/home/ops/ops/hosts.ini'] });
    await waitFor(() =>
      expect(called('files_copy')).toMatchObject([
        { from: { kind: 'here' }, paths: ['/home/ops/ops/hosts.ini'], folder: '/srv/orders' },
      ]),
    );
    expect(side?.classList.contains('aimed')).toBe(false);
  });

  it('hands files of this computer over to the system at the edge of the window', async () => {
    document.elementFromPoint = () => null;
    const drag = async (side: 'here' | 'machine', name: string) => {
      const pane = side === 'here' ? view.here : view.machine;
      pane.select(name);
      const labelled = (each: HTMLElement) => each.getAttribute('aria-label')?.startsWith(name);
      const found = () => within(list(side)).queryAllByTestId('file-row').find(labelled);
      await waitFor(() => expect(found()).toBeTruthy());
      const row = found()!;
      list(side).setPointerCapture = () => undefined;
      list(side).releasePointerCapture = () => undefined;
      const point = (kind: string, clientX: number) => {
        const event = new MouseEvent(kind, { bubbles: true, clientX, clientY: 50 });
        return fireEvent(row, Object.assign(event, { pointerId: 1 }));
      };
      await point('pointerdown', 50);
      await point('pointermove', 80);
      await point('pointermove', -1);
    };
    await view.here.go('/home/ops/ops');
    await drag('here', 'hosts.ini');
    expect(called('host_drag_out')).toEqual([{ paths: ['/home/ops/ops/hosts.ini'] }]);
    expect(view.drag.active).toBe(false);

    await drag('machine', 'config');
    expect(called('host_drag_out').length).toBe(1);
    expect(screen.getByTestId('drag-ghost').textContent).toContain(
      'Copy it to this computer first',
    );
    view.drag.cancel();
  });

  it('saves files of a machine to a folder that is chosen', async () => {
    view.machine.select('README');
    const save = fileActions.find(({ id }) => id === 'files.saveTo');
    expect(save?.when?.()).toBe(true);
    await save?.run();
    await waitFor(() =>
      expect(called('files_copy')).toMatchObject([
        { paths: ['/srv/orders/README'], to: { kind: 'here' }, folder: '/home/ops/chosen' },
      ]),
    );
  });

  it('sets permissions of everything inside as a task', async () => {
    view.machine.select('config');
    await press('Enter', { altKey: true });
    const dialog = await screen.findByTestId('permissions');
    await fireEvent.click(within(dialog).getByTestId('mode-inside'));
    await type('octal', '750');
    await fireEvent.submit(dialog.querySelector('form')!);
    await waitFor(() =>
      expect(called('files_set_mode_inside')).toMatchObject([
        { paths: ['/srv/orders/config'], mode: 0o750 },
      ]),
    );
  });

  it('asks for the name before it deletes a hundred things', async () => {
    put('/srv/orders/big', folder('big'));
    vi.spyOn(host.files, 'count').mockReturnValue({
      files: 90,
      folders: 12,
      bytes: 9,
      more: false,
    });
    await view.machine.refresh();
    view.machine.select('big');
    await press('Delete');
    const dialog = await screen.findByTestId('delete-files');
    await within(dialog).findByTestId('delete-name');
    const confirm = screen.getByTestId<HTMLButtonElement>('delete-files-confirm');
    expect(confirm.disabled).toBe(true);
    await type('delete-name', 'big');
    await waitFor(() => expect(confirm.disabled).toBe(false));
  });
});
