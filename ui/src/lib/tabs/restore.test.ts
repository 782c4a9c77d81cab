/** What becomes of the kept tabs when things happen in another order than one would like. */
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { queue } from '$lib/layouts/queue.svelte';
import { notices } from '$lib/frame/notices.svelte';
import { call, useHost, type CommandName } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { MemoryHost } from '../../../tests/memory';
import { problem } from '../../../tests/memory/problem';
import { panesIn } from './layout';
import { tabs } from './tabs.svelte';

const size = { cols: 80, rows: 24, width: 0, height: 0 };
let host: MemoryHost;
let stops: (() => void)[] = [];
let app = '';

beforeEach(async () => {
  host = new MemoryHost();
  useHost(host);
  // Every test is another vault, so that the tabs of the one before are gone.
  host.vault.status = { ...host.vault.status, path: `/vault-${Math.random()}` };
  const rows = await call('tree_load');
  app = rows.ids[rows.names.indexOf('app-01')] ?? '';
});
afterEach(() => {
  stops.forEach((stop) => stop());
  notices.clear();
});

/** Two pages, and a terminal between them. */
const layout = () =>
  JSON.stringify({
    version: 1,
    active: 1,
    tabs: [
      { focused: 0, root: { pane: { kind: 'identities' } } },
      { focused: 0, root: { pane: session('session-of-yesterday') } },
      { focused: 0, root: { pane: { kind: 'settings' } } },
    ],
  });
const session = (sessionId: string) => ({
  kind: 'session',
  sessionId,
  target: { kind: 'entry', id: app },
});
const start = () => (stops = [vault.start(), sessions.start(), queue.start()]);
/** The tabs of this vault are back, not still those of the test before. */
const ready = () =>
  vi.waitFor(() => {
    expect(vault.status?.path).toBe(host.vault.status.path);
    expect(tabs.ready).toBe(true);
  });
const kept = async () => panesIn((await call('layout_get')).json).map((pane) => pane.kind);
const shown = () => tabs.panes.map((pane) => pane.spec.kind);
const named = (name: string) => host.calls.filter((made) => made.name === name);
const unlocked = () => host.vault.set({ phase: 'unlocked', lockReason: null });

/** A command that does not answer before it is let go; what it answers is made when it is called, or then. */
function held(name: CommandName, made: 'now' | 'then' = 'now'): () => void {
  const handlers = host.handlers as Record<string, (args: object) => unknown>;
  const real = handlers[name]!;
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  handlers[name] = async (args) => {
    const answer = made === 'now' ? structuredClone(real(args)) : null;
    await gate;
    return made === 'now' ? answer : real(args);
  };
  return () => {
    handlers[name] = real;
    letGo();
  };
}

it('a vault that is locked while tabs come back loses none of them', async () => {
  await call('layout_set', { layout: { json: layout() } });
  const handlers = host.handlers as Record<string, unknown>;
  const real = handlers['session_open'];
  handlers['session_open'] = () => {
    host.vault.lock();
    throw problem('vaultLocked', 'The vault is locked.', 'Unlock it first.');
  };
  start();
  await vi.waitFor(() => expect(tabs.ready && !vault.unlocked).toBe(true));
  expect(shown(), 'it waits in its place').toEqual(['identities', 'queued', 'settings']);
  handlers['session_open'] = real;
  unlocked();
  await vi.waitFor(() => expect(shown()).toEqual(['identities', 'session', 'settings']));
  await tabs.flush();
  expect(await kept()).toEqual(['identities', 'session', 'settings']);
});

it('what cannot be opened now stays, is kept, and says why until it is tried again', async () => {
  await call('layout_set', { layout: { json: layout() } });
  const handlers = host.handlers as Record<string, unknown>;
  const real = handlers['session_open'];
  handlers['session_open'] = () => {
    throw problem('invalid', 'There are 1000 sessions already.', 'Close some of them.');
  };
  start();
  await vi.waitFor(() => expect(queue.refusal(tabs.panes[1]?.id ?? '')).toBeDefined());
  const tries = named('session_open').length;
  await tick();
  expect(named('session_open'), 'it is not tried over and over').toHaveLength(tries);
  await tabs.flush();
  expect(await kept()).toEqual(['identities', 'session', 'settings']);
  handlers['session_open'] = real;
  await queue.open(tabs.panes[1]!.id);
  expect(shown()).toEqual(['identities', 'session', 'settings']);
});

it('tabs that could not be read come back once the vault is open anew', async () => {
  await call('layout_set', { layout: { json: layout() } });
  const handlers = host.handlers as Record<string, unknown>;
  const real = handlers['layout_get'];
  handlers['layout_get'] = () => {
    host.vault.lock();
    throw problem('vaultLocked', 'The vault is locked.', 'Unlock it first.');
  };
  start();
  await vi.waitFor(() => expect(vault.status?.phase).toBe('locked'));
  handlers['layout_get'] = real;
  unlocked();
  await vi.waitFor(() => expect(shown()).toEqual(['identities', 'session', 'settings']));
  expect(notices.list).toEqual([]);
});

it('a change in the moment of locking is kept after the next unlocking', async () => {
  start();
  await ready();
  tabs.open({ kind: 'identities' });
  await tick();
  host.vault.lock();
  await vi.waitFor(() => expect(vault.unlocked).toBe(false));
  await tabs.flush();
  expect(named('layout_set')).toHaveLength(0);
  unlocked();
  await vi.waitFor(async () => expect(await kept()).toEqual(['identities']));
});

it('a terminal that is opened while the tabs come back is there once', async () => {
  await call('layout_set', { layout: { json: layout() } });
  const list = held('session_list', 'then');
  start();
  await vi.waitFor(() => expect(named('session_list')).toHaveLength(1));
  await sessions.connect(app);
  list();
  await ready();
  expect(shown()).toEqual(['identities', 'session', 'settings', 'session']);
});

it('a list that was asked for before a terminal was opened does not take it away', async () => {
  const list = held('session_list');
  start();
  await vi.waitFor(() => expect(named('session_list')).toHaveLength(1));
  await sessions.connect(app);
  expect(tabs.list).toHaveLength(1);
  list();
  await ready();
  expect(shown()).toEqual(['session']);
  expect(sessions.list).toHaveLength(1);
});

it('a list that was asked for before a terminal was closed does not bring it back', async () => {
  const running = await call('session_open', { target: { kind: 'localShell' }, size });
  const list = held('session_list');
  start();
  await vi.waitFor(() => expect(named('session_list')).toHaveLength(1));
  host.sessions.close(running.id);
  await tick();
  list();
  await ready();
  expect(sessions.list).toHaveLength(0);
});

it('the tabs of one vault are never kept in the next', async () => {
  start();
  await ready();
  tabs.open({ kind: 'identities' });
  await tick();
  const read = held('layout_get');
  host.vault.set({ path: `/another-${Math.random()}` });
  await vi.waitFor(() => expect(tabs.list).toHaveLength(0));
  await tabs.flush();
  read();
  await ready();
  for (const { args } of named('layout_set'))
    expect(JSON.stringify(args)).not.toContain('identities');
});
