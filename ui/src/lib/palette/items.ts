/** What the palette lists: machines, commands, snippets, settings and open tabs, each with what Enter does. */
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import SquareCode from '@lucide/svelte/icons/square-code';
import CornerDownRight from '@lucide/svelte/icons/corner-down-right';
import { actions, type Action } from '$lib/actions';
import type { IconComponent } from '$lib/components/Icon.svelte';
import { attempt } from '$lib/frame/notices.svelte';
import type { NodeId } from '$lib/host';
import { iconOf } from '$lib/machines/looks';
import { PROTOCOL_NAMES } from '$lib/machines/protocols';
import { sessions } from '$lib/sessions/sessions.svelte';
import { sectionTitle, settingsHere } from '$lib/settings/catalog';
import { runSnippet } from '$lib/snippets/run';
import { snippets } from '$lib/snippets/snippets.svelte';
import { tabIcon } from '$lib/tabs/signs';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { fuzzy, STRONG, type Match } from './fuzzy';
import type { MachineFinder } from './machines';

export type Scope = 'machines' | 'tabs' | 'actions' | 'snippets' | 'settings';

export interface Item {
  key: string;
  title: string;
  marks: [number, number][];
  detail: string;
  /** The detail is an address or a path of a machine. */
  mono?: boolean;
  /** What it is, at the end of the row. */
  trailing?: string;
  shortcut?: string;
  icon: IconComponent;
  /** A machine: has a status. */
  machine?: NodeId;
  run: () => unknown;
}

export interface Group {
  scope: Scope;
  title: string;
  items: Item[];
  /** How many there are beyond those listed. */
  more: number;
}

export const SCOPES: readonly { id: Scope | 'all'; title: string }[] = [
  { id: 'all', title: 'All' },
  { id: 'machines', title: 'Machines' },
  { id: 'actions', title: 'Commands' },
  { id: 'snippets', title: 'Snippets' },
  { id: 'settings', title: 'Settings' },
  { id: 'tabs', title: 'Open tabs' },
];

/** How many of each in "All", and in a group of its own. */
const FEW: Record<Scope, number> = { machines: 8, actions: 6, snippets: 4, settings: 4, tabs: 4 };
const MANY = 100;

type Ranked = { item: Item; score: number };

export function find(
  text: string,
  scope: Scope | 'all',
  finder: MachineFinder,
  recents: readonly NodeId[],
  lastRun: readonly string[] = [],
): Group[] {
  const typed = text.trim().toLowerCase();
  const most = (each: Scope) => (scope === 'all' ? FEW[each] : MANY);
  const wanted = (each: Scope) => scope === 'all' || scope === each;
  const made: (Group & { best: number })[] = [];
  const add = (each: Scope, title: string, ranked: Ranked[], total = ranked.length) => {
    const items = ranked.slice(0, most(each)).map(({ item }) => item);
    if (items.length)
      made.push({
        scope: each,
        title,
        items,
        more: total - items.length,
        best: ranked[0]?.score ?? 0,
      });
  };

  if (wanted('machines')) {
    if (typed) {
      const found = finder.find(typed, most('machines'));
      add(
        'machines',
        'Machines',
        found.map(({ row, score, marks }) => ({ item: machineItem(row, marks), score })),
        finder.count,
      );
    } else add('machines', 'Recent machines', recentItems(recents));
  }
  if (wanted('tabs'))
    add('tabs', 'Open tabs', rank(typed, tabItems(typed !== '' || scope === 'tabs')));
  if (wanted('actions')) add('actions', 'Commands', rank(typed, commands(lastRun)));
  if (wanted('snippets') && (typed || scope === 'snippets'))
    add('snippets', 'Snippets', rank(typed, snippetItems()));
  if (wanted('settings') && (typed || scope === 'settings'))
    add('settings', 'Settings', rank(typed, settingItems()));

  // Machines come first, unless their letters are only strewn about and something else is called just that.
  if (typed) made.sort((a, b) => Number(b.best >= STRONG) - Number(a.best >= STRONG));
  return made;
}

