/**
 * The form in which open tabs are kept between runs: JSON that is sealed in the vault.
 *
 * A session is kept as what it was opened to, with its id, so that one that still runs is joined
 * again and one that does not is opened anew. What is read is checked piece by piece: a layout of
 * another version, or a damaged one, restores what it can and never fails.
 */

import {
  freshId,
  makePane,
  MOST_PANES,
  panes,
  toPercent,
  type KeptTarget,
  type PaneNode,
  type Tab,
  type TabSpec,
} from './model';

/** A pane as it is kept. */
export type KeptPane =
  | { kind: 'session'; sessionId: string; target: KeptTarget; title?: string }
  | Exclude<TabSpec, { kind: 'session' | 'queued' }>;

type KeptNode =
  { pane: KeptPane } | { split: 'row' | 'column'; sizes: number[]; children: KeptNode[] };

interface KeptTab {
  name?: string;
  focused: number;
  zoomed?: true;
  root: KeptNode;
}

interface KeptLayout {
  version: 1;
  active: number;
  tabs: KeptTab[];
}

/** Beyond these the rest is left out: nobody has them, and a damaged file could. */
const MOST_TABS = 200;
const MOST_WINDOWS = 16;
const LONGEST_PATH = 4096;
/** As deep as that many panes can be nested. */
const DEEPEST = MOST_PANES;

/** The open tabs as JSON. `targetOf` says what a session was opened to; panes it does not know are left out. */
export function keepLayout(
  tabs: readonly Tab[],
  active: string | null,
  targetOf: (sessionId: string) => KeptTarget | undefined,
): string {
  const kept: KeptTab[] = [];
  let activeAt = 0;
  for (const tab of tabs) {
    const root = keepNode(tab.root, targetOf);
    if (!root) continue;
    if (tab.id === active) activeAt = kept.length;
    const focused = panes(tab.root).findIndex((pane) => pane.id === tab.focused);
    kept.push({
      ...(tab.name === null ? {} : { name: tab.name }),
      focused: Math.max(0, focused),
      ...(tab.zoomed ? { zoomed: true as const } : {}),
      root,
    });
  }
  const layout: KeptLayout = { version: 1, active: activeAt, tabs: kept.slice(0, MOST_TABS) };
  return JSON.stringify(layout);
}

function keepNode(
  node: PaneNode,
  targetOf: (sessionId: string) => KeptTarget | undefined,
): KeptNode | null {
  if (node.kind === 'pane') {
    // It goes on waiting as a session that is not open yet.
    if (node.spec.kind === 'queued')
      return { pane: { kind: 'session', sessionId: '', target: node.spec.target } };
    if (node.spec.kind !== 'session') return { pane: node.spec };
    const target = targetOf(node.spec.sessionId);
    return target ? { pane: { kind: 'session', sessionId: node.spec.sessionId, target } } : null;
  }
  const kept = node.children
    .map((child, index) => ({ child: keepNode(child, targetOf), size: node.sizes[index] ?? 0 }))
    .filter((part): part is { child: KeptNode; size: number } => part.child !== null);
  const [only] = kept;
  if (!only) return null;
  if (kept.length === 1) return only.child;
  return {
    split: node.direction,
    sizes: kept.map((part) => round(part.size)),
    children: kept.map((part) => part.child),
  };
}

/** Tabs read back, and which was in front. */
export interface RestoredLayout {
  tabs: Tab[];
  active: string | null;
}

/** Gives the session for a kept pane, or what the pane shows instead; `null` leaves the pane out. */
type SessionFor = (sessionId: string, target: KeptTarget) => Promise<string | TabSpec | null>;

/**
 * Reads a kept layout. `sessionFor` gives the session for a kept pane — one that still runs, or a new
 * one — or `null` if there is none, and then the pane is left out.
 */
export async function restoreLayout(json: string, sessionFor: SessionFor): Promise<RestoredLayout> {
  const kept = parseLayout(json);
  const tabs: Tab[] = [];
  let active: string | null = null;
  for (const [index, keptTab] of kept.tabs.entries()) {
    const root = await restoreNode(keptTab.root, sessionFor);
    if (!root) continue;
    const leaves = panes(root);
    const focused = (leaves[keptTab.focused] ?? leaves[0])?.id ?? '';
    const zoomed = keptTab.zoomed === true && leaves.length > 1;
    const tab: Tab = { id: freshId('tab'), name: keptTab.name ?? null, root, focused, zoomed };
    tabs.push(tab);
    if (index === kept.active) active = tab.id;
  }
  return { tabs, active: active ?? tabs[0]?.id ?? null };
}

