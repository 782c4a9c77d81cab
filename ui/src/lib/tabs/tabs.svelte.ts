/**
 * The open tabs: opening, closing, moving, splitting, and keeping them for the next start.
 *
 * The rules about panes are in `model.ts`, the kept form in `layout.ts`, what closing asks in
 * `CloseDialog.svelte`.
 */

import { call, type SessionId } from '$lib/host';
import { editorKey, openEditors } from '$lib/machines/open-editors.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { settings } from '$lib/settings/settings.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { untrack } from 'svelte';
import { keepLayout, restoreLayout, type KeptTarget } from './layout';
import {
  findPane,
  makePane,
  makeTab,
  moved,
  neighbour,
  panes,
  removePane,
  resizeSplit,
  showIn,
  splitPane,
  type PaneLeaf,
  type Side,
  type Tab,
  type TabSpec,
} from './model';
import { tabTitle } from './titles';

export type { TabSpec } from './model';

/** A tab as lists show it. */
export interface OpenTab extends Tab {
  title: string;
  /** What the pane with the keyboard shows. */
  spec: TabSpec;
}

const SAVE_AFTER_MS = 500;
const REMEMBERED = 20;

class TabsState {
  /** The tab in front. */
  active = $state<string | null>(null);
  /** The tab whose name is being edited. */
  renaming = $state<string | null>(null);
  /** Tabs a person wants closed, while they are asked about it. */
  closing = $state.raw<readonly PaneLeaf[] | null>(null);

  /** The tabs of the last time are back: from here on changes are kept. */
  ready = $state(false);

  #tabs = $state.raw<readonly Tab[]>([]);
  #closed = $state.raw<readonly string[]>([]);
  /** The vault whose tabs these are. */
  #vault: string | null = null;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counts up when the keyboard should go into the pane in front. */
  focusWanted = $state(0);

