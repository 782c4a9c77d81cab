/**
 * The tree of machines: its rows, what is on show, what is selected, and what can be done with that.
 *
 * Big things are `$state.raw` and replaced whole; a proxy over 100,000 rows would cost more than drawing them.
 */
import {
  asApiError,
  call,
  onEvent,
  type ApiError,
  type MovePlace,
  type NodeId,
  type Protocol,
} from '$lib/host';
import { protocolAt } from '$lib/machines/protocols';
import { filterRows, haystackOf, type Filter, type Haystack } from './filter';
import { graft, withLive, type Live, type LiveFolder, type LiveRow, type Shown } from './live';
import { above, NO_ROWS, shapeOf, tops, type TreeShape } from './model';
import { step } from './moves';
import { flipped, readIds, writeIds } from './opened';
import { extend, keep, NOTHING, only, toggle, type Selection } from './selection';
import { isOpen, visibleRows } from './visible';

/** A node, drawn together from its columns. */
export interface TreeNode {
  id: NodeId;
  name: string;
  address: string;
  tags: string[];
  icon: string;
  color: string;
  folder: boolean;
  /** How it is reached; SSH for a folder. */
  protocol: Protocol;
  depth: number;
  parent: NodeId | null;
  /** Names of the folders above, outermost first. */
  path: string[];
}

const CLOSED_KEY = 'patchbay.closed-folders';
const NO_FOLDERS: ReadonlyMap<NodeId, LiveFolder> = new Map();

class TreeState {
  rows = $state.raw(NO_ROWS);
  /** False until the rows have come for the first time. */
  loaded = $state(false);
  problem = $state.raw<ApiError | null>(null);
  /** What is typed into the search box. */
  filterText = $state('');
  selected = $state.raw<Selection>(NOTHING);
  /** The node whose name is being edited. */
  renaming = $state<NodeId | null>(null);
  /** Who knows what is in live folders. */
  source = $state.raw<Live | null>(null);

  #closed = $state.raw<ReadonlySet<NodeId>>(new Set());
  /** What was opened and closed under the present filter. */
  #toggled = $state.raw<ReadonlySet<NodeId>>(new Set());
  #haystack: Haystack | null = null;
  #loading: Promise<void> | null = null;
  #again = false;