async function restoreNode(node: KeptNode, sessionFor: SessionFor): Promise<PaneNode | null> {
  if ('pane' in node) {
    if (node.pane.kind !== 'session') return makePane(node.pane);
    const spec = await sessionFor(node.pane.sessionId, node.pane.target);
    if (spec === null) return null;
    return makePane(typeof spec === 'string' ? { kind: 'session', sessionId: spec } : spec);
  }
  const children: PaneNode[] = [];
  const sizes: number[] = [];
  for (const [index, child] of node.children.entries()) {
    const restored = await restoreNode(child, sessionFor);
    if (!restored) continue;
    children.push(restored);
    sizes.push(node.sizes[index] ?? 0);
  }
  const [only] = children;
  if (!only) return null;
  if (children.length === 1) return only;
  return {
    kind: 'split',
    id: freshId('split'),
    direction: node.split,
    children,
    sizes: toPercent(sizes),
  };
}

/**
 * A kept layout to be opened under a name at any time: without live sessions and without pages that are no machine's,
 * and with the names of machines, which may be gone by then. `null` if nothing is left.
 */
export function toNamed(
  json: string,
  titleOf: (target: KeptTarget) => string,
): { json: string; panes: number } | null {
  let count = 0;
  const strip = (node: KeptNode): KeptNode | null => {
    if ('pane' in node) {
      if (node.pane.kind !== 'session') return null;
      count += 1;
      const { target } = node.pane;
      return { pane: { kind: 'session', sessionId: '', target, title: titleOf(target) } };
    }
    const kept = node.children
      .map((child, at) => ({ child: strip(child), size: node.sizes[at] ?? 0 }))
      .filter((part): part is { child: KeptNode; size: number } => part.child !== null);
    const [only, second] = kept;
    if (!only || !second) return only?.child ?? null;
    const sizes = toPercent(kept.map((part) => part.size)).map(round);
    return { split: node.split, sizes, children: kept.map((part) => part.child) };
  };
  const layout = parseLayout(json);
  const front = layout.tabs[layout.active];
  const kept = layout.tabs.flatMap((tab) => {
    const root = strip(tab.root);
    return root ? [{ from: tab, tab: { ...tab, root } }] : [];
  });
  if (kept.length === 0) return null;
  const active = Math.max(
    0,
    kept.findIndex(({ from }) => from === front),
  );
  const named: KeptLayout = { version: 1, active, tabs: kept.map(({ tab }) => tab) };
  return { json: JSON.stringify(named), panes: count };
}

/** A layout with those of other windows in it. */
export function withWindows(json: string, others: readonly string[]): string {
  const windows = others.map(parseLayout).filter(({ tabs }) => tabs.length > 0);
  return windows.length === 0 ? json : JSON.stringify({ ...parseLayout(json), windows });
}

/** The layouts of other windows in a layout. */
export function windowsIn(json: string): string[] {
  try {
    const raw: unknown = JSON.parse(json);
    const windows: unknown = isObject(raw) ? raw['windows'] : [];
    if (!Array.isArray(windows)) return [];
    return windows
      .slice(0, MOST_WINDOWS)
      .map((each) => parseLayout(JSON.stringify(each)))
      .filter(({ tabs }) => tabs.length > 0)
      .map((each) => JSON.stringify(each));
  } catch {
    return [];
  }
}

/** What the panes of a kept layout show. */
export function panesIn(json: string): KeptPane[] {
  const walk = (node: KeptNode): KeptPane[] =>
    'pane' in node ? [node.pane] : node.children.flatMap(walk);
  return parseLayout(json).tabs.flatMap((tab) => walk(tab.root));
}

/** The sessions that a kept layout shows. */
export function sessionsIn(json: string): string[] {
  return panesIn(json).flatMap((pane) => (pane.kind === 'session' ? [pane.sessionId] : []));
}

const NOTHING: KeptLayout = { version: 1, active: 0, tabs: [] };

/** Reads JSON into a layout, leaving out whatever is not one. */
export function parseLayout(json: string): KeptLayout {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    return NOTHING;
  }
  if (!isObject(raw) || raw['version'] !== 1 || !Array.isArray(raw['tabs'])) return NOTHING;
  const tabs = raw['tabs'].slice(0, MOST_TABS).map(parseTab);
  const active = wholeNumber(raw['active']);
  const kept = tabs.filter((tab): tab is KeptTab => tab !== null);
  const front = tabs[active];
  return { version: 1, active: front ? Math.max(0, kept.indexOf(front)) : 0, tabs: kept };
}

