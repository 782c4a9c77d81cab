/** A window that is not the main one. In a file of its own: nothing was shown before. */
import { expect, it, vi } from 'vitest';
import { useHost } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { MemoryHost } from '../../../tests/memory';

it('shows the tabs it was given, keeps none in the vault, and goes with its last one', async () => {
  const host = new MemoryHost();
  const tab = { focused: 0, root: { pane: { kind: 'settings' } } };
  const json = JSON.stringify({ version: 1, active: 0, tabs: [tab] });
  host.windows.push({ label: 'window-2', number: 2, tabs: json, unsaved: 0 });
  host.ownWindow = 'window-2';
  useHost(host);
  const named = (name: string) => host.calls.filter((made) => made.name === name);
  const stops = [vault.start(), sessions.start()];
  await vi.waitFor(() => expect(tabs.list.map(({ title }) => title)).toEqual(['Settings']));
  tabs.open({ kind: 'identities' });
  await vi.waitFor(() => expect(host.windows[1]!.tabs).toContain('identities'));
  // Longer than the main window waits before it keeps its tabs.
  vi.useFakeTimers();
  tabs.open({ kind: 'import' });
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect(named('layout_set')).toHaveLength(0);
  for (const { id } of tabs.list) tabs.close(id);
  await vi.waitFor(() => expect(named('host_window_close')[0]?.args).toEqual({ how: 'drop' }));
  stops.forEach((stop) => stop());
});
