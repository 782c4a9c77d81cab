import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, useHost } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { settings } from '$lib/settings/settings.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { MemoryHost } from '../../../tests/memory';
import { panes } from './model';
import { tabs } from './tabs.svelte';

/** The tabs of one window: a host, and everything that follows it. */
class Window {
  readonly host = new MemoryHost();
  #stops: (() => void)[] = [];
  #vaults = 0;

  async start(layout = ''): Promise<void> {
    useHost(this.host);
    // Every test is another vault, so that the tabs of the one before are gone.
    this.#vaults = Math.random();
    this.host.vault.status = { ...this.host.vault.status, path: `/vault-${this.#vaults}` };
    if (layout) await call('layout_set', { layout: { json: layout } });
    this.#stops = [vault.start(), sessions.start()];
    await vi.waitFor(() => expect(vault.status?.path).toContain(String(this.#vaults)));
    await this.settled();
  }

  async settled(): Promise<void> {
    await vi.waitFor(async () => {
      await tick();
      expect(this.host.calls.some(({ name }) => name === 'session_list')).toBe(true);
      expect(tabs.ready).toBe(true);
    });
  }

  stop(): void {
    this.#stops.forEach((stop) => stop());
  }

  named(name: string): number {
    return this.host.calls.filter((made) => made.name === name).length;
  }

  async machine(name: string): Promise<string> {
    const rows = await call('tree_load');
    return rows.ids[rows.names.indexOf(name)] ?? '';
  }
}

describe('tabs', () => {
  let window: Window;
  beforeEach(async () => {
    window = new Window();
    await window.start();
  });
  afterEach(() => window.stop());

  const connect = async (name: string) => {
    await sessions.connect(await window.machine(name));
    const id = tabs.current?.id ?? '';
    await vi.waitFor(() => expect(sessions.list.at(-1)?.state.kind).not.toBe('connecting'));
    return id;
  };

  it('open in front, beside the one that was', async () => {
    await connect('app-01');
    const first = tabs.active;
    await connect('app-02');
    tabs.activate(first ?? '');
    await connect('app-03');
    expect(tabs.list.map((tab) => tab.title)).toEqual(['app-01', 'app-03', 'app-02']);
    expect(tabs.current?.title).toBe('app-03');
  });

  it('show a page once only, and a machine as often as it is connected to', async () => {
    tabs.open({ kind: 'settings' });
    tabs.open({ kind: 'identities' });
    tabs.open({ kind: 'settings', section: 'terminal' });
    expect(tabs.list).toHaveLength(2);
    expect(tabs.current?.spec).toEqual({ kind: 'settings', section: 'terminal' });
    await connect('app-01');
    await connect('app-01');
    expect(tabs.list).toHaveLength(4);
  });

  it('show a page of each machine that has one', () => {
    for (const kind of ['power', 'guests', 'ports', 'outlets', 'tunnels'] as const) {
      const one = tabs.open({ kind, entry: 'node-pve-01' });
      const other = tabs.open({ kind, entry: 'node-sw-core-01' });
      expect(other).not.toBe(one);
      expect(tabs.open({ kind, entry: 'node-pve-01' })).toBe(one);
    }
  });

  it('ask before a running session is closed, and then end it', async () => {
    const id = await connect('app-01');
    tabs.close(id);
    expect(tabs.closing).toHaveLength(1);
    expect(tabs.list).toHaveLength(1);
    tabs.confirmClose();
    expect(tabs.list).toHaveLength(0);
    expect(tabs.active).toBeNull();
    expect(window.named('session_close')).toBe(1);
  });

  it('close without a question when nothing runs', async () => {
    const id = await connect('cache-01');
    tabs.close(id);
    expect(tabs.closing).toBeNull();
    expect(tabs.list).toHaveLength(0);
  });

  it('come back, with a new session to the same machine', async () => {
    const id = await connect('cache-01');
    tabs.rename(id, '  Cache  ');
    tabs.close(id);
    expect(tabs.canReopen).toBe(true);
    await tabs.reopen();
    expect(tabs.current?.title).toBe('Cache');
    expect(window.named('session_open')).toBe(2);
    expect(tabs.canReopen).toBe(false);
  });

  it('are duplicated with a session of their own', async () => {
    const id = await connect('app-01');
    await tabs.duplicate(id);
    expect(tabs.list.map((tab) => tab.title)).toEqual(['app-01', 'app-01']);
    expect(window.named('session_open')).toBe(2);
  });

  it('split, and the keyboard goes from pane to pane', async () => {
    await connect('app-01');
    await tabs.split(tabs.current?.focused ?? '', 'right');
    const leaves = panes(tabs.current!.root);
    expect(leaves).toHaveLength(2);
    expect(tabs.current?.focused).toBe(leaves[1]!.id);
    expect(tabs.focusSide('left')).toBe(true);
    expect(tabs.current?.focused).toBe(leaves[0]!.id);
    expect(tabs.focusSide('left')).toBe(false);
    expect(tabs.current?.title).toBe('app-01 + app-01');
    tabs.closePane(leaves[1]!.id);
    tabs.confirmClose();
    expect(tabs.current?.root.kind).toBe('pane');
  });

  it('move, and closing others or those to the right leaves the rest', () => {
    for (const kind of ['settings', 'identities', 'import'] as const) tabs.open({ kind });
    const [first, second, third] = tabs.list.map((tab) => tab.id);
    tabs.move(first!, 2);
    expect(tabs.list.map((tab) => tab.id)).toEqual([second, third, first]);
    tabs.closeToTheRight(third!);
    expect(tabs.list.map((tab) => tab.id)).toEqual([second, third]);
    tabs.closeOthers(third!);
    expect(tabs.list.map((tab) => tab.id)).toEqual([third]);
    tabs.step(1);
    expect(tabs.active).toBe(third);
  });

  it('go when their session was closed elsewhere', async () => {
    await connect('app-01');
    window.host.sessions.close(sessions.list[0]!.id);
    await vi.waitFor(() => expect(tabs.list).toHaveLength(0));
  });

  it('are kept when they change', async () => {
    tabs.open({ kind: 'settings' });
    await vi.waitFor(async () => {
      const { json } = await call('layout_get');
      expect(JSON.parse(json || '{}')).toMatchObject({
        tabs: [{ root: { pane: { kind: 'settings' } } }],
      });
    });
  });
});

describe('the tabs of the last time', () => {
  const kept = (target: object, sessionId = 'session-of-yesterday') =>
    JSON.stringify({
      version: 1,
      active: 1,
      tabs: [
        { focused: 0, root: { pane: { kind: 'settings' } } },
        { name: 'Mine', focused: 0, root: { pane: { kind: 'session', sessionId, target } } },
      ],
    });
  let window: Window;
  beforeEach(() => (window = new Window()));
  afterEach(() => {
    window.stop();
    settings.app = { ...settings.app, restoreTabs: true };
  });

  it('come back and connect', async () => {
    useHost(window.host);
    await window.start(kept({ kind: 'entry', id: await window.machine('app-01') }));
    expect(tabs.list.map((tab) => tab.title)).toEqual(['Settings', 'Mine']);
    expect(tabs.current?.title).toBe('Mine');
    expect(window.named('session_open')).toBe(1);
  });

  it('join a session again that still runs, instead of dialling', async () => {
    useHost(window.host);
    const running = await call('session_open', {
      target: { kind: 'localShell' },
      size: { cols: 80, rows: 24, width: 0, height: 0 },
    });
    await window.start(kept({ kind: 'localShell' }, running.id));
    expect(tabs.current?.spec).toEqual({ kind: 'session', sessionId: running.id });
    expect(window.named('session_open')).toBe(1);
  });

  it('leave out machines that are gone', async () => {
    await window.start(kept({ kind: 'entry', id: 'nobody' }));
    expect(tabs.list.map((tab) => tab.title)).toEqual(['Settings']);
  });

  it('stay closed if the person wants that, but for sessions that still run', async () => {
    settings.app = { ...settings.app, restoreTabs: false };
    useHost(window.host);
    const running = await call('session_open', {
      target: { kind: 'localShell' },
      size: { cols: 80, rows: 24, width: 0, height: 0 },
    });
    await window.start(kept({ kind: 'entry', id: await window.machine('app-01') }));
    expect(tabs.list.map((tab) => tab.spec)).toEqual([{ kind: 'session', sessionId: running.id }]);
  });
});