  readonly list: readonly OpenTab[] = $derived(
    this.#tabs.map((tab) => ({
      ...tab,
      title: tabTitle(tab),
      spec: findPane(tab.root, tab.focused)?.spec ?? { kind: 'start' },
    })),
  );
  readonly current: OpenTab | undefined = $derived(this.list.find((tab) => tab.id === this.active));
  readonly canReopen = $derived(this.#closed.length > 0);

  /** Restores the tabs when the vault is opened and keeps them from then on. */
  start(): () => void {
    return $effect.root(() => {
      $effect(() => {
        const path = vault.unlocked ? (vault.status?.path ?? null) : null;
        if (path !== null && path !== this.#vault) untrack(() => void this.#restore(path));
      });
      $effect(() => {
        const layout = this.#kept(this.#tabs, this.active);
        if (vault.unlocked && this.ready) untrack(() => this.#save(layout));
      });
    });
  }

  /** Opens a tab in front, or brings the one to the front that shows this already. */
  open(spec: TabSpec): string {
    const shown = this.#find((pane) => sameSpec(pane.spec, spec));
    if (shown) {
      this.focusPane(shown.pane.id);
      if (spec.kind === 'settings') this.show(shown.pane.id, spec);
      return shown.tab.id;
    }
    const tab = makeTab(spec);
    const at = this.#tabs.findIndex((other) => other.id === this.active);
    this.#tabs = this.#tabs.toSpliced(at < 0 ? this.#tabs.length : at + 1, 0, tab);
    this.activate(tab.id);
    return tab.id;
  }

  /** Changes what a pane shows: a new tab becomes a session. */
  show(paneId: string, spec: TabSpec): void {
    this.#changeRoots((root) => showIn(root, paneId, spec));
  }

  activate(id: string): void {
    this.active = id;
    this.focusWanted += 1;
  }

  /** The tab so many places to the right; around the ends. */
  step(by: number): void {
    const at = this.list.findIndex((tab) => tab.id === this.active);
    const tab = this.list.at((at + by) % Math.max(1, this.list.length));
    if (tab) this.activate(tab.id);
  }

  /** The tab at a place, from 0; beyond the end the last. */
  activateAt(index: number): void {
    const tab = this.list[index] ?? this.list.at(-1);
    if (tab) this.activate(tab.id);
  }

  /** Closes a tab; asks first if something in it is still going on. */
  close(id: string): void {
    this.#ask(this.#panesOf((tab) => tab.id === id));
  }

  closeOthers(id: string): void {
    this.#ask(this.#panesOf((tab) => tab.id !== id));
  }

  closeToTheRight(id: string): void {
    const at = this.#tabs.findIndex((tab) => tab.id === id);
    this.#ask(this.#panesOf((_, index) => at >= 0 && index > at));
  }

  /** Closes one pane of a split; the tab, if it is its only one. */
  closePane(paneId: string): void {
    this.#ask(this.#panesOf(() => true).filter((pane) => pane.id === paneId));
  }

  /** Closes what the person was asked about. */
  confirmClose(): void {
    const leaving = this.closing ?? [];
    this.closing = null;
    this.#remove(leaving);
  }

  /** Opens the tab that was closed last, with new sessions to the same machines. */
  async reopen(): Promise<void> {
    const [last, ...others] = this.#closed;
    if (last === undefined) return;
    this.#closed = others;
    const { tabs } = await restoreLayout(last, (_, target) => this.#connect(target));
    this.#tabs = [...this.#tabs, ...tabs];
    const tab = tabs.at(-1);
    if (tab) this.activate(tab.id);
  }

  /** The same once more: sessions are opened anew to the same machines. */
  async duplicate(id: string): Promise<void> {
    const original = this.#tabs.find((tab) => tab.id === id);
    if (!original) return;
    const { tabs } = await restoreLayout(this.#kept([original], id), (_, target) =>
      this.#connect(target),
    );
    const at = this.#tabs.findIndex((tab) => tab.id === id);
    this.#tabs = this.#tabs.toSpliced(at + 1, 0, ...tabs);
    const [copy] = tabs;
    if (copy) this.activate(copy.id);
  }

  /** An empty name gives the tab back the name of what it shows. */
  rename(id: string, name: string): void {
    const trimmed = name.trim().slice(0, 200);
    this.#change((tab) =>
      tab.id === id ? { ...tab, name: trimmed === '' ? null : trimmed } : tab,
    );
    this.renaming = null;
  }

  move(id: string, to: number): void {
    const from = this.#tabs.findIndex((tab) => tab.id === id);
    if (from >= 0) this.#tabs = moved(this.#tabs, from, to);
  }

  /** Splits a pane: what is new connects to the same machine, or is a new tab's page. */
  async split(paneId: string, side: Side): Promise<void> {
    const pane = this.#find((other) => other.id === paneId)?.pane;
    if (!pane) return;
    const target = pane.spec.kind === 'session' ? this.#targetOf(pane.spec.sessionId) : undefined;
    const sessionId = target ? await this.#connect(target) : null;
    if (target && sessionId === null) return;
    const added = makePane(sessionId === null ? { kind: 'start' } : { kind: 'session', sessionId });
    this.#changeRoots((root) => splitPane(root, paneId, side, added));
    this.focusPane(added.id);
  }

  /** Brings a pane to the front and gives it the keyboard. */
  focusPane(paneId: string): void {
    this.paneFocused(paneId);
    const found = this.#find((pane) => pane.id === paneId);
    if (found) this.activate(found.tab.id);
  }

  /** A pane got the keyboard. */
  paneFocused(paneId: string): void {
    const found = this.#find((pane) => pane.id === paneId);
    if (!found || found.tab.focused === paneId) return;
    this.#change((tab) => (tab.id === found.tab.id ? { ...tab, focused: paneId } : tab));
  }

  /** The keyboard to the pane next door; false if there is none. */
  focusSide(side: Side): boolean {
    const to = this.current && neighbour(this.current.root, this.current.focused, side);
    if (to !== undefined) this.focusPane(to);
    return to !== undefined;
  }

  resized(splitId: string, sizes: number[]): void {
    this.#changeRoots((root) => resizeSplit(root, splitId, sizes));
  }

  /** A session was closed elsewhere: its pane goes. */
  sessionGone(id: SessionId): void {
    const leaving = this.#panesOf(() => true).filter(
      ({ spec }) => spec.kind === 'session' && spec.sessionId === id,
    );
    this.#remove(leaving);
  }

  #ask(leaving: readonly PaneLeaf[]): void {
    if (leaving.some(isBusy)) this.closing = leaving;
    else this.#remove(leaving);
  }

  #remove(leaving: readonly PaneLeaf[]): void {
    const ids = new Set(leaving.map((pane) => pane.id));
    if (ids.size === 0) return;
    this.#remember(ids);
    const before = this.#tabs.findIndex((tab) => tab.id === this.active);
    this.#tabs = this.#tabs.flatMap((tab) => {
      let root: Tab['root'] | null = tab.root;
      for (const pane of panes(tab.root))
        if (ids.has(pane.id) && root) root = removePane(root, pane.id);
      if (root === tab.root) return [tab];
      return root ? [{ ...tab, root, focused: keepFocus(root, tab.focused) }] : [];
    });
    this.#frontAfter(before);
    for (const { spec } of leaving) letGo(spec);
  }

  /** What is in front after some closed: the same tab, or the one that moved into its place. */
  #frontAfter(before: number): void {
    const still = this.#tabs.some((tab) => tab.id === this.active);
    const next = still ? this.active : (this.#tabs[before] ?? this.#tabs.at(-1))?.id;
    this.active = next ?? null;
    this.focusWanted += 1;
  }

  #remember(ids: ReadonlySet<string>): void {
    const whole = this.#tabs.filter((tab) => panes(tab.root).every((pane) => ids.has(pane.id)));
    const kept = whole
      .filter((tab) => panes(tab.root).some((pane) => pane.spec.kind !== 'start'))
      .map((tab) => this.#kept([tab], tab.id));
    this.#closed = [...kept.reverse(), ...this.#closed].slice(0, REMEMBERED);
  }

  async #restore(path: string): Promise<void> {
    if (this.#vault !== null) {
      this.#tabs = [];
      this.active = null;
    }
    this.#vault = path;
    this.ready = false;
    this.#closed = [];
    const [{ json }, running] = await Promise.all([call('layout_get'), sessions.load()]);
    // Tunnels have no tab of their session: their page is that of the machine.
    let left = running
      .filter((session) => isRunning(session) && session.target.kind !== 'tunnels')
      .map((session) => session.id);
    if (this.#vault !== path) return;
    const { tabs, active } = await restoreLayout(json, async (id, target) => {
      if (left.includes(id)) {
        left = left.filter((other) => other !== id);
        return id;
      }
      return settings.app.restoreTabs ? this.#connect(target) : null;
    });
    if (this.#vault !== path) return;
    const wanted = settings.app.restoreTabs ? tabs : tabs.filter(hasSession);
    for (const id of left) wanted.push(makeTab({ kind: 'session', sessionId: id }));
    // Something may have been opened while the old tabs came back.
    this.#tabs = [...wanted, ...this.#tabs];
    this.active ??= (wanted.find((tab) => tab.id === active) ?? wanted[0])?.id ?? null;
    this.focusWanted += 1;
    this.ready = true;
  }

  #save(json: string): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => {
      // One that could not be kept is kept with the next change.
      if (vault.unlocked) void call('layout_set', { layout: { json } }).catch(() => undefined);
    }, SAVE_AFTER_MS);
  }

  #kept(tabs: readonly Tab[], active: string | null): string {
    return keepLayout(tabs, active, (id) => this.#targetOf(id));
  }

  #targetOf(id: SessionId): KeptTarget | undefined {
    const target = sessions.get(id)?.target;
    return target?.kind === 'tunnels' ? undefined : target;
  }

  async #connect(target: KeptTarget): Promise<SessionId | null> {
    return (await sessions.open(target))?.id ?? null;
  }

  #change(how: (tab: Tab) => Tab): void {
    const changed = this.#tabs.map(how);
    if (changed.some((tab, at) => tab !== this.#tabs[at])) this.#tabs = changed;
  }

  #changeRoots(how: (root: Tab['root']) => Tab['root']): void {
    this.#change((tab) => {
      const root = how(tab.root);
      return root === tab.root ? tab : { ...tab, root };
    });
  }

  #panesOf(which: (tab: Tab, index: number) => boolean): PaneLeaf[] {
    return this.#tabs.filter(which).flatMap((tab) => panes(tab.root));
  }

  #find(which: (pane: PaneLeaf) => boolean): { tab: Tab; pane: PaneLeaf } | undefined {
    for (const tab of this.#tabs) {
      const pane = panes(tab.root).find(which);
      if (pane) return { tab, pane };
    }
    return undefined;
  }
}

