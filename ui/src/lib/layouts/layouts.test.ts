import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { broadcast } from '$lib/broadcast/broadcast.svelte';
import { notices } from '$lib/frame/notices.svelte';
import { call, useHost } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { settings } from '$lib/settings/settings.svelte';
import { panesIn, toNamed, windowsIn, withWindows } from '$lib/tabs/layout';
import { panes } from '$lib/tabs/model';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { moveToWindow } from '$lib/windows/moves';
import { windows } from '$lib/windows/windows.svelte';
import { MemoryHost } from '../../../tests/memory';
import { ASK_ABOVE, contents, layouts } from './layouts.svelte';
import { queue } from './queue.svelte';

let host: MemoryHost;
let stops: (() => void)[] = [];

async function start(change: (host: MemoryHost) => void = () => undefined): Promise<void> {
  host = new MemoryHost();
  change(host);
  useHost(host);
  // Every test is another vault, so that the tabs of the one before are gone.
  const path = `/vault-${Math.random()}`;
  host.vault.status = { ...host.vault.status, path };
  stops = [vault.start(), tree.start(), sessions.start(), layouts.start(), broadcast.start()];
  await vi.waitFor(() => expect(vault.status?.path).toBe(path));
  await vi.waitFor(() => expect(tabs.ready && tree.loaded).toBe(true));
}

function stop(): void {
  stops.forEach((each) => each());
  notices.clear();
  windows.own = 'main';
  windows.all = [];
}

const idOf = (name: string) => tree.rows.ids[tree.rows.names.indexOf(name)] ?? '';
const named = (name: string) => host.calls.filter((made) => made.name === name);
const specs = () => tabs.panes.map((pane) => pane.spec.kind);
const open = () => sessions.list.filter((session) => session.state.kind === 'open');

async function connect(...names: string[]): Promise<void> {
  for (const name of names) await sessions.connect(idOf(name));
  await vi.waitFor(() => expect(open()).toHaveLength(names.length));
}

describe('a named layout', () => {
  beforeEach(() => start());
  afterEach(stop);

  it('comes back beside what is open, waiting for its turn', async () => {
    await connect('app-01', 'app-02');
    await tabs.split(tabs.current?.focused ?? '', 'down');
    tabs.open({ kind: 'settings' });
    await layouts.save('Web');
    await vi.waitFor(() => expect(layouts.list).toHaveLength(1));
    const [web] = layouts.list;
    expect(contents(web!.json)).toBe('2 tabs, 3 sessions');
    expect(web!.json).not.toContain('session-');
    await layouts.bring(web!);
    expect(tabs.list).toHaveLength(5);
    const added = tabs.list.filter((tab) => panes(tab.root)[0]?.spec.kind === 'queued');
    expect(added.map((tab) => tab.title)).toEqual(['app-01', 'app-02 + app-02']);
  });

  it('says which machines are gone, and opens the rest', async () => {
    await connect('app-01', 'app-02');
    await layouts.save('Web');
    await vi.waitFor(() => expect(layouts.list).toHaveLength(1));
    await call('nodes_delete', { ids: [idOf('app-02')] });
    await tree.reload();
    await layouts.bring(layouts.list[0]!);
    expect(specs().filter((kind) => kind === 'queued')).toHaveLength(1);
    expect(notices.list.at(-1)).toMatchObject({
      text: 'A machine of “Web” is gone: the rest is open.',
      detail: 'app-02',
    });
  });

  it('is overwritten, renamed and deleted, and the first and last can be taken back', async () => {
    await connect('app-01');
    await layouts.save('Web');
    await vi.waitFor(() => expect(layouts.list).toHaveLength(1));
    await sessions.connect(idOf('app-02'));
    await layouts.save(' web ');
    await vi.waitFor(() => expect(contents(layouts.list[0]!.json)).toBe('2 tabs, 2 sessions'));
    expect(layouts.list).toHaveLength(1);
    await layouts.rename(layouts.list[0]!, 'Front');
    await vi.waitFor(() => expect(layouts.called('FRONT')).toBeDefined());
    await layouts.delete(layouts.list[0]!);
    await vi.waitFor(() => expect(layouts.list).toHaveLength(0));
    notices.act(notices.undoable!);
    await vi.waitFor(() => expect(layouts.called('Front')).toBeDefined());
  });

  it('holds machines only', () => {
    const json = JSON.stringify({
      version: 1,
      active: 1,
      tabs: [
        { focused: 0, root: { pane: { kind: 'settings' } } },
        {
          name: 'Mine',
          focused: 1,
          root: {
            split: 'row',
            sizes: [50, 50],
            children: [
              { pane: { kind: 'start' } },
              { pane: { kind: 'session', sessionId: 's1', target: { kind: 'localShell' } } },
            ],
          },
        },
      ],
    });
    const made = toNamed(json, () => 'shell')!;
    expect(JSON.parse(made.json)).toMatchObject({
      active: 0,
      tabs: [{ name: 'Mine', root: { pane: { sessionId: '', title: 'shell' } } }],
    });
    expect(
      toNamed('{"version":1,"tabs":[{"root":{"pane":{"kind":"start"}}}]}', () => ''),
    ).toBeNull();
  });
});

