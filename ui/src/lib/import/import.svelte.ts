// One run of the import page: which file, what was found in it, what is picked, what came of it.

import { asApiError, call } from '$lib/host';
import type { ApiError, ImportHost, ImportPreview, ImportRemark } from '$lib/host';
import { SvelteSet } from 'svelte/reactivity';

export class ImportRun {
  path = $state('');
  /** The folder the machines go to; null is the root. */
  parent = $state<string | null>(null);
  preview = $state.raw<ImportPreview | null>(null);
  readonly picked = new SvelteSet<string>();
  filter = $state('');
  busy = $state<'reading' | 'importing' | null>(null);
  problem = $state<ApiError | null>(null);
  result = $state.raw<{ imported: number; remarks: ImportRemark[] } | null>(null);

  readonly shown = $derived(matching(this.preview?.hosts ?? [], this.filter));
  readonly pickable = $derived((this.preview?.hosts ?? []).filter((host) => !host.exists));
  /** Whether all, some or none of the shown hosts that can be picked are. */
  readonly allShown = $derived.by((): 'all' | 'some' | 'none' => {
    const open = this.shown.filter((host) => !host.exists);
    const picked = open.filter((host) => this.picked.has(host.alias)).length;
    return picked === 0 ? 'none' : picked === open.length ? 'all' : 'some';
  });

  /** Reads the file, and picks every host that is not there yet. */
  async read(): Promise<void> {
    this.busy = 'reading';
    this.problem = null;
    this.result = null;
    try {
      const preview = await call('import_ssh_config_preview', { path: this.path.trim() || null });
      this.preview = preview;
      this.path = preview.path;
      this.picked.clear();
      for (const host of this.pickable) this.picked.add(host.alias);
    } catch (problem) {
      this.preview = null;
      this.problem = asApiError(problem);
    } finally {
      this.busy = null;
    }
  }

  toggle(host: ImportHost): void {
    if (host.exists) return;
    if (!this.picked.delete(host.alias)) this.picked.add(host.alias);
  }

  /** Picks every shown host, or none of them. */
  toggleShown(): void {
    const all = this.allShown === 'all';
    for (const host of this.shown) {
      if (host.exists) continue;
      if (all) this.picked.delete(host.alias);
      else this.picked.add(host.alias);
    }
  }

  async apply(): Promise<void> {
    const { preview } = this;
    if (preview === null || this.picked.size === 0) return;
    this.busy = 'importing';
    this.problem = null;
    try {
      // In the order of the file, which is the order they get in the tree.
      const aliases = preview.hosts
        .map((host) => host.alias)
        .filter((alias) => this.picked.has(alias));
      this.result = await call('import_ssh_config_apply', {
        path: preview.path,
        aliases,
        parent: this.parent,
      });
    } catch (problem) {
      this.problem = asApiError(problem);
    } finally {
      this.busy = null;
    }
  }
}

/** The hosts whose alias, address or jumps hold the typed text. */
export function matching(hosts: readonly ImportHost[], typed: string): readonly ImportHost[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return hosts;
  return hosts.filter((host) =>
    [host.alias, host.summary, ...host.jumps].some((text) => text.toLowerCase().includes(wanted)),
  );
}

/** "3 files", or the file's own name. */
export function fileWords(paths: readonly string[]): string {
  const [first] = paths;
  if (first === undefined) return '';
  return paths.length === 1
    ? (first.split(/[\\/]/).at(-1) ?? first)
    : `${String(paths.length)} files`;
}