interface Candidate {
  item: Item;
  keywords?: string;
}

function rank(typed: string, candidates: Candidate[]): Ranked[] {
  if (!typed) return candidates.map(({ item }) => ({ item, score: 0 }));
  return candidates
    .flatMap(({ item, keywords = '' }): Ranked[] => {
      const match =
        fuzzy(item.title, item.title.toLowerCase(), typed) ??
        otherWords(`${item.detail} ${keywords}`, typed);
      return match ? [{ item: { ...item, marks: match.marks }, score: match.score }] : [];
    })
    .sort((a, b) => b.score - a.score);
}

function otherWords(text: string, typed: string): Match | null {
  return typed.length > 1 && text.toLowerCase().includes(typed) ? { score: 50, marks: [] } : null;
}

function machineItem(row: number, marks: [number, number][] = []): Item {
  const node = tree.at(row);
  return {
    key: node.id,
    title: node.name,
    marks,
    detail: [node.path.join(' / '), node.address === node.name ? '' : node.address]
      .filter(Boolean)
      .join(', '),
    trailing: PROTOCOL_NAMES[node.protocol],
    icon: iconOf(node.icon, false, node.protocol),
    machine: node.id,
    run: () => attempt(async () => sessions.connect(node.id)),
  };
}

function recentItems(recents: readonly NodeId[]): Ranked[] {
  return [...new Set(recents)].flatMap((id) => {
    const row = tree.shape.rowOf(id);
    return row === undefined ? [] : [{ item: machineItem(row), score: 0 }];
  });
}

/** The tab in front is no place to go to, but a name that may be looked for. */
function tabItems(all: boolean): Candidate[] {
  return tabs.list
    .filter((tab) => all || tab.id !== tabs.active)
    .map((tab) => ({
      item: {
        key: tab.id,
        title: tab.title,
        marks: [],
        detail: tab.id === tabs.active ? 'in front' : '',
        icon: tabIcon(tab),
        run: () => tabs.activate(tab.id),
      },
    }));
}

/** Tabs are listed by name, and the palette is open already. */
const isCommand = (action: Action) =>
  action.id !== 'palette.open' && !action.id.startsWith('tab.at.');

/** While nothing is typed: what was run last, then by group. */
const GROUPS = [
  'Files',
  'Tasks',
  'Session',
  'Tunnels',
  'Power',
  'Machines',
  'Tabs',
  'View',
  'Vault',
];

function commands(lastRun: readonly string[]): Candidate[] {
  const place = ({ id, group }: Action) => {
    const last = lastRun.indexOf(id);
    const known = GROUPS.indexOf(group);
    return last >= 0 ? last - lastRun.length : known >= 0 ? known : GROUPS.length;
  };
  return actions.available
    .filter(isCommand)
    .toSorted((a, b) => place(a) - place(b))
    .map(actionItem);
}

function actionItem(action: Action): Candidate {
  return {
    item: {
      key: action.id,
      title: action.title,
      marks: [],
      detail: action.detail?.() ?? '',
      trailing: action.shortcut ? undefined : action.group,
      shortcut: action.shortcut,
      icon: action.icon ?? CornerDownRight,
      run: () => action.run(),
    },
    keywords: `${action.keywords ?? ''} ${action.group}`,
  };
}

function snippetItems(): Candidate[] {
  return snippets.list.map((snippet) => ({
    item: {
      key: `snippet-${snippet.id}`,
      title: snippet.name,
      marks: [],
      detail: snippet.description || (snippet.body.split('\n')[0] ?? ''),
      icon: SquareCode,
      run: () => runSnippet(snippet),
    },
    keywords: snippet.body,
  }));
}

function settingItems(): Candidate[] {
  return settingsHere().map((setting) => ({
    item: {
      key: `setting-${setting.id}`,
      title: setting.title,
      marks: [],
      detail: sectionTitle(setting.section),
      icon: SlidersHorizontal,
      run: () => tabs.open({ kind: 'settings', section: setting.section }),
    },
    keywords: `${setting.words} ${setting.hint}`,
  }));
}
