/** The page of a desktop, on the stream of one that is no machine. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHost, type SessionInfo } from '$lib/host';
import SessionPage from '$lib/sessions/SessionPage.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { settings } from '$lib/settings/settings.svelte';
import { MemoryHost } from '../../../tests/memory';
import type { DesktopSocket } from '../../../tests/memory/desktop';
import { actions } from '$lib/actions';
import { vault } from '$lib/vault/vault.svelte';
import { loadDesktops } from './loaded.svelte';
import { monitorMenu } from './menu';
import { forgetDesktop, desktopOf } from './registry';

const POINTER = 0x90;
const KEY = 0x92;
const TEXT = 0x93;
const WANTED = 0x95;
const FOCUS = 0x96;
const LEDS = 0x97;
const QUALITY = 0x98;
const SEEN = 0x99;
const SHOWN = 0xc4;

let host: MemoryHost;
let drawn: { width: number; height: number; at: [number, number] }[];
let session: SessionInfo;

class Pixels {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

beforeEach(async () => {
  drawn = [];
  vi.stubGlobal('ImageData', Pixels);
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(((kind: string) =>
    kind === '2d'
      ? {
          putImageData: ({ width, height }: Pixels, x: number, y: number) =>
            drawn.push({ width, height, at: [x, y] }),
        }
      : null) as never);
  // The room there is: jsdom lays nothing out.
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(320);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
  await loadDesktops();
  host = new MemoryHost('unlocked');
  useHost(host);
  const stop = sessions.start();
  const kiosk = host.tree.rows();
  const id = kiosk.ids[kiosk.names.indexOf('kiosk-lobby')] ?? '';
  const opened = await sessions.open({ kind: 'entry', id });
  session = opened ?? session;
  stopping = stop;
});
let stopping: () => void;

afterEach(() => {
  cleanup();
  forgetDesktop(session.id);
  stopping();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  localStorage.clear();
});

async function open(): Promise<DesktopSocket> {
  render(SessionPage, { id: session.id, paneId: 'p', focused: true, alone: true });
  await waitFor(() => expect(sessions.get(session.id)?.state.kind).toBe('open'));
  const now = sessions.get(session.id);
  // The window's tabs tell the desktop of its session; here there is only the page.
  if (now?.desktop) desktopOf(now.id).know(now.title, now.desktop, true, 1);
  await waitFor(() => expect(host.sessions.desktops).toHaveLength(1));
  const [socket] = host.sessions.desktops;
  if (!socket) throw new Error('no stream');
  await waitFor(() => expect(drawn).toHaveLength(1));
  return socket;
}

// jsdom knows no pointer events; a mouse event says the same.
const mouse = (kind: string, buttons: number) =>
  new MouseEvent(kind, { clientX: 160, clientY: 200, buttons, bubbles: true });
const keys = () => screen.getByTestId('desktop-keys');
const last = (socket: DesktopSocket, kind: number) => [...(socket.of(kind).at(-1) ?? [])];

describe('the page of a desktop', () => {
  it('draws whole frames, and acknowledges what is on the screen', async () => {
    const socket = await open();
    expect(drawn).toEqual([{ width: 640, height: 400, at: [0, 0] }]);
    // It is on the screen before the stream is open: a stream that says nothing of it is seen.
    expect(socket.of(SHOWN)).toEqual([]);
    await waitFor(() => expect(last(socket, SEEN)).toEqual([SEEN, 1, 0, 0, 0]));
    // The half of a frame is not shown.
    const part = new Uint8Array([0x11, 0, 5, 0, 6, 0, 1, 0, 1, 0, 1, 2, 3, 255]);
    socket.say(part);
    expect(drawn).toHaveLength(1);
    socket.say(new Uint8Array([0x12, 2, 0, 0, 0]));
    expect(drawn.at(-1)).toEqual({ width: 1, height: 1, at: [5, 6] });
    await waitFor(() => expect(last(socket, SEEN)).toEqual([SEEN, 2, 0, 0, 0]));
  });

  it('passes clicks on where they are in the picture', async () => {
    const socket = await open();
    const picture = screen.getByRole('application');
    picture.getBoundingClientRect = () =>
      ({ left: 0, top: 100, width: 320, height: 200 }) as DOMRect;
    await fireEvent(picture, mouse('pointerdown', 1));
    expect(last(socket, POINTER)).toEqual([POINTER, 0x40, 1, 200, 0, 1]);
    expect(document.activeElement).toBe(keys());
    await fireEvent(picture, mouse('pointerup', 0));
    expect(last(socket, POINTER).at(-1)).toBe(0);
  });

  it('has all keys but its own, and lets them go with the keyboard', async () => {
    const socket = await open();
    const stop = actions.start();
    vi.spyOn(vault, 'unlocked', 'get').mockReturnValue(true);
    const ran = vi.fn();
    const shortcuts = [
      { id: 'a', title: 'A', group: 'G', shortcut: 'Ctrl+Shift+W', run: ran },
      { id: 'b', title: 'B', group: 'G', shortcut: 'Ctrl+Alt+Enter', run: ran },
    ];
    const forget = actions.register(shortcuts);
    keys().focus();
    expect(last(socket, FOCUS)).toEqual([FOCUS, 1]);
    await fireEvent.keyDown(keys(), { key: 'W', code: 'KeyW', ctrlKey: true, shiftKey: true });
    expect(ran).not.toHaveBeenCalled();
    expect(last(socket, KEY)).toEqual([KEY, 0x57, 0, 0, 0, 0x11, 0, 1]);
    await fireEvent.keyDown(keys(), { key: 'Enter', code: 'Enter', ctrlKey: true, altKey: true });
    expect(ran).toHaveBeenCalledOnce();
    keys().blur();
    expect(last(socket, KEY)).toEqual([KEY, 0x57, 0, 0, 0, 0x11, 0, 0]);
    expect(last(socket, FOCUS)).toEqual([FOCUS, 0]);
    forget();
    stop();
  });

  it('gives the keyboard to the bar for Ctrl and Alt', async () => {
    await open();
    keys().focus();
    const chord = [
      { key: 'Control', code: 'ControlLeft' },
      { key: 'Alt', code: 'AltLeft' },
    ];
    for (const key of chord) await fireEvent.keyDown(keys(), key);
    for (const key of chord) await fireEvent.keyUp(keys(), key);
    expect(document.activeElement).not.toBe(keys());
  });

  it('only looks when it is told to', async () => {
    const socket = await open();
    await fireEvent.click(screen.getByTestId('desktop-view-only'));
    const before = socket.sent.length;
    const view = desktopOf(session.id);
    view.press([[0xffff, 0xe053]]);
    view.pointer(1, 1, 1);
    view.type('x');
    expect(socket.sent.length).toBe(before);
    await fireEvent.click(screen.getByTestId('desktop-view-only'));
    view.type('x');
    expect(last(socket, TEXT)).toEqual([TEXT, 0x78]);
  });

  it('asks for the size of the tab once it follows it, and for a quality', async () => {
    const socket = await open();
    const view = desktopOf(session.id);
    expect(view.scaling).toBe('fit');
    expect(socket.of(WANTED)).toHaveLength(0);
    await waitFor(() => expect(view.area.width).toBe(320));
    view.scale('follow');
    expect(last(socket, WANTED)).toEqual([WANTED, 0x40, 1, 0x90, 1, 100, 0]);
    view.setQuality('lossless');
    expect(last(socket, QUALITY)).toEqual([QUALITY, 9]);
    // The pane goes away: no pixels are wanted meanwhile.
    cleanup();
    expect(last(socket, SHOWN)).toEqual([SHOWN, 0]);
  });

  it('says on the picture that it is lost, and tries again at once for Enter', async () => {
    await open();
    const error = {
      code: 'disconnected' as const,
      message: 'kiosk-lobby closed the connection.',
      nextStep: 'Connect again.',
      field: null,
      retryable: true,
    };
    const next = Date.now() + 7_500;
    host.sessions.state(session.id, { kind: 'lost', error, attempt: 2, most: 20, next });
    const bar = await screen.findByTestId('closed-bar');
    expect(bar.textContent).toContain('kiosk-lobby closed the connection');
    expect(bar.textContent).toContain('Tried again in 8 s, attempt 2 of 20');
    expect(screen.getByTestId('desktop-again').textContent).toContain('Connection lost');
    expect(screen.getByTestId('desktop')).toBeTruthy();
    await fireEvent.keyDown(keys(), { key: 'Enter', code: 'Enter' });
    await waitFor(() =>
      expect(host.calls.some(({ name }) => name === 'session_reconnect')).toBe(true),
    );
    host.sessions.state(session.id, { kind: 'lost', error, attempt: 3, most: 20, next });
    await fireEvent.click(await screen.findByTestId('lost-stop'));
    expect(host.calls.some(({ name }) => name === 'session_disconnect')).toBe(true);
  });

  it('shows where the far end has put the pointer, until the one here comes', async () => {
    const socket = await open();
    const picture = screen.getByRole('application');
    socket.say(new Uint8Array([0x14, 100, 0, 50, 0]));
    await waitFor(() => expect(screen.queryByTestId('remote-pointer')).toBeTruthy());
    expect(screen.getByTestId('remote-pointer').style.left).toBe('50px');
    await fireEvent(picture, new MouseEvent('pointerenter'));
    await waitFor(() => expect(screen.queryByTestId('remote-pointer')).toBeNull());
    await fireEvent(picture, new MouseEvent('pointerleave'));
    await waitFor(() => expect(screen.queryByTestId('remote-pointer')).toBeTruthy());
  });

  it('shows one of several screens, and clicks go where they are on it', async () => {
    const socket = await open();
    const view = desktopOf(session.id);
    const screens = [
      [1, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0x90, 1],
      [2, 0, 0, 0, 0x40, 1, 0, 0, 0x40, 1, 0x90, 1],
    ];
    socket.say(new Uint8Array([0x1e, ...screens.flat()]));
    expect(monitorMenu(view).map((item) => item?.label)).toEqual([
      'All screens',
      'Screen 1, 320 × 400',
      'Screen 2, 320 × 400',
      undefined,
    ]);
    view.showMonitor(2);
    expect(view.part).toEqual({ x: 320, y: 0, width: 320, height: 400 });
    await waitFor(() => expect(view.area.width).toBe(320));
    expect(view.place).toMatchObject({ width: 320, height: 400, scale: 1 });
    const picture = screen.getByRole('application');
    await waitFor(() => expect(picture.style.getPropertyValue('--canvas-left')).toBe('-320px'));
    picture.getBoundingClientRect = () => ({ left: 0, top: 0, width: 320, height: 400 }) as DOMRect;
    await fireEvent(picture, mouse('pointerdown', 1));
    // 480, 200
    expect(last(socket, POINTER)).toEqual([POINTER, 0xe0, 1, 200, 0, 1]);
    // A screen that is gone is not shown any more.
    socket.say(new Uint8Array([0x1e, ...(screens[0] ?? [])]));
    expect(view.part.width).toBe(640);
  });

  it('passes pictures on when they were copied, here or there', async () => {
    const socket = await open();
    const named = (name: string) => host.calls.filter((call) => call.name === name);
    socket.say(new Uint8Array([0x1d]));
    await waitFor(() => expect(named('host_take_picture')).toHaveLength(1));
    keys().focus();
    // There is no text here.
    await waitFor(() => expect(named('host_offer_picture').length).toBeGreaterThan(0));
    expect(named('host_offer_picture')[0]?.args).toEqual({ id: session.id });
  });

  it('says how the lock keys differ, and tells those of here with the first click', async () => {
    const socket = await open();
    const view = desktopOf(session.id);
    socket.say(new Uint8Array([0x18, 4]));
    expect(view.lightsDiffer).toBe('');
    await fireEvent(screen.getByRole('application'), mouse('pointerdown', 1));
    expect(last(socket, LEDS)).toEqual([LEDS, 0]);
    expect(view.lightsDiffer).toBe('Caps Lock is on there and off here');
    socket.say(new Uint8Array([0x18, 0]));
    expect(view.lightsDiffer).toBe('');
    const caps = new KeyboardEvent('keydown', { key: 'a', code: 'KeyA', modifierCapsLock: true });
    await fireEvent(keys(), caps);
    expect(view.lightsDiffer).toBe('Caps Lock is off there and on here');
    // Told once only, as long as the desktop has the keyboard.
    expect(socket.of(LEDS)).toHaveLength(1);
  });

  it('marks its tab when the bell rings there, until it has the keyboard', async () => {
    const socket = await open();
    const view = desktopOf(session.id);
    // The page gave it the keyboard when it was opened.
    keys().blur();
    const { app } = settings;
    const terminal = { ...app.terminal, bell: 'visual' as const };
    vi.spyOn(settings, 'app', 'get').mockReturnValue({ ...app, terminal });
    socket.say(new Uint8Array([0x57]));
    expect(view.rang).toBe(true);
    keys().focus();
    expect(view.rang).toBe(false);
    socket.say(new Uint8Array([0x57]));
    expect(view.rang).toBe(false);
  });

  it('remembers for the machine how its picture was wanted, unless its settings say', async () => {
    await open();
    const now = sessions.get(session.id);
    if (!now?.desktop) throw new Error('no desktop');
    const { desktop, target } = now;
    const entry = target.kind === 'entry' ? target.id : null;
    const know = (facts: typeof desktop) => {
      forgetDesktop(session.id);
      const view = desktopOf(session.id);
      view.know('kiosk', facts, false, 1, entry);
      return view;
    };
    const first = know(desktop);
    expect([first.scaling, first.quality]).toEqual(['fit', 'auto']);
    first.scale('original');
    first.setQuality('sharp');
    const again = know(desktop);
    expect([again.scaling, again.quality]).toEqual(['original', 'sharp']);
    const chosen = know({
      ...desktop,
      size: { kind: 'tab' },
      sizeChosen: true,
      quality: 'lossless',
      qualityChosen: true,
    });
    expect([chosen.scaling, chosen.quality]).toEqual(['follow', 'lossless']);
  });

  it('keeps the last picture in sight when it ends', async () => {
    await open();
    host.sessions.state(session.id, {
      kind: 'closed',
      reason: {
        kind: 'failed',
        error: {
          code: 'disconnected',
          message: 'The connection to kiosk-lobby was lost.',
          nextStep: 'Connect again.',
          field: null,
          retryable: true,
        },
      },
    });
    await waitFor(() => expect(screen.getByTestId('closed-bar')).toBeTruthy());
    expect(screen.getByTestId('desktop')).toBeTruthy();
    await fireEvent.keyDown(keys(), { key: 'Enter', code: 'Enter' });
    await waitFor(() =>
      expect(host.calls.some(({ name }) => name === 'session_reconnect')).toBe(true),
    );
  });
});