function parseTab(raw: unknown): KeptTab | null {
  if (!isObject(raw)) return null;
  const root = parseNode(raw['root'], { left: MOST_PANES }, 0);
  if (!root) return null;
  const name =
    typeof raw['name'] === 'string' && raw['name'] !== ''
      ? { name: raw['name'].slice(0, 200) }
      : {};
  const zoomed = raw['zoomed'] === true ? { zoomed: true as const } : {};
  return { ...name, focused: wholeNumber(raw['focused']), ...zoomed, root };
}

function parseNode(raw: unknown, budget: { left: number }, depth: number): KeptNode | null {
  if (!isObject(raw) || depth > DEEPEST) return null;
  if ('pane' in raw) {
    if (budget.left <= 0) return null;
    const pane = parsePane(raw['pane']);
    if (!pane) return null;
    budget.left -= 1;
    return { pane };
  }
  const direction = raw['split'];
  if ((direction !== 'row' && direction !== 'column') || !Array.isArray(raw['children']))
    return null;
  const rawSizes: unknown[] = Array.isArray(raw['sizes']) ? raw['sizes'] : [];
  const children: KeptNode[] = [];
  const sizes: number[] = [];
  raw['children'].forEach((child: unknown, index) => {
    const node = parseNode(child, budget, depth + 1);
    if (!node) return;
    children.push(node);
    const size = rawSizes[index];
    sizes.push(typeof size === 'number' ? size : 0);
  });
  const [only] = children;
  if (!only) return null;
  return children.length === 1 ? only : { split: direction, sizes: toPercent(sizes), children };
}

function parsePane(raw: unknown): KeptPane | null {
  if (!isObject(raw)) return null;
  switch (raw['kind']) {
    case 'session': {
      const target = parseTarget(raw['target']);
      const title = text(raw['title']);
      const named = title === undefined ? {} : { title };
      return (
        target && { kind: 'session', sessionId: text(raw['sessionId']) ?? '', target, ...named }
      );
    }
    case 'editor': {
      const nodeId = text(raw['nodeId']);
      // A new entry that was not saved has nothing to come back to.
      return nodeId === undefined
        ? null
        : { kind: 'editor', nodeId, folder: raw['folder'] === true };
    }
    case 'settings': {
      const section = text(raw['section']);
      return section === undefined ? { kind: 'settings' } : { kind: 'settings', section };
    }
    case 'run': {
      const runId = text(raw['runId']);
      return runId === undefined ? { kind: 'run' } : { kind: 'run', runId };
    }
    case 'power':
    case 'tunnels': {
      const entry = text(raw['entry']);
      return entry === undefined ? null : { kind: raw['kind'], entry };
    }
    // The guest that was shown is not kept.
    case 'guests':
    case 'ports':
    case 'outlets':
    case 'consoles': {
      const entry = text(raw['entry']);
      return entry === undefined ? null : { kind: raw['kind'], entry };
    }
    case 'workspace': {
      const id = text(raw['id']);
      const section = text(raw['section']);
      return id === undefined
        ? null
        : { kind: 'workspace', id, ...(section === undefined ? {} : { section }) };
    }
    case 'identities':
    case 'people':
    case 'recordings':
    case 'desktops':
    case 'snippets':
    case 'fleet':
    case 'import':
    case 'start':
      return { kind: raw['kind'] };
    default:
      return null;
  }
}

function parseTarget(raw: unknown): KeptTarget | null {
  if (!isObject(raw)) return null;
  if (raw['kind'] === 'localShell') return { kind: 'localShell' };
  const id = text(raw['id']);
  const { kind } = raw;
  if (kind === 'entry' && id !== undefined) return { kind, id };
  if (id === undefined) return null;
  switch (kind) {
    case 'files': {
      const folder = text(raw['folder'], LONGEST_PATH);
      return folder === undefined ? { kind, id } : { kind, id, folder };
    }
    case 'serialOverLan': {
      const way = text(raw['way']);
      return way === undefined ? null : { kind, id, way, endStale: false };
    }
    case 'conserver': {
      const way = text(raw['way']);
      return way === undefined ? null : { kind, id, way, force: false };
    }
    case 'guest': {
      const guest = wholeNumber(raw['guest']);
      return guest === 0 ? null : { kind, id, guest, screen: raw['screen'] === true };
    }
    case 'nodeShell': {
      const node = text(raw['node']);
      return node === undefined ? null : { kind, id, node };
    }
    default:
      return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, most = 200): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= most ? value : undefined;
}

function wholeNumber(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}

function round(size: number): number {
  return Math.round(size * 100) / 100;
}
