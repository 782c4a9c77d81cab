/**
 * One side of a files page: which folder it shows, what is selected there, and the way it was reached.
 *
 * It lives outside of components, so that a tab that comes to the front again shows what it showed.
 */

import {
  asApiError,
  call,
  type ApiError,
  type FileEntry,
  type FileListing,
  type FilePlace,
} from '$lib/host';
import { extend, keep, NOTHING, only, toggle, type Selection } from '$lib/tree/selection';
import { folderShown, takeStart } from './folders.svelte';
import { arrange, byName, cleaned, sortedBy, UP, type Sort, type SortBy } from './listing';
import { childOn, joinPath, styleOf, typedPath, type PathStyle } from './paths';

/** A wait that is noticed. */
const NOTICED_MS = 200;
/** A folder that changes all the time is read this often. */
const AGAIN_MS = 1000;
const REMEMBERED = 100;

/** What reading a folder changes beside what is shown. */
type Way = 'forth' | 'back' | 'forward' | 'again';

export class FilesPane {
  listing = $state.raw<FileListing | null>(null);
  /** What went wrong last; says so until something is done. */
  problem = $state.raw<ApiError | null>(null);
  /** The folder that could not be read, if that is the problem; null is the home folder. */
  unread = $state.raw<{ path: string | null } | null>(null);
  /** The person did not wait for the first folder. */
  stopped = $state(false);
  /** What is being read, once the wait is noticed; an empty path is the home folder. */
  waitingFor = $state<string | null>(null);
  selected = $state.raw<Selection>(NOTHING);
  sort = $state.raw<Sort>({ by: 'name', descending: false });
  filter = $state('');
  /** The field for the filter is shown. */
  filtering = $state(false);
  /** What is fetched to be edited, once the wait is noticed. */
  fetching = $state<string | null>(null);
  /** It goes where a terminal of its machine is. */
  following = $state(false);
  /** What is missing for that is told. */
  explaining = $state(false);
  /** The path is a field. */
  typing = $state(false);
  showHidden = $state(false);
  /** The file whose name is being edited. */
  renaming = $state<string | null>(null);
  home = $state('');

  #back = $state.raw<readonly string[]>([]);
  #forward = $state.raw<readonly string[]>([]);
  /** Counts requests: an answer to any but the last is late. */
  #asked = 0;
  #noticing: ReturnType<typeof setTimeout> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #refreshing = false;
  #gone = false;

