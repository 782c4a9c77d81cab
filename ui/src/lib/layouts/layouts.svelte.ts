/**
 * Named layouts: tabs and splits saved under a name, and opening many machines at once.
 *
 * What is opened is added to the tabs there are, as panes that wait for their turn (`queue.svelte.ts`).
 */

import { attempt, notices } from '$lib/frame/notices.svelte';
import { call, onEvent, type NamedLayout, type NodeId } from '$lib/host';
import { tile } from '$lib/tabs/arrange';
import { panesIn, parseLayout, restoreLayout, toNamed, type KeptPane } from '$lib/tabs/layout';
import { makePane, makeTab, MOST_PANES, panes, type KeptTarget, type Tab } from '$lib/tabs/model';
import { tabs } from '$lib/tabs/tabs.svelte';
import { targetTitle } from '$lib/tabs/titles';
import { machinesIn } from '$lib/tree/model';
import { tree } from '$lib/tree/tree.svelte';

/** More sessions than this are asked about first. */
export const ASK_ABOVE = 10;

type Question =
  | { kind: 'open' }
  | { kind: 'save' }
  | { kind: 'rename'; layout: NamedLayout }
  | { kind: 'many'; what: string; count: number; go: () => void };

class LayoutsState {
  list = $state.raw<readonly NamedLayout[]>([]);
  /** What floats over the window. */
  question = $state.raw<Question | null>(null);

  /** Follows the vault's layouts; call once it is open. The returned function stops and forgets them. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'layouts') void this.#load();
    });
    void this.#load();
    return () => {
      unlisten();
      this.list = [];
      this.question = null;
    };
  }

  /** The open tabs as a layout, or null if they show no machine. */
  get open(): { json: string; panes: number } | null {
    return toNamed(tabs.kept, targetTitle);
  }

  get canSave(): boolean {
    return tabs.panes.some(({ spec }) => spec.kind === 'session' || spec.kind === 'queued');
  }

  called(name: string): NamedLayout | undefined {
    const wanted = name.trim().toLowerCase();
    return this.list.find((layout) => layout.name.toLowerCase() === wanted);
  }

  /** Saves the open tabs under a name, over the one that has it; throws what is wrong. */
  async save(name: string): Promise<void> {
    const { open } = this;
    if (!open) return;
    await call('layout_save', { id: this.called(name)?.id ?? null, name, json: open.json });
  }

  async rename({ id, json }: NamedLayout, name: string): Promise<void> {
    await call('layout_save', { id, name, json });
  }

  /** Puts the open tabs in the place of a layout's; can be taken back. */
  async overwrite({ id, name, json }: NamedLayout): Promise<void> {
    const { open } = this;
    if (!open) return;
    await call('layout_save', { id, name, json: open.json });
    notices.undo(`“${name}” now holds the open tabs.`, () =>
      call('layout_save', { id, name, json }),
    );
  }

  /** Deletes a layout; can be taken back. */
  async delete({ id, name, json }: NamedLayout): Promise<void> {
    await call('layout_delete', { id });
    notices.undo(`The layout “${name}” is deleted.`, () =>
      call('layout_save', { id: null, name, json }),
    );
  }

  /** Opens a layout beside what is open; asks first if it is very much. */
  async bring(layout: NamedLayout): Promise<void> {
    this.question = null;
    const wanted = panesIn(layout.json);
    const gone = wanted.filter(isGone);
    const { tabs: added, active } = await restoreLayout(layout.json, (_, target) =>
      Promise.resolve(isGone({ kind: 'session', sessionId: '', target }) ? null : queued(target)),
    );
    if (added.length === 0) {
      notices.say(`Nothing of “${layout.name}” is there any more.`, {
        kind: 'danger',
        detail: `Its machines were deleted: ${namesOf(gone)}.`,
      });
      return;
    }
    this.#openMany(`“${layout.name}”`, added, active, () => {
      if (gone.length === 0) return;
      const these = gone.length === 1 ? 'A machine' : `${gone.length} machines`;
      const are = gone.length === 1 ? 'is' : 'are';
      notices.say(`${these} of “${layout.name}” ${are} gone: the rest is open.`, {
        detail: namesOf(gone),
      });
    });
  }

  /** Opens every machine in and among these nodes, each in a tab or side by side in as few tabs as hold them. */
  openAll(ids: readonly NodeId[], how: 'tabs' | 'tiled'): void {
    const machines = machinesIn(tree.shape, ids);
    const [only] = ids;
    const name = ids.length === 1 ? (tree.byId(only)?.name ?? null) : null;
    const specs = machines.map((id) => queued({ kind: 'entry', id }));
    const added = how === 'tabs' ? specs.map(makeTab) : tiled(specs.map(makePane), name);
    this.#openMany(name ?? 'the selection', added, added[0]?.id ?? null);
  }

  #openMany(
    what: string,
    added: readonly Tab[],
    active: string | null,
    done: () => void = () => undefined,
  ): void {
    const count = added.reduce((sum, tab) => sum + panes(tab.root).length, 0);
    const go = (): void => {
      tabs.add(added);
      if (active !== null) tabs.activate(active);
      done();
    };
    if (count > ASK_ABOVE) this.question = { kind: 'many', what, count, go };
    else if (count > 0) go();
  }

  async #load(): Promise<void> {
    const list = await attempt(() => call('layout_list'));
    if (list) this.list = list;
  }
}

/** "3 tabs, 7 sessions". */
export function contents(json: string): string {
  const count = (many: number, what: string) => `${many} ${what}${many === 1 ? '' : 's'}`;
  return `${count(parseLayout(json).tabs.length, 'tab')}, ${count(panesIn(json).length, 'session')}`;
}

const queued = (target: KeptTarget) => ({ kind: 'queued', target }) as const;

function tiled(leaves: ReturnType<typeof makePane>[], name: string | null): Tab[] {
  const made: Tab[] = [];
  for (let at = 0; at < leaves.length; at += MOST_PANES) {
    const part = leaves.slice(at, at + MOST_PANES);
    const [first] = part;
    const root = tile(part);
    if (root && first)
      made.push({ ...makeTab(first.spec), name, root, focused: first.id, zoomed: false });
  }
  return made;
}

function isGone(pane: KeptPane): boolean {
  if (pane.kind !== 'session' || pane.target.kind === 'localShell') return false;
  return tree.byId(pane.target.id) === undefined;
}

function namesOf(gone: readonly KeptPane[]): string {
  const names = gone.map((pane) => (pane.kind === 'session' ? (pane.title ?? 'a machine') : ''));
  return [...new Set(names)].join(', ');
}

export const layouts = new LayoutsState();