describe('a whole folder', () => {
  beforeEach(async () => {
    await start();
    stops.push(queue.start());
  });
  afterEach(stop);

  it('opens each machine in a tab, four at a time, and takes no keyboard for questions', async () => {
    layouts.openAll([idOf('Web'), idOf('app-01')], 'tabs');
    expect(tabs.list).toHaveLength(5);
    const front = tabs.active;
    await vi.waitFor(() => expect(named('session_open')).toHaveLength(4), { interval: 1 });
    await vi.waitFor(() => expect(open()).toHaveLength(5));
    expect(specs()).not.toContain('queued');
    expect(tabs.active).toBe(front);
  });

  it('opens them side by side in one tab', async () => {
    layouts.openAll([idOf('Web')], 'tiled');
    expect(tabs.list).toHaveLength(1);
    expect(tabs.current).toMatchObject({ title: 'Web' });
    await vi.waitFor(() => expect(open()).toHaveLength(5));
    expect(panes(tabs.current!.root)).toHaveLength(5);
  });

  it('asks first when it is more than ten', async () => {
    layouts.openAll([idOf('Lab')], 'tiled');
    expect(tabs.list).toHaveLength(0);
    const { question } = layouts;
    expect(question).toMatchObject({ kind: 'many', count: 14, what: 'Lab' });
    expect(14).toBeGreaterThan(ASK_ABOVE);
    if (question?.kind === 'many') question.go();
    await tick();
    expect(tabs.panes).toHaveLength(14);
    // Two of the lab ask something: they keep their turn, and the others go on.
    await vi.waitFor(() => expect(open()).toHaveLength(12));
    expect(sessions.list.map((session) => session.state.kind)).toContain('asking');
  });

  it('does not connect what was closed while it waited', async () => {
    layouts.openAll([idOf('Web')], 'tabs');
    const last = tabs.list.at(-1)!;
    tabs.close(last.id);
    await vi.waitFor(() => expect(open()).toHaveLength(4));
    expect(named('session_open')).toHaveLength(4);
  });
});

describe('broadcast', () => {
  beforeEach(() => start());
  afterEach(stop);

  it('is for the terminals of the tab in front, and goes off by the same key', async () => {
    await connect('app-01', 'app-02');
    await tabs.split(tabs.current?.focused ?? '', 'right');
    await vi.waitFor(() => expect(broadcast.inTab).toHaveLength(2));
    broadcast.toggle();
    expect(broadcast.members.size).toBe(2);
    expect(broadcast.words).toBe('2 terminals');
    broadcast.toggle();
    expect(broadcast.on).toBe(false);
  });

  it('lets the person choose where the tab has one terminal', async () => {
    await connect('app-01', 'app-02');
    broadcast.toggle();
    expect([broadcast.on, broadcast.choosing]).toEqual([false, true]);
    broadcast.set(sessions.list.map(({ id }) => id));
    expect(broadcast.members.size).toBe(2);
    broadcast.set([sessions.list[0]!.id]);
    expect(broadcast.on, 'one terminal is no set').toBe(false);
  });

  it('is left by what disconnects, which does not come back by itself', async () => {
    await connect('app-01', 'app-02', 'app-03');
    const [first, second, third] = sessions.list.map(({ id }) => id);
    broadcast.set([first!, second!, third!]);
    await sessions.disconnect(first!);
    await vi.waitFor(() => expect(broadcast.members.size).toBe(2));
    expect(broadcast.left).toEqual(['app-01']);
    await sessions.reconnect(first!);
    await vi.waitFor(() => expect(open()).toHaveLength(3));
    await tick();
    expect(broadcast.has(first!)).toBe(false);
    await sessions.disconnect(second!);
    await vi.waitFor(() => expect(broadcast.on).toBe(false));
    expect(notices.list.at(-1)?.text).toContain('Broadcast has ended');
  });

  it('takes no files and nothing that is not open', async () => {
    await connect('app-01', 'app-02');
    await sessions.files(idOf('app-03'));
    await sessions.connect(idOf('cache-01'));
    await vi.waitFor(() => expect(sessions.list.at(-1)?.state.kind).toBe('closed'));
    broadcast.set(sessions.list.map(({ id }) => id));
    expect(broadcast.members.size).toBe(2);
  });
});