/** Whether closing a pane would end or lose something. */
export function isBusy({ spec }: PaneLeaf): boolean {
  if (spec.kind === 'session') return sessions.get(spec.sessionId)?.state.kind === 'open';
  return spec.kind === 'editor' && openEditors.dirty(editorKey(spec));
}

function letGo(spec: TabSpec): void {
  if (spec.kind === 'session' && sessions.get(spec.sessionId)) void sessions.close(spec.sessionId);
  if (spec.kind === 'editor') openEditors.forget(editorKey(spec));
}

function keepFocus(root: Tab['root'], focused: string): string {
  return (findPane(root, focused) ?? panes(root)[0])?.id ?? focused;
}

function isRunning({ state }: { state: { kind: string } }): boolean {
  return state.kind !== 'closed';
}

function hasSession(tab: Tab): boolean {
  return panes(tab.root).some((pane) => pane.spec.kind === 'session');
}

function sameSpec(a: TabSpec, b: TabSpec): boolean {
  if (a.kind === 'session' && b.kind === 'session') return a.sessionId === b.sessionId;
  if (a.kind === 'tunnels' && b.kind === 'tunnels') return a.entry === b.entry;
  if (a.kind === 'editor' && b.kind === 'editor') return editorKey(a) === editorKey(b);
  return a.kind === b.kind && a.kind !== 'start' && a.kind !== 'session' && a.kind !== 'editor';
}

export const tabs = new TabsState();
