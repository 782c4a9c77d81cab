import { describe, expect, it, vi } from 'vitest';
import { keepLayout, parseLayout, restoreLayout } from './layout';
import { makePane, makeTab, panes, splitPane, type KeptTarget, type Tab } from './model';

const targets: Record<string, KeptTarget> = {
  s1: { kind: 'entry', id: 'node-1' },
  s2: { kind: 'localShell' },
};
const targetOf = (id: string) => targets[id];

function tabs(): Tab[] {
  const first = makeTab({ kind: 'session', sessionId: 's1' });
  const second = makePane({ kind: 'session', sessionId: 's2' });
  return [
    {
      ...first,
      name: 'Deploy',
      root: splitPane(first.root, first.focused, 'right', second),
      focused: second.id,
    },
    makeTab({ kind: 'settings', section: 'terminal' }),
    makeTab({ kind: 'editor', nodeId: 'node-1' }),
  ];
}

describe('a layout', () => {
  it('comes back as it was kept, with the sessions that are given', async () => {
    const open = tabs();
    const json = keepLayout(open, open[1]!.id, targetOf);
    const sessionFor = vi.fn((id: string) => Promise.resolve(`${id}-again`));
    const back = await restoreLayout(json, sessionFor);
    expect(sessionFor.mock.calls).toEqual([
      ['s1', targets['s1']],
      ['s2', targets['s2']],
    ]);
    expect(back.tabs.map((tab) => tab.name)).toEqual(['Deploy', null, null]);
    expect(back.active).toBe(back.tabs[1]!.id);
    const leaves = panes(back.tabs[0]!.root);
    expect(leaves.map((leaf) => leaf.spec)).toEqual([
      { kind: 'session', sessionId: 's1-again' },
      { kind: 'session', sessionId: 's2-again' },
    ]);
    expect(back.tabs[0]!.focused).toBe(leaves[1]!.id);
    expect(back.tabs[0]!.root).toMatchObject({ direction: 'row', sizes: [50, 50] });
  });

  it('keeps ids of machines and sessions, and no names of them', () => {
    const json = keepLayout(tabs(), null, targetOf);
    expect(JSON.parse(json)).toMatchObject({ version: 1, active: 0 });
    expect(json).not.toContain('title');
  });

  it('brings the files of a machine back as files', async () => {
    const tab = makeTab({ kind: 'session', sessionId: 's' });
    const target: KeptTarget = { kind: 'files', id: 'node-1' };
    const sessionFor = vi.fn(() => Promise.resolve('s'));
    await restoreLayout(
      keepLayout([tab], tab.id, () => target),
      sessionFor,
    );
    expect(sessionFor).toHaveBeenCalledWith('s', target);
  });

  it('brings consoles and pages of power back, and ends nobody else’s console by that', async () => {
    const consoles: Record<string, KeptTarget> = {
      s1: { kind: 'serialOverLan', id: 'a', way: 'w', endStale: true },
      s2: { kind: 'guest', id: 'a', guest: 104, screen: true },
      s3: { kind: 'nodeShell', id: 'a', node: 'pve-01' },
    };
    const kept = [
      ...Object.keys(consoles).map((sessionId) => makeTab({ kind: 'session', sessionId })),
      makeTab({ kind: 'power', entry: 'a' }),
    ];
    const opened: KeptTarget[] = [];
    const back = await restoreLayout(
      keepLayout(kept, null, (id) => consoles[id]),
      (id, target) => {
        opened.push(target);
        return Promise.resolve(id);
      },
    );
    expect(opened).toEqual([
      { ...consoles['s1'], endStale: false },
      consoles['s2'],
      consoles['s3'],
    ]);
    expect(back.tabs.at(-1)?.root).toMatchObject({ spec: { kind: 'power', entry: 'a' } });
  });

  it('leaves out sessions that are unknown, and tabs that are then empty', () => {
    const gone = makeTab({ kind: 'session', sessionId: 'nobody' });
    expect(parseLayout(keepLayout([gone, ...tabs()], gone.id, targetOf)).tabs).toHaveLength(3);
  });

  it('leaves out what cannot be opened again, and closes the gap', async () => {
    const open = tabs();
    const back = await restoreLayout(keepLayout(open, open[0]!.id, targetOf), (id) =>
      Promise.resolve(id === 's1' ? null : id),
    );
    expect(back.tabs[0]!.root).toMatchObject({ kind: 'pane', spec: { sessionId: 's2' } });
  });
});

describe('a damaged layout', () => {
  it.each([
    ['not JSON', '{'],
    ['empty', ''],
    ['another version', '{"version":2,"tabs":[]}'],
    ['no object', '[]'],
    ['null', 'null'],
    ['tabs that are no list', '{"version":1,"tabs":{}}'],
    [
      'tabs that are no tabs',
      '{"version":1,"tabs":[1,null,"x",{},{"root":{"pane":{"kind":"evil"}}}]}',
    ],
    [
      'a session to nothing',
      '{"version":1,"tabs":[{"root":{"pane":{"kind":"session","sessionId":"s"}}}]}',
    ],
    ['an entry that was never saved', '{"version":1,"tabs":[{"root":{"pane":{"kind":"editor"}}}]}'],
  ])('restores nothing from %s', async (_, json) => {
    expect(await restoreLayout(json, () => Promise.resolve('x'))).toEqual({
      tabs: [],
      active: null,
    });
  });

  it('keeps the good parts of a bad one', () => {
    const json = JSON.stringify({
      version: 1,
      active: 7,
      tabs: [
        {
          focused: -3,
          root: { split: 'row', sizes: ['x', 1e999], children: [{ pane: { kind: 'start' } }, {}] },
        },
        { root: { split: 'diagonal', children: [] } },
      ],
    });
    expect(parseLayout(json)).toEqual({
      version: 1,
      active: 0,
      tabs: [{ focused: 0, root: { pane: { kind: 'start' } } }],
    });
  });

  it('does not follow endless nesting or thousands of panes', () => {
    let deep: object = { pane: { kind: 'start' } };
    for (let level = 0; level < 50; level += 1)
      deep = { split: 'row', children: [deep, { pane: { kind: 'start' } }] };
    const wide = {
      split: 'row',
      children: Array.from({ length: 999 }, () => ({ pane: { kind: 'start' } })),
    };
    const json = JSON.stringify({ version: 1, active: 0, tabs: [{ root: deep }, { root: wide }] });
    const parsed = parseLayout(json);
    expect(JSON.stringify(parsed.tabs[0]).length).toBeLessThan(2500);
    expect((parsed.tabs[1]!.root as { children: unknown[] }).children).toHaveLength(16);
  });
});