  readonly shape: TreeShape = $derived(shapeOf(this.rows));
  /** Machines that are live folders. */
  readonly folders: ReadonlyMap<NodeId, LiveFolder> = $derived(
    this.source?.folders(this.filterText) ?? NO_FOLDERS,
  );
  readonly filter: Filter | null = $derived.by(() => {
    if (!this.filterText.trim()) return null;
    const filter = filterRows(this.#haystackFor(this.shape), this.filterText);
    return filter && this.folders.size > 0 ? withLive(this.shape, filter, this.folders) : filter;
  });
  readonly #shown: Shown = $derived(
    graft(
      this.shape,
      visibleRows(this.shape, this.filter ? this.#toggled : this.#closed, this.filter),
      this.folders,
    ),
  );
  /** The rows on show, as row numbers; below 0 are live rows, of which -1 is the first. */
  readonly visible: Int32Array = $derived(this.#shown.places);
  readonly #liveOf: ReadonlyMap<string, number> = $derived(
    new Map(this.#shown.live.map(({ id }, at) => [id, -1 - at])),
  );
  readonly empty = $derived(this.loaded && this.rows.ids.length === 0);
  /** Ids of the nodes that are selected; live rows are none. */
  readonly selection: NodeId[] = $derived(
    [...this.selected.ids].filter((id) => this.shape.rowOf(id) !== undefined),
  );
  /** Ids of selected machines, folders left out. */
  readonly selectedMachines: NodeId[] = $derived(
    this.selection.filter((id) => !this.rows.folders[this.shape.rowOf(id) ?? -1]),
  );
  /** Those of them that are reached over SSH: only they have files, commands and keys. */
  readonly selectedSsh: NodeId[] = $derived(
    this.selectedMachines.filter((id) => this.byId(id)?.protocol === 'ssh'),
  );

  /** Follows the tree; call once the vault is open. The returned function stops and forgets everything. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'tree' && event.revision !== this.rows.revision) void this.reload();
    });
    this.#closed = readIds(CLOSED_KEY);
    void this.reload();
    return () => {
      unlisten();
      this.rows = NO_ROWS;
      this.loaded = false;
      this.filterText = '';
      this.#haystack = null;
      this.selected = NOTHING;
      this.renaming = null;
      this.source = null;
    };
  }

  /** Loads the rows. Calls that come while one is under way are answered by one more. */
  reload(): Promise<void> {
    if (this.#loading) this.#again = true;
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(): Promise<void> {
    do {
      this.#again = false;
      try {
        const rows = await call('tree_load');
        const place = this.placeOf(this.selected.active);
        this.rows = rows;
        this.problem = null;
        this.#haystack = null;
        this.#keepSelected(place);
      } catch (problem) {
        this.problem = asApiError(problem);
      }
      this.loaded = true;
    } while (this.#again);
    // Ready before the first letter is typed, and not while the rows are being drawn.
    setTimeout(() => this.#haystackFor(this.shape), 200);
  }

  /** Forgets what is gone; if that was all, the row that moved into its place is next. */
  #keepSelected(place: number): void {
    this.selected = keep(
      this.selected,
      (id) => this.shape.rowOf(id) !== undefined || this.#liveOf.has(id),
    );
    const next = this.idAt(Math.min(place, this.visible.length - 1));
    if (place >= 0 && this.selected.active === null && next !== null) this.selected = only(next);
  }

  #haystackFor(shape: TreeShape): Haystack {
    if (this.#haystack?.shape !== shape) this.#haystack = haystackOf(shape);
    return this.#haystack;
  }

  byId(id: NodeId | null | undefined): TreeNode | undefined {
    if (id === null || id === undefined) return undefined;
    const row = this.shape.rowOf(id);
    return row === undefined ? undefined : this.at(row);
  }

  at(row: number): TreeNode {
    const { rows, parent } = this.shape;
    const inFolder = parent[row] ?? -1;
    return {
      id: rows.ids[row] ?? '',
      name: rows.names[row] ?? '',
      address: rows.addresses[row] ?? '',
      tags: (rows.tags[row] ?? '').split(' ').filter(Boolean),
      icon: rows.icons[row] ?? '',
      color: rows.colors[row] ?? '',
      folder: rows.folders[row] === 1,
      protocol: protocolAt(rows.protocols[row]),
      depth: rows.depths[row] ?? 0,
      parent: inFolder < 0 ? null : (rows.ids[inFolder] ?? null),
      path: above(this.shape, row).map((each) => rows.names[each] ?? ''),
    };
  }

  /** Place on show of a node or a live row, or -1. */
  placeOf(id: string | null): number {
    const row = id === null ? undefined : (this.shape.rowOf(id) ?? this.#liveOf.get(id));
    return row === undefined ? -1 : this.visible.indexOf(row);
  }

  /** The live row at a place of `visible`. */
  liveAt(row: number): LiveRow | undefined {
    return this.#shown.live[-1 - row];
  }

  /** A live row that is on show. */
  liveById(id: string | null): LiveRow | undefined {
    const row = id === null ? undefined : this.#liveOf.get(id);
    return row === undefined ? undefined : this.liveAt(row);
  }

  depthOf(id: NodeId): number {
    return this.rows.depths[this.shape.rowOf(id) ?? -1] ?? 0;
  }

  idAt(place: number): string | null {
    const row = this.visible[place];
    if (row === undefined) return null;
    return (row < 0 ? this.liveAt(row)?.id : this.rows.ids[row]) ?? null;
  }

  nameAt(place: number): string {
    const row = this.visible[place] ?? 0;
    return (row < 0 ? this.liveAt(row)?.name : this.rows.names[row]) ?? '';
  }

  /** Whether it is a folder of some kind. */
  holds(id: string): boolean {
    const live = this.liveById(id);
    if (live) return live.open !== null;
    return this.folders.has(id) || this.byId(id)?.folder === true;
  }

  /** What it is in; null is the root. */
  parentOf(id: string): string | null {
    return this.liveById(id)?.parent ?? this.byId(id)?.parent ?? null;
  }

  isOpenAt(place: number): boolean {
    const id = this.idAt(place) ?? '';
    const live = this.liveById(id);
    if (live) return live.open === true;
    const folder = this.folders.get(id);
    return folder ? folder.open : isOpen(this.visible, place, this.shape);
  }

  toggleOpen(id: string): void {
    if (this.folders.has(id) || this.#liveOf.has(id)) this.source?.toggle(id);
    else if (this.filter) this.#toggled = flipped(this.#toggled, id);
    else {
      this.#closed = flipped(this.#closed, id);
      writeIds(CLOSED_KEY, this.#closed);
    }
  }

  setFilter(text: string): void {
    if (!this.filter !== !text.trim()) this.#toggled = new Set();
    this.filterText = text;
  }

  select(selection: Selection): void {
    this.selected = selection;
  }

  selectOnly(id: NodeId): void {
    this.selected = only(id);
  }

  toggleSelected(id: NodeId): void {
    this.selected = toggle(this.selected, id);
  }

  extendTo(id: NodeId): void {
    this.selected = extend(
      this.selected,
      id,
      (place) => this.idAt(place) ?? '',
      (each) => this.placeOf(each),
    );
  }

  selectAll(): void {
    const ids = new Set<NodeId>();
    for (const row of this.visible) if (row >= 0) ids.add(this.rows.ids[row] ?? '');
    this.selected = { ...this.selected, ids };
  }

  selectNone(): void {
    this.selected = { ...NOTHING, active: this.selected.active };
  }

  /** Shows a node: opens the folders above it and selects it. */
  reveal(id: NodeId): void {
    const row = this.shape.rowOf(id);
    if (row === undefined) return;
    if (this.filter && !this.filter.shown[row]) this.setFilter('');
    if (!this.filter) {
      const closed = new Set(this.#closed);
      for (const each of above(this.shape, row)) closed.delete(this.rows.ids[each] ?? '');
      this.#closed = closed;
    }
    this.selected = only(id);
  }

  /** Where a new node belongs: the selected folder, or the folder of the selected machine. */
  newParent(): NodeId | null {
    const node = this.byId(this.selected.active);
    if (!node) return null;
    return node.folder ? node.id : node.parent;
  }

  async rename(id: NodeId, name: string): Promise<void> {
    if (name !== this.byId(id)?.name) await call('node_rename', { id, name });
  }

  async move(ids: Iterable<NodeId>, place: MovePlace): Promise<void> {
    const rows = tops(this.shape, ids);
    await call('nodes_move', { ids: rows.map((row) => this.rows.ids[row] ?? ''), place });
    if (place.kind === 'endOf' && place.folder && this.#closed.has(place.folder))
      this.toggleOpen(place.folder);
  }

  /** Moves the selected nodes one step; false at the ends, where `fixed` rows are among them. */
  async moveStep(direction: 'up' | 'down', fixed?: (row: number) => boolean): Promise<boolean> {
    const ids = this.selection;
    const open = (row: number) => !this.#closed.has(this.rows.ids[row] ?? '');
    const place = step(this.shape, tops(this.shape, ids), direction, open, fixed);
    if (!place || this.filter) return false;
    await this.move(ids, place);
    return true;
  }

  async duplicate(ids: readonly NodeId[]): Promise<void> {
    const made = await call('nodes_duplicate', { ids: [...ids] });
    await this.reload();
    const [first = null] = made;
    this.selected = { ids: new Set(made), active: first, anchor: first };
  }
}

export const tree = new TreeState();