  readonly path = $derived(this.listing?.path ?? '');
  readonly style: PathStyle = $derived.by(() =>
    this.place.kind === 'here' ? styleOf(this.path) : 'unix',
  );
  #ordered = $derived(byName(cleaned(this.listing?.entries ?? [])));
  #shown = $derived(
    arrange(this.#ordered, { sort: this.sort, filter: this.filter, hidden: this.showHidden }),
  );
  /** What the list shows, the way up first. */
  readonly rows: readonly FileEntry[] = $derived(
    this.listing?.parent == null || this.filter.trim() !== '' ? this.#shown : [UP, ...this.#shown],
  );
  /** How many files and folders there are on show. */
  readonly count = $derived(this.#shown.length);
  /** How many are there and not on show. */
  readonly left = $derived(this.#ordered.length - this.count);
  /** What is selected; the way up is no file. */
  readonly chosen: readonly FileEntry[] = $derived(
    this.#shown.filter(({ name }) => this.selected.ids.has(name)),
  );
  readonly active = $derived(this.rows.find(({ name }) => name === this.selected.active));
  readonly activePlace = $derived(this.placeOf(this.selected.active));
  readonly canGoBack = $derived(this.#back.length > 0);
  readonly canGoForward = $derived(this.#forward.length > 0);

  constructor(readonly place: FilePlace) {}

  /** Shows something: the home folder at first, later what it showed. */
  open(): void {
    if (this.listing) void this.refresh(true);
    else if (this.#noticing === undefined) void this.#begin();
  }

  /** The home folder first, which tells where it is. */
  async #begin(): Promise<void> {
    const start = this.place.kind === 'machine' ? takeStart(this.place.session) : undefined;
    await this.go(null);
    if (start !== undefined && this.listing && start !== this.path) await this.go(start);
  }

  /** Goes to a folder; null is the home folder. What was asked for before is given up. */
  go(path: string | null): Promise<void> {
    return this.#read(path, 'forth');
  }

  /** Goes where a person typed. */
  goTyped(typed: string): Promise<void> {
    return this.go(typedPath(typed, this.path, this.home, this.style));
  }

  async up(): Promise<void> {
    const parent = this.listing?.parent;
    if (parent != null) await this.go(parent);
  }

  async back(): Promise<void> {
    const path = this.#back.at(-1);
    if (path !== undefined) await this.#read(path, 'back');
  }

  async forward(): Promise<void> {
    const path = this.#forward.at(-1);
    if (path !== undefined) await this.#read(path, 'forward');
  }

  /** Reads the folder again; selection and cursor stay. Unasked for it does without a complaint. */
  async refresh(unasked = false): Promise<void> {
    // Whoever is on the way elsewhere goes on.
    if (unasked && this.#noticing !== undefined) return;
    if (unasked && this.#refreshing) {
      // A slow folder would never be read to its end if every change began anew.
      this.refreshSoon();
      return;
    }
    this.#refreshing = unasked;
    await (this.listing ? this.#read(this.path, 'again', unasked) : this.go(null));
    this.#refreshing = false;
  }

  /** Reads the folder again within a second, however often this is called. */
  refreshSoon(): void {
    if (this.#soon !== undefined || this.#gone) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.refresh(true);
    }, AGAIN_MS);
  }

  /** Reads once more what could not be read. */
  tryAgain(): void {
    if (this.unread) void this.go(this.unread.path);
  }

  /** The problem was seen. */
  dismiss(): void {
    this.problem = null;
    this.unread = null;
  }

  /** Something went wrong that reading again does not help. */
  complain(problem: unknown): void {
    this.problem = asApiError(problem);
    this.unread = null;
  }

  /** Waits no longer. */
  cancel(): void {
    this.#asked += 1;
    this.#settle();
    this.stopped = this.listing === null;
  }

  /** Nobody will look at it again. */
  dispose(): void {
    this.#gone = true;
    this.cancel();
    clearTimeout(this.#soon);
  }

  async #read(path: string | null, way: Way, unasked = false): Promise<void> {
    const asked = ++this.#asked;
    const place = this.placeOf(this.selected.active);
    clearTimeout(this.#noticing);
    if (!unasked) {
      this.#noticing = setTimeout(() => (this.waitingFor = path ?? ''), NOTICED_MS);
      this.dismiss();
      this.stopped = false;
    }
    try {
      const listing = await call('files_list', { place: this.place, path });
      if (asked !== this.#asked) return;
      this.#settle();
      this.#arrive(listing, way, place);
      if (path === null) this.home = listing.path;
    } catch (problem) {
      if (asked !== this.#asked) return;
      this.#settle();
      if (unasked) return;
      this.problem = asApiError(problem);
      this.unread = { path };
    }
  }

  #settle(): void {
    clearTimeout(this.#noticing);
    this.#noticing = undefined;
    this.waitingFor = null;
  }

  #arrive(listing: FileListing, way: Way, place: number): void {
    const before = this.listing?.path;
    this.listing = listing;
    if (this.place.kind === 'machine') folderShown(this.place.session, listing.path);
    if (way === 'again' || before === listing.path) {
      this.#keepSelected(place);
      return;
    }
    if (before !== undefined) this.#remember(before, way);
    this.filter = '';
    this.filtering = false;
    this.renaming = null;
    const from = before === undefined ? undefined : childOn(listing.path, before, this.style);
    const first = from !== undefined && this.placeOf(from) >= 0 ? from : this.rows[0]?.name;
    this.selected = first === undefined ? NOTHING : only(first);
  }

  #remember(before: string, way: Way): void {
    const put = (list: readonly string[]): string[] => [...list, before].slice(-REMEMBERED);
    if (way === 'back') {
      this.#back = this.#back.slice(0, -1);
      this.#forward = put(this.#forward);
    } else {
      this.#back = put(this.#back);
      this.#forward = way === 'forward' ? this.#forward.slice(0, -1) : [];
    }
  }

  /** Forgets what is gone; if that was all, what moved into its place is next. */
  #keepSelected(place: number): void {
    const there = new Set(this.rows.map(({ name }) => name));
    this.selected = keep(this.selected, (name) => there.has(name));
    const next = this.rows[Math.max(0, Math.min(place, this.rows.length - 1))];
    if (this.selected.active === null && next) this.selected = only(next.name);
    if (this.renaming !== null && !there.has(this.renaming)) this.renaming = null;
  }

  pathOf(entry: FileEntry): string {
    return joinPath(this.path, entry.name, this.style);
  }

  /** Place on show of a name, or -1. */
  placeOf(name: string | null): number {
    return name === null ? -1 : this.rows.findIndex((row) => row.name === name);
  }

  select(name: string): void {
    this.selected = only(name);
  }

  toggle(name: string): void {
    this.selected = toggle(this.selected, name);
  }

  extendTo(name: string): void {
    this.selected = extend(
      this.selected,
      name,
      (place) => this.rows[place]?.name ?? '',
      (each) => this.placeOf(each),
    );
  }

  selectAll(): void {
    this.selected = { ...this.selected, ids: new Set(this.#shown.map(({ name }) => name)) };
  }

  sortBy(by: SortBy): void {
    this.sort = sortedBy(this.sort, by);
  }

  /** Shows only names that hold this. */
  setFilter(text: string): void {
    this.filter = text;
    const [first] = this.rows;
    if (this.activePlace < 0) this.selected = first ? only(first.name) : NOTHING;
  }

  stopFiltering(): void {
    this.filtering = false;
    this.setFilter('');
  }

  async makeFolder(name: string): Promise<void> {
    await call('files_make_folder', {
      place: this.place,
      path: joinPath(this.path, name, this.style),
    });
    await this.#showNew(name);
  }

  async rename(entry: FileEntry, name: string): Promise<void> {
    if (name === entry.name) return;
    const to = joinPath(this.path, name, this.style);
    await call('files_rename', { place: this.place, from: this.pathOf(entry), to });
    await this.#showNew(name);
  }

  async setMode(entries: readonly FileEntry[], mode: number): Promise<void> {
    const paths = entries.map((entry) => this.pathOf(entry));
    await call('files_set_mode', { place: this.place, paths, mode });
    await this.refresh();
  }

  async #showNew(name: string): Promise<void> {
    await this.refresh();
    if (this.placeOf(name) >= 0) this.select(name);
  }
}
