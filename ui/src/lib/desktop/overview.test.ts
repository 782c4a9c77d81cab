/** The page of all desktops, on streams of ones that are no machines. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHost, type SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { MemoryHost } from '../../../tests/memory';
import DesktopsPage from './DesktopsPage.svelte';
import { stepTo } from './overview';
import { THUMBNAIL_EVERY } from './thumbnail';

const WANTED = 0x9c;
/** Two pixels beside each other. */
const THUMBNAIL = new Uint8Array([0x5f, 2, 0, 1, 0, 1, 2, 3, 255, 4, 5, 6, 255]);

let host: MemoryHost;
let drawn: number;
let stop: () => void;

beforeEach(() => {
  drawn = 0;
  vi.stubGlobal('ImageData', vi.fn());
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation((() => ({
    putImageData: () => (drawn += 1),
  })) as never);
  host = new MemoryHost('unlocked');
  useHost(host);
  stop = sessions.start();
});

afterEach(async () => {
  cleanup();
  for (const { id } of sessions.list) await sessions.close(id);
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function machine(name: string): Promise<SessionInfo> {
  const rows = host.tree.rows();
  const opened = await sessions.open({
    kind: 'entry',
    id: rows.ids[rows.names.indexOf(name)] ?? '',
  });
  if (!opened) throw new Error('not opened');
  await waitFor(() => expect(sessions.get(opened.id)?.state.kind).toBe('open'));
  return opened;
}

describe('the page of all desktops', () => {
  it('says what to do first', () => {
    render(DesktopsPage);
    expect(screen.getByText('No desktop is open')).toBeTruthy();
  });

  it('shows each with its name and state, and Enter goes to its tab', async () => {
    const kiosk = await machine('kiosk-lobby');
    const windows = await machine('dc-01');
    render(DesktopsPage);
    const [first, second] = screen.getAllByTestId('desktop-card');
    expect(first?.textContent).toContain('kiosk-lobby');
    expect(second?.textContent).toContain('dc-01');
    expect([first?.tabIndex, second?.tabIndex]).toEqual([0, -1]);
    first?.focus();
    await fireEvent.keyDown(first!, { key: 'ArrowRight' });
    expect(document.activeElement).toBe(second);
    const opened = vi.spyOn(tabs, 'open').mockReturnValue('tab');
    await fireEvent.click(second!);
    expect(opened).toHaveBeenCalledWith({ kind: 'session', sessionId: windows.id });
    host.sessions.state(kiosk.id, {
      kind: 'closed',
      reason: { kind: 'exited', code: null },
    });
    await waitFor(() => expect(first?.textContent).toContain('disconnected'));
  });

  it('asks for one picture at a time, a few a second, and for none while it is hidden', async () => {
    await machine('kiosk-lobby');
    render(DesktopsPage);
    await waitFor(() => expect(host.sessions.desktops).toHaveLength(1));
    const [socket] = host.sessions.desktops;
    if (!socket) throw new Error('no stream');
    await waitFor(() => expect(socket.of(WANTED)).toHaveLength(1));
    expect([...(socket.of(0xc4)[0] ?? [])]).toEqual([0xc4, 0]);
    vi.useFakeTimers();
    socket.say(THUMBNAIL);
    expect(drawn).toBe(1);
    vi.advanceTimersByTime(THUMBNAIL_EVERY - 1);
    expect(socket.of(WANTED)).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(socket.of(WANTED)).toHaveLength(2);
    // Nothing changed there: nothing comes, and nothing more is asked.
    vi.advanceTimersByTime(10_000);
    expect(socket.of(WANTED)).toHaveLength(2);
    const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    await fireEvent(document, new Event('visibilitychange'));
    socket.say(THUMBNAIL);
    vi.advanceTimersByTime(10_000);
    expect(socket.of(WANTED)).toHaveLength(2);
    hidden.mockReturnValue('visible');
    await fireEvent(document, new Event('visibilitychange'));
    expect(socket.of(WANTED)).toHaveLength(3);
    cleanup();
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });
});

it('goes by arrows through rows', () => {
  const to = (key: string, at: number) => stepTo(key, at, 5, 3);
  expect([to('ArrowRight', 0), to('ArrowLeft', 0), to('ArrowDown', 1), to('ArrowDown', 2)]).toEqual(
    [1, undefined, 4, undefined],
  );
  expect([to('ArrowUp', 4), to('Home', 4), to('End', 0), to('x', 0)]).toEqual([1, 0, 4, undefined]);
});
