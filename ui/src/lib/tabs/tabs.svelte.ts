/**
 * The open tabs: opening, closing, moving, splitting, and keeping them for the next start.
 *
 * The rules about panes are in `model.ts`, the kept form in `layout.ts`, what closing asks in
 * `CloseDialog.svelte`.
 */

import { folderOf } from '$lib/files/folders.svelte';
import { asApiError, call, type SessionId, type SessionInfo } from '$lib/host';
import { editorKey, openEditors } from '$lib/machines/open-editors.svelte';
import { notices } from '$lib/frame/notices.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { settings } from '$lib/settings/settings.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { windows } from '$lib/windows/windows.svelte';
import { untrack } from 'svelte';
import { fits } from './arrange';
import { Keeping } from './keeping';
import { keepLayout, restoreLayout, sessionsIn, windowsIn, withWindows } from './layout';
import {
  findPane,
  makePane,
  makeTab,
  MOST_PANES,
  moved,
  neighbour,
  nudge,
  panes,
  removePane,
  resizeSplit,
  showIn,
  splitPane,
  tidy,
  type KeptTarget,
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

const REMEMBERED = 20;
/** Percent that an edge moves with one press of a key. */
const RESIZE_BY = 5;

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
  #keeping: Keeping | null = null;
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
  /** All panes, of all tabs. */
  readonly panes: readonly PaneLeaf[] = $derived(this.#tabs.flatMap((tab) => panes(tab.root)));
  /** The sessions that are shown in this window. */
  readonly sessionIds: ReadonlySet<SessionId> = $derived(
    new Set(this.panes.flatMap(({ spec }) => (spec.kind === 'session' ? [spec.sessionId] : []))),
  );
  /** Editors with changes that are not saved. */
  readonly unsaved = $derived(
    this.panes.filter((pane) => pane.spec.kind === 'editor' && isBusy(pane)).length,
  );

  /** Restores the tabs when the vault is opened and keeps them from then on. */
  start(): () => void {
    return $effect.root(() => {
      $effect(() => {
        const path = vault.unlocked ? (vault.status?.path ?? null) : null;
        if (path !== null && path !== this.#vault) untrack(() => void this.#restore(path));
      });
      $effect(() => {
        const layout = this.#kept(this.#tabs, this.active);
        const others = windows.others.map((other) => other.tabs);
        const { unsaved } = this;
        if (vault.unlocked && this.ready) untrack(() => this.#save(layout, others, unsaved));
      });
    });
  }

  /** Opens a tab in front, or brings the one to the front that shows this already. */
  open(spec: TabSpec): string {
    const shown = this.#find((pane) => sameSpec(pane.spec, spec));
    if (shown) {
      this.focusPane(shown.pane.id);
      // The page that is there goes to the section that is asked for.
      const goes = spec.kind === 'guests' && spec.guest !== undefined;
      if (goes || spec.kind === 'settings' || spec.kind === 'workspace')
        this.show(shown.pane.id, spec);
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

  /** Changes how panes and tabs lie to each other; the keyboard goes to a pane of it. */
  arrange(how: (tabs: readonly Tab[]) => readonly Tab[], focus?: string): void {
    const before = this.#tabs.findIndex((tab) => tab.id === this.active);
    const changed = how(this.#tabs);
    if (changed === this.#tabs) {
      notices.say(`A tab holds ${MOST_PANES} panes at most.`);
      return;
    }
    this.#tabs = changed;
    if (focus !== undefined) this.focusPane(focus);
    else this.#frontAfter(before);
  }

  /** Adds tabs that were made elsewhere, behind the one in front. */
  add(added: readonly Tab[], front = true): void {
    const at = this.#tabs.findIndex((tab) => tab.id === this.active);
    this.#tabs = this.#tabs.toSpliced(at < 0 ? this.#tabs.length : at + 1, 0, ...added);
    const [first] = added;
    if (first && (front || this.active === null)) this.activate(first.id);
  }

  /** Takes in tabs of another window, with the sessions they show. */
  async receive(json: string, front: boolean): Promise<void> {
    const { tabs } = await restoreLayout(json, (id, target) => this.#join(id, target));
    const shown = tabs.filter((tab) => !this.#isShown(tab));
    this.add(shown, front);
  }

  /** Lets go of a tab that another window shows from now on: what is in it goes on. */
  release(id: string): void {
    const before = this.#tabs.findIndex((tab) => tab.id === this.active);
    this.#tabs = this.#tabs.filter((tab) => tab.id !== id);
    this.#frontAfter(before);
  }

  /** A tab as another window takes it. */
  keptOf(id: string): string {
    const tab = this.#tabs.find((other) => other.id === id);
    return this.#kept(tab ? [tab] : [], id);
  }

  /** All tabs as they are kept. */
  get kept(): string {
    return this.#kept(this.#tabs, this.active);
  }

  /** All tabs as plain data. */
  get all(): readonly Tab[] {
    return this.#tabs;
  }

  /** The tab a pane is in. */
  tabOf(paneId: string): Tab | undefined {
    return this.#find((pane) => pane.id === paneId)?.tab;
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
    const found = this.#find((other) => other.id === paneId);
    if (!found) return;
    const { pane, tab } = found;
    if (!fits(tab.root, pane)) {
      notices.say(`A tab holds ${MOST_PANES} panes at most.`);
      return;
    }
    const target = pane.spec.kind === 'session' ? this.#targetOf(pane.spec.sessionId) : undefined;
    const sessionId = target ? await this.#connect(target) : null;
    if (target && sessionId === null) return;
    const added = makePane(sessionId === null ? { kind: 'start' } : { kind: 'session', sessionId });
    this.#changeShapes((root) => splitPane(root, paneId, side, added));
    this.focusPane(added.id);
  }

  /** Lets the pane with the keyboard fill its tab, or shows all panes again. */
  toggleZoom(): void {
    const { current } = this;
    if (current?.root.kind !== 'split') return;
    this.#change((tab) => (tab.id === current.id ? { ...tab, zoomed: !tab.zoomed } : tab));
    this.focusWanted += 1;
  }

  /** Moves an edge of the pane with the keyboard to a side; false if nothing can move. */
  resize(side: Side): boolean {
    const { current } = this;
    if (!current || current.zoomed) return false;
    const root = nudge(current.root, current.focused, side, RESIZE_BY);
    this.#changeRoots((other) => (other === current.root ? root : other));
    return root !== current.root;
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
    const { current } = this;
    const to = current && neighbour(current.root, current.focused, side);
    if (to === undefined) return false;
    // Whoever goes to another pane wants to see it.
    this.#change((tab) => (tab.id === current?.id ? { ...tab, zoomed: false } : tab));
    this.focusPane(to);
    return true;
  }

  resized(splitId: string, sizes: number[]): void {
    this.#changeRoots((root) => resizeSplit(root, splitId, sizes));
  }

  /** Another session took the place of one: its pane shows it. */
  replaceSession(id: SessionId, by: SessionId): void {
    for (const pane of this.panes)
      if (sessionOf(pane) === id) this.show(pane.id, { kind: 'session', sessionId: by });
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
      if (!root) return [];
      return [{ ...tab, root: tidy(root), focused: keepFocus(root, tab.focused), zoomed: false }];
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
    const another = this.#vault !== null;
    if (another && !windows.isMain) {
      // What this window shows is of the vault that was open before.
      await windows.close('drop');
      return;
    }
    if (another) {
      this.#tabs = [];
      this.active = null;
    }
    this.#vault = path;
    this.ready = false;
    this.#closed = [];
    this.#keeping?.stop();
    this.#keeping = new Keeping((json) => this.#write(path, json));
    const read = await this.#read(path);
    // Whether they are wanted is a setting, which may still be on its way.
    await settings.loaded();
    if (this.#vault !== path || read === null) return;
    const { saved, known } = read;
    const json = windows.isMain ? saved : windows.ownTabs;
    const wait = windows.isMain && windows.others.length === 0 && settings.app.restoreTabs;
    const apart = wait ? windowsIn(saved) : [];
    const { tabs, active } = await restoreLayout(json, (id, target) =>
      // Tabs that come from another window are wanted, whatever is restored at the start.
      this.#join(id, target, settings.app.restoreTabs || !windows.isMain),
    );
    if (this.#vault !== path) return;
    const wanted = settings.app.restoreTabs || !windows.isMain ? tabs : tabs.filter(hasSession);
    if (windows.isMain) {
      const elsewhere = new Set([
        ...[...apart, ...windows.others.map((other) => other.tabs)].flatMap(sessionsIn),
        ...wanted.flatMap((tab) => panes(tab.root)).map(sessionOf),
        // Something may have been opened while the old tabs came back.
        ...this.panes.map(sessionOf),
      ]);
      // Tunnels have no tab of their session: their page is that of the machine.
      for (const { id, target } of known.filter(isRunning))
        if (target.kind !== 'tunnels' && !elsewhere.has(id))
          wanted.push(makeTab({ kind: 'session', sessionId: id }));
    }
    this.#tabs = [...wanted, ...this.#tabs];
    this.active ??= (wanted.find((tab) => tab.id === active) ?? wanted[0])?.id ?? null;
    this.focusWanted += 1;
    this.ready = true;
    for (const other of apart) await windows.open(other);
  }

  /** What was kept and what runs; null if it cannot be read, and then it is tried again once the vault is open anew. */
  async #read(path: string): Promise<{ saved: string; known: SessionInfo[] } | null> {
    try {
      const [{ json }, known] = await Promise.all([
        call('layout_get'),
        sessions.load(),
        windows.load(),
      ]);
      return { saved: json, known };
    } catch (problem) {
      if (this.#vault === path) this.#vault = null;
      // Behind the lock screen nothing need be said.
      if (vault.unlocked) notices.problem(asApiError(problem));
      return null;
    }
  }

  /**
   * The session that is kept, if it is still there; a new one to the same otherwise. One that cannot be opened now, as
   * when the vault was locked again meanwhile, waits in its place: left out, it would be gone from what is kept, too.
   */
  async #join(
    id: SessionId,
    target: KeptTarget,
    connect = true,
  ): Promise<SessionId | TabSpec | null> {
    if (sessions.get(id)) return this.sessionIds.has(id) ? null : id;
    if (!connect) return null;
    try {
      return (await sessions.begin(target)).id;
    } catch (problem) {
      const error = asApiError(problem);
      if (error.code !== 'notFound') return { kind: 'queued', target };
      notices.problem(error);
      return null;
    }
  }

  #isShown(tab: Tab): boolean {
    return panes(tab.root).some(
      ({ spec }) => spec.kind === 'session' && this.sessionIds.has(spec.sessionId),
    );
  }

  /** Keeps the tabs now, before the window goes. */
  async flush(): Promise<void> {
    await this.#keeping?.flush();
  }

  #save(json: string, others: readonly string[], unsaved: number): void {
    windows.tell(json, unsaved);
    // The main window keeps what all of them show.
    if (windows.isMain) this.#keeping?.want(withWindows(json, others));
  }

  /** Whether they are in the vault they belong to. */
  async #write(path: string, json: string): Promise<boolean> {
    if (!vault.unlocked || vault.status?.path !== path) return false;
    try {
      await call('layout_set', { layout: { json } });
      return true;
    } catch {
      return false;
    }
  }

  #kept(tabs: readonly Tab[], active: string | null): string {
    return keepLayout(tabs, active, (id) => this.#targetOf(id));
  }

  #targetOf(id: SessionId): KeptTarget | undefined {
    const target = sessions.get(id)?.target;
    if (target?.kind === 'tunnels') return undefined;
    if (target?.kind === 'serialOverLan') return { ...target, endStale: false };
    if (target?.kind === 'conserver') return { ...target, force: false };
    if (target?.kind !== 'files') return target;
    const folder = folderOf(id);
    return folder === undefined ? target : { ...target, folder };
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

  /** The same for what shows every pane again. */
  #changeShapes(how: (root: Tab['root']) => Tab['root']): void {
    this.#change((tab) => {
      const root = how(tab.root);
      return root === tab.root ? tab : { ...tab, root: tidy(root), zoomed: false };
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

function sessionOf({ spec }: PaneLeaf): string {
  return spec.kind === 'session' ? spec.sessionId : '';
}

function sameSpec(a: TabSpec, b: TabSpec): boolean {
  if (a.kind === 'session' && b.kind === 'session') return a.sessionId === b.sessionId;
  if (a.kind === 'editor' && b.kind === 'editor') return editorKey(a) === editorKey(b);
  if ('entry' in a && 'entry' in b) return a.kind === b.kind && a.entry === b.entry;
  if (a.kind === 'run' && b.kind === 'run') return a.runId === b.runId;
  if (a.kind === 'workspace' && b.kind === 'workspace') return a.id === b.id;
  return (
    a.kind === b.kind &&
    a.kind !== 'start' &&
    a.kind !== 'session' &&
    a.kind !== 'editor' &&
    a.kind !== 'queued'
  );
}

export const tabs = new TabsState();
