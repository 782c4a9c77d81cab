// One run of the import page: where from, what was found, what is picked, what came of it.

import { asApiError, call } from '$lib/host';
import type {
  ApiError,
  ImportColumn,
  ImportDone,
  ImportFormat,
  ImportPreview,
  ImportRow,
  ImportSource,
} from '$lib/host';
import { SvelteSet } from 'svelte/reactivity';

export class ImportRun {
  formats = $state.raw<readonly ImportFormat[]>([]);
  /** The format's id; empty lets the content tell. */
  format = $state('');
  path = $state('');
  /** A text in place of a file; null while a file is meant. */
  text = $state<string | null>(null);
  password = $state('');
  /** The folder the machines go to; null is the root. */
  parent = $state<string | null>(null);
  preview = $state.raw<ImportPreview | null>(null);
  readonly picked = new SvelteSet<string>();
  filter = $state('');
  busy = $state<'reading' | 'importing' | 'undoing' | null>(null);
  problem = $state<ApiError | null>(null);
  result = $state.raw<ImportDone | null>(null);
  /** The import was taken back. */
  undone = $state(false);

  /** What was read last, so that what is imported is what is shown. */
  #source: ImportSource = {
    path: null,
    text: null,
    format: null,
    columns: null,
    password: null,
  };
  /** What a person said of a table's columns. */
  #columns: ImportSource['columns'] = null;
  #reads = 0;

  readonly rows = $derived(this.preview?.rows ?? []);
  readonly shown = $derived(matching(this.rows, this.filter));
  readonly there = $derived(this.rows.filter((row) => row.there != null).length);
  readonly chosen = $derived(this.formats.find((format) => format.id === this.format));
  /** Whether all, some or none of the shown rows are picked. */
  readonly allShown = $derived.by((): 'all' | 'some' | 'none' => {
    const picked = this.shown.filter((row) => this.picked.has(row.key)).length;
    return picked === 0 ? 'none' : picked === this.shown.length ? 'all' : 'some';
  });

  /** Learns which formats there are. */
  async start(): Promise<void> {
    try {
      this.formats = await call('import_formats');
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Chooses a format; what was found in another one is of no more use. */
  choose(id: string): void {
    this.format = id;
    this.forget();
    this.path = this.chosen?.usualPath ?? '';
  }

  /** Back to the beginning, where the formats are. */
  forget(): void {
    this.#reads += 1;
    this.#columns = null;
    this.preview = null;
    this.result = null;
    this.problem = null;
    this.password = '';
    this.filter = '';
    this.busy = null;
    this.undone = false;
    this.picked.clear();
  }

  /** Reads the file, and picks everything that is not there yet. */
  async read(): Promise<void> {
    const mine = ++this.#reads;
    this.busy = 'reading';
    this.problem = null;
    this.result = null;
    this.undone = false;
    const source: ImportSource = {
      path: this.text === null ? this.path.trim() || null : null,
      text: this.text,
      format: this.format || null,
      columns: this.#columns,
      password: this.password || null,
    };
    try {
      const preview = await call('import_preview', { source });
      if (mine !== this.#reads) return;
      this.preview = preview;
      this.#source = { ...source, format: preview.format };
      if (this.text === null) this.path = preview.path;
      this.picked.clear();
      for (const row of preview.rows) if (row.there == null) this.picked.add(row.key);
    } catch (problem) {
      if (mine !== this.#reads) return;
      this.preview = null;
      this.problem = asApiError(problem);
    } finally {
      if (mine === this.#reads) this.busy = null;
    }
  }

  /** Stops waiting for what is being read. */
  cancel(): void {
    this.#reads += 1;
    this.busy = null;
  }

  /** Says what a column is, and reads the table anew. A meaning belongs to one column. */
  async column(at: number, meaning: ImportColumn | null): Promise<void> {
    const table = this.preview?.table;
    if (!table) return;
    const columns = table.columns.map((old, other) =>
      other === at ? meaning : old === meaning ? null : old,
    );
    this.#columns = { header: table.header, columns };
    await this.read();
  }

  /** Says whether the first row names the columns. */
  async header(header: boolean): Promise<void> {
    const table = this.preview?.table;
    if (!table) return;
    this.#columns = { header, columns: table.columns };
    await this.read();
  }

  toggle(row: ImportRow): void {
    if (!this.picked.delete(row.key)) this.picked.add(row.key);
  }

  /** Picks every shown row that is not there yet, or none of the shown. */
  toggleShown(): void {
    const fresh = this.shown.filter((row) => row.there == null);
    const all = fresh.length > 0 && fresh.every((row) => this.picked.has(row.key));
    for (const row of this.shown) {
      if (all || this.allShown === 'all') this.picked.delete(row.key);
      else if (row.there == null) this.picked.add(row.key);
    }
  }

  async apply(): Promise<void> {
    if (this.preview === null || this.picked.size === 0) return;
    this.busy = 'importing';
    this.problem = null;
    try {
      // In the order of the file, which is the order they get in the tree.
      const keys = this.rows.map((row) => row.key).filter((key) => this.picked.has(key));
      this.result = await call('import_apply', {
        source: this.#source,
        keys,
        parent: this.parent,
      });
      this.password = '';
    } catch (problem) {
      this.problem = asApiError(problem);
    } finally {
      this.busy = null;
    }
  }

  /** Takes the machines, folders and identities of the import away again. Host keys stay. */
  async undo(): Promise<void> {
    const { result } = this;
    if (result === null || this.undone) return;
    this.busy = 'undoing';
    this.problem = null;
    try {
      if (result.added.length > 0) await call('nodes_delete', { ids: result.added });
      // One that something else has come to use meanwhile stays.
      for (const id of result.identities) {
        await call('identity_delete', { id, force: false }).catch(() => null);
      }
      this.undone = true;
    } catch (problem) {
      this.problem = asApiError(problem);
    } finally {
      this.busy = null;
    }
  }
}

/** The rows whose name, folder, address or jumps hold the typed text. */
export function matching(rows: readonly ImportRow[], typed: string): readonly ImportRow[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter((row) =>
    [row.name, row.folder, row.summary, ...row.jumps].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
}

/** "3 files", or the file's own name. */
export function fileWords(paths: readonly string[]): string {
  const [first] = paths;
  if (first === undefined) return '';
  return paths.length === 1
    ? (first.split(/[\\/]/).at(-1) ?? first)
    : `${String(paths.length)} ways`;
}

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${String(count)} ${many}`;

/** "12 machines, 2 folders and 1 host key". */
export function doneWords(done: Pick<ImportDone, 'machines' | 'folders' | 'hostKeys'>): string {
  const parts = [
    done.machines > 0 || done.hostKeys === 0 ? counted(done.machines, 'machine', 'machines') : '',
    done.folders > 0 ? counted(done.folders, 'folder', 'folders') : '',
    done.hostKeys > 0 ? counted(done.hostKeys, 'host key', 'host keys') : '',
  ].filter((part) => part !== '');
  const last = parts.pop() ?? '';
  return parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
}
