/** The page of recordings on the in-memory host, and recording in a terminal, as a person goes through them. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { MemoryHost } from './memory';
import { accessible, openWindow, type } from './person';

let host: MemoryHost;

async function open(): Promise<void> {
  host = new MemoryHost('unlocked');
  openWindow(host);
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
}

async function page(): Promise<HTMLElement> {
  await open();
  actions.run('recordings.open');
  return screen.findByTestId('recording-list');
}

const called = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  cleanup();
  notices.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the recordings', () => {
  it('are listed, renamed and deleted by keys', async () => {
    const list = await page();
    await accessible();
    expect(screen.getByTestId('recordings-total').textContent).toContain('3 recordings');
    expect(list.textContent).toContain('ended with Patchbay');

    await fireEvent.keyDown(list, { key: 'F2' });
    const name = await screen.findByLabelText<HTMLInputElement>('Name of db-primary');
    await fireEvent.input(name, { target: { value: 'Disk check' } });
    await fireEvent.keyDown(name, { key: 'Enter' });
    await waitFor(() => expect(list.textContent).toContain('Disk check'));

    await fireEvent.keyDown(list, { key: 'Delete' });
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('Delete the recording Disk check?');
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(list.textContent).not.toContain('Disk check'));
    expect(called('recording_delete')).toEqual([{ id: 'recording-1' }]);
  });

  it('say what to do when there are none', async () => {
    await open();
    host.handlers.recording_list = () => [];
    actions.run('recordings.open');
    expect(await screen.findByText('No recordings yet')).toBeTruthy();
    expect(screen.getByText(/Start recording/)).toBeTruthy();
    await accessible();
  });

  it('are searched, and a line that was found leads into the player', async () => {
    await page();
    await type('recordings-search', 'POSTGRES');
    await fireEvent.keyDown(screen.getByTestId('recordings-search'), { key: 'Enter' });
    const hits = await screen.findByTestId('recording-hits');
    expect(hits.querySelectorAll('mark')).toHaveLength(4);
    await accessible();
    await fireEvent.keyDown(hits, { key: 'Enter' });
    await screen.findByTestId('recording-player');
    await waitFor(() => expect(screen.getByTestId('player-time').textContent).toBe('0:10'));
    const find = screen.getByTestId<HTMLInputElement>('player-find');
    expect(find.value).toBe('postgres');
    await fireEvent.keyDown(find, { key: 'Enter' });
    await waitFor(() => expect(screen.getByText('1 of 2')).toBeTruthy());
  });

  it('are played and steered by keys', async () => {
    const list = await page();
    await fireEvent.keyDown(list, { key: 'ArrowDown' });
    await fireEvent.keyDown(list, { key: 'Enter' });
    const player = await screen.findByTestId('recording-player');
    await waitFor(() => expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy());
    await fireEvent.keyDown(player, { key: ' ' });
    await waitFor(() => expect(screen.getByRole('button', { name: 'Play' })).toBeTruthy());
    await accessible();
    const time = () => screen.getByTestId('player-time').textContent;
    await fireEvent.keyDown(player, { key: 'End' });
    await waitFor(() => expect(time()).toBe('0:42'));
    expect(await screen.findByText(/Patchbay was stopped at/)).toBeTruthy();
    await fireEvent.keyDown(player, { key: 'ArrowLeft' });
    await waitFor(() => expect(time()).toBe('0:37'));
    await fireEvent.keyDown(player, { key: 'Home' });
    await waitFor(() => expect(time()).toBe('0:00'));
    await fireEvent.keyDown(player, { key: 'Escape' });
    await screen.findByTestId('recording-list');
  });
});

/** What jsdom does not have: pixels, and room for them. */
function withPixels(): void {
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(
        readonly data: Uint8ClampedArray,
        readonly width: number,
        readonly height: number,
      ) {}
    },
  );
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation((() => ({
    putImageData: () => undefined,
  })) as never);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
}

