/** The first desktop of a window, whose code is not there yet. */
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { actions } from '$lib/actions';
import { useHost } from '$lib/host';
import SessionPage from '$lib/sessions/SessionPage.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import TabContent from '$lib/tabs/TabContent.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { MemoryHost } from '../../../tests/memory';
import { desktopCode, loadDesktops } from './loaded.svelte';
import { existingDesktop } from './registry';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it('is shown once it is loaded, and its actions have their names', async () => {
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  const host = new MemoryHost('unlocked');
  useHost(host);
  const stop = sessions.start();
  render(TabContent);
  expect(actions.get('desktop.refresh')).toBeUndefined();
  const kiosk = host.tree.rows();
  const id = kiosk.ids[kiosk.names.indexOf('kiosk-lobby')] ?? '';
  const opening = sessions.connect(id);
  expect(desktopCode()).toBeUndefined();
  await opening;
  const session = sessions.list[0];
  if (!session) throw new Error('no session');
  tabs.open({ kind: 'session', sessionId: session.id });
  render(SessionPage, { id: session.id, paneId: 'p', focused: true, alone: true });
  await waitFor(() => expect(existingDesktop(session.id)?.facts).toBeTruthy());
  await waitFor(() => expect(screen.getAllByTestId('desktop-area')).toHaveLength(2));
  expect(actions.get('desktop.refresh')?.title).toBe('Draw the desktop again');
  // It is loaded once.
  expect(loadDesktops()).toBe(loadDesktops());
  await sessions.close(session.id);
  expect(existingDesktop(session.id)).toBeUndefined();
  stop();
});