describe('windows', () => {
  afterEach(stop);

  it('take a tab with its session, which goes on', async () => {
    await start();
    await connect('app-01', 'app-02');
    const [session] = sessions.list;
    await moveToWindow('tab', tabs.list[0]!.id, null);
    expect(tabs.list.map((tab) => tab.title)).toEqual(['app-02']);
    expect(named('session_close')).toHaveLength(0);
    await vi.waitFor(() => expect(windows.others).toHaveLength(1));
    expect(panesIn(windows.others[0]!.tabs)).toMatchObject([{ sessionId: session!.id }]);
    expect(windows.whereIs(session!.id)).toBe('window-2');

    await sessions.goTo({ kind: 'entry', id: idOf('app-01') });
    expect(named('session_open'), 'it is shown where it is').toHaveLength(2);
    expect(named('host_window_send')[0]!.args).toMatchObject({ to: 'window-2', focus: true });
  });

  it('keep a tab that cannot go', async () => {
    await start();
    tabs.open({ kind: 'editor', parent: null });
    await moveToWindow('tab', tabs.list[0]!.id, null);
    expect(tabs.list).toHaveLength(1);
    expect(notices.list.at(-1)?.text).toContain('not saved');
    await connect('app-01');
    await moveToWindow('tab', tabs.active!, 'window-9');
    expect(notices.list.at(-1)?.text).toContain('not there any more');
    expect(tabs.list).toHaveLength(2);
  });

  it('give their tabs to the main one, once', async () => {
    await start();
    await connect('app-01');
    const json = tabs.keptOf(tabs.list[0]!.id);
    await moveToWindow('tab', tabs.list[0]!.id, null);
    const message = JSON.stringify({ kind: 'tabs', tabs: json, front: true });
    host.mail.push(message, message);
    host.tellWindow({ kind: 'mail', to: 'main' });
    await vi.waitFor(() => expect(tabs.list).toHaveLength(1));
    expect(tabs.list[0]!.title).toBe('app-01');
    expect(named('session_open'), 'it is not dialled again').toHaveLength(1);
  });

  it('are kept by the main one, and come back with it', async () => {
    await start();
    await connect('app-01', 'app-02');
    await moveToWindow('tab', tabs.list[0]!.id, null);
    const saved = async () => (await call('layout_get')).json;
    await vi.waitFor(async () => expect(windowsIn(await saved())).toHaveLength(1));
    const json = await saved();
    stop();
    host = new MemoryHost();
    useHost(host);
    await call('layout_set', { layout: { json } });
    const again = host;
    const path = `/vault-${Math.random()}`;
    again.vault.status = { ...again.vault.status, path };
    stops = [vault.start(), tree.start(), sessions.start()];
    await vi.waitFor(() => expect(tabs.ready && vault.status?.path === path).toBe(true));
    await vi.waitFor(() => expect(named('host_window_new')).toHaveLength(1));
    expect(tabs.list).toHaveLength(1);
  });

  it('close at once when nothing is lost, and ask otherwise', async () => {
    await start();
    host.tellWindow({ kind: 'close', to: 'window-2' });
    host.tellWindow({ kind: 'close', to: 'main' });
    await vi.waitFor(() => expect(named('host_window_close')[0]?.args).toEqual({ how: 'quit' }));
    await connect('app-01');
    host.tellWindow({ kind: 'close', to: 'main' });
    await vi.waitFor(() => expect(windows.closing).toMatchObject({ sessions: 1, unsaved: 0 }));
    await vi.waitFor(() =>
      expect(named('host_window_close').at(-1)?.args).toEqual({ how: 'asking' }),
    );
    await windows.close('keep');
    expect(named('host_window_close').at(-1)?.args).toEqual({ how: 'keep' });
    expect(windows.closing).toBeNull();
  });

  it('close as was answered once and for all, and ask about what that said nothing of', async () => {
    await start();
    await connect('app-01');
    const close = async () => {
      const before = named('host_window_close').length;
      host.tellWindow({ kind: 'close', to: 'main' });
      await vi.waitFor(() => expect(named('host_window_close').length).toBeGreaterThan(before));
      return named('host_window_close').at(-1)?.args;
    };
    expect(await close()).toEqual({ how: 'asking' });
    await windows.closeFromNow('quit');
    expect(named('host_window_close').at(-1)?.args).toEqual({ how: 'quit' });
    expect(host.settings.closing).toBe('end');
    expect(await close()).toEqual({ how: 'quit' });
    expect(windows.closing).toBeNull();

    await settings.update({ closing: 'keep' });
    expect(await close()).toEqual({ how: 'keep' });
    windows.canKeep = false;
    expect(await close()).toEqual({ how: 'asking' });
    windows.closing = null;
    windows.canKeep = true;
    // What is typed is in the window alone.
    windows.all = [{ label: 'window-2', number: 2, tabs: '', unsaved: 1 }];
    expect(await close()).toEqual({ how: 'asking' });
    windows.closing = null;
    await settings.update({ closing: 'ask' });
  });

  it('survive what is no layout', () => {
    expect(windowsIn('{')).toEqual([]);
    expect(windowsIn('{"version":1,"tabs":[],"windows":[1,null,{"version":9}]}')).toEqual([]);
    expect(withWindows('{"version":1,"active":0,"tabs":[]}', ['nonsense'])).toBe(
      '{"version":1,"active":0,"tabs":[]}',
    );
  });
});