describe('a recording of a desktop', () => {
  it('is played and steered by keys, and leaves its player', async () => {
    withPixels();
    const list = await page();
    await fireEvent.keyDown(list, { key: 'End' });
    await fireEvent.keyDown(list, { key: 'Enter' });
    const player = await screen.findByTestId('recording-player');
    const picture = await screen.findByTestId('recorded-desktop');
    await waitFor(() => expect(picture.dataset['frame']).toBe('1'));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy());
    await fireEvent.keyDown(player, { key: ' ' });
    await accessible();
    expect(screen.queryByTestId('player-find')).toBeNull();
    const time = () => screen.getByTestId('player-time').textContent;
    await fireEvent.keyDown(player, { key: 'Home' });
    await fireEvent.keyDown(player, { key: 'n' });
    await waitFor(() => expect(time()).toBe('0:50'));
    expect(called('recording_show')).toContainEqual({ player: 'player-recording-3', at: 50_000 });
    // There is no later pause.
    expect(screen.getByTestId<HTMLButtonElement>('player-activity').disabled).toBe(true);
    await fireEvent.keyDown(player, { key: 'ArrowRight' });
    await waitFor(() => expect(time()).toBe('0:55'));
    await fireEvent.click(screen.getAllByTestId('strip-picture')[0] ?? player);
    await waitFor(() => expect(time()).not.toBe('0:55'));
    await fireEvent.keyDown(player, { key: 'Escape' });
    await screen.findByTestId('recording-list');
    expect(called('recording_leave')).toEqual([{ player: 'player-recording-3' }]);
  });
});

describe('a session', () => {
  it('shows that it is recorded, and stops by a click', async () => {
    await open();
    await sessions.connect('node-app-01');
    await waitFor(() => expect(sessions.list[0]?.state.kind).toBe('open'));
    expect(screen.queryByTestId('recording-sign')).toBeNull();
    actions.run('session.record');
    const sign = await screen.findByTestId('recording-sign');
    expect(sign.textContent).toContain('0:0');
    expect(actions.available.some(({ id }) => id === 'session.record')).toBe(false);
    await fireEvent.click(sign);
    await waitFor(() => expect(screen.queryByTestId('recording-sign')).toBeNull());
    expect(called('session_record_stop')).toHaveLength(1);
  });

  it('has nothing typed recorded if it is a desktop', async () => {
    withPixels();
    await open();
    await sessions.connect('node-kiosk-lobby');
    await waitFor(() => expect(sessions.list[0]?.state.kind).toBe('open'));
    await waitFor(() =>
      expect(actions.available.some(({ id }) => id === 'session.record')).toBe(true),
    );
    expect(actions.available.some(({ id }) => id === 'session.recordKeys')).toBe(false);
    actions.run('session.record');
    const sign = await screen.findByTestId('recording-sign');
    expect(sign.title).toContain('What this desktop shows');
  });

  it('says when it is not recorded although it should be', async () => {
    await open();
    await sessions.connect('node-app-01');
    await waitFor(() => expect(sessions.list[0]?.state.kind).toBe('open'));
    const session = sessions.list[0];
    if (!session) throw new Error('no session');
    const problem = 'The disk is full, so recording stopped.';
    const recording = { id: 'r', since: Date.now(), keys: false, problem, rule: null };
    host.emit({ kind: 'session', session: { ...session, recording } });
    expect((await screen.findByTestId('recording-problem')).textContent).toContain(problem);
  });

  it('has its output saved where the person says', async () => {
    await open();
    await sessions.connect('node-app-01');
    await waitFor(() => expect(sessions.list[0]?.state.kind).toBe('open'));
    actions.run('terminal.saveHtml');
    await waitFor(() => expect(called('host_save_text')).toHaveLength(1));
    expect(called('host_save_text')[0]).toMatchObject({ defaultName: 'app-01.html' });
    actions.run('terminal.copyHtml');
    await waitFor(() => expect(called('host_copy_html')).toHaveLength(1));
  });
});
