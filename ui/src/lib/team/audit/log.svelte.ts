/**
 * The audit log as a page shows it: newest first, more as one scrolls, and what is written meanwhile on top.
 *
 * A long log is looked through in stretches by the server: as long as nothing fits, the page asks on by itself, says how far back it is
 * and can be stopped. What it holds is bounded; beyond that one narrows the filter or takes a copy.
 */
import { asApiError, type ApiError } from '$lib/host';
import type { AuditFind, AuditLine, AuditPage, OrganisationId } from '../api';
import type { Ask } from '../ask';
import { NO_FILTER, queryOf, type Filter } from './words';

/** Lines that are asked for at a time. */
const PAGE = 100;
/** Lines that are held at most. */
export const MOST = 10_000;
/** How often it is asked what is new. */
const NEWS_MS = 3000;

export class AuditLog {
  filter = $state.raw<Filter>(NO_FILTER);
  lines = $state.raw<readonly AuditLine[]>([]);
  /** There may be more before this one. */
  next = $state<number | null>(null);
  backTo = $state<number | null>(null);
  busy = $state(false);
  /** Something was asked for and has come. */
  loaded = $state(false);
  problem = $state.raw<ApiError | null>(null);
  /** The newest record that was looked at. */
  #head = 0;
  #asked = 0;
  #news: ReturnType<typeof setInterval> | undefined;

  /** Of an organisation, or the whole log. */
  constructor(
    private readonly ask: Ask,
    readonly organisation: OrganisationId | null,
  ) {}

  /** No more is held. */
  get full(): boolean {
    return this.lines.length >= MOST;
  }

  /** Shows what fits, from the newest on. */
  async find(filter: Filter): Promise<void> {
    this.filter = filter;
    this.loaded = false;
    this.next = null;
    this.#head = 0;
    await this.#goOn(true);
  }

  /** More of it, if there is any. */
  async more(): Promise<void> {
    if (!this.busy && this.next !== null && !this.full) await this.#goOn(false);
  }

  /** Looks no further. */
  stop(): void {
    this.#asked += 1;
    this.busy = false;
    this.loaded = true;
  }

  /** Shows what is written from now on, until the returned function is called. */
  follow(): () => void {
    this.#news = setInterval(() => {
      if (document.visibilityState === 'visible') void this.news();
    }, NEWS_MS);
    return () => {
      clearInterval(this.#news);
      this.stop();
    };
  }

  /** Puts what was written meanwhile on top. */
  async news(): Promise<void> {
    if (this.busy || !this.loaded || this.#head === 0) return;
    const mine = this.#asked;
    try {
      const page = await this.#page({ after: String(this.#head), limit: '500' });
      if (mine !== this.#asked) return;
      // So many that they are no news: the beginning is read anew.
      if (page.next !== null) {
        await this.find(this.filter);
        return;
      }
      this.#head = page.head;
      if (page.entries.length > 0) this.lines = [...page.entries, ...this.lines].slice(0, MOST);
      this.problem = null;
    } catch (failed) {
      if (mine === this.#asked) this.problem = asApiError(failed);
    }
  }

  /** Where a copy of what is shown, and of all that fits besides, comes from. */
  exportPath(kind: 'csv' | 'jsonl'): string {
    const base =
      this.organisation === null ? '/audit' : `/organisations/${this.organisation}/audit`;
    const query = new URLSearchParams({ ...queryOf(this.filter) }).toString();
    return `/api/v1${base}/export.${kind}${query === '' ? '' : `?${query}`}`;
  }

  async #goOn(anew: boolean): Promise<void> {
    const mine = ++this.#asked;
    this.busy = true;
    let found = 0;
    let fresh = anew;
    try {
      do {
        const page = await this.#page({
          ...(this.next === null ? {} : { before: String(this.next) }),
          limit: String(PAGE),
        });
        if (mine !== this.#asked) return;
        this.lines = fresh ? page.entries : [...this.lines, ...page.entries];
        if (fresh) this.#head = page.head;
        fresh = false;
        found += page.entries.length;
        this.next = page.next;
        this.backTo = page.backTo;
        this.problem = null;
        if (found > 0) this.loaded = true;
      } while (this.next !== null && found < PAGE && !this.full);
      this.loaded = true;
    } catch (failed) {
      if (mine === this.#asked) this.problem = asApiError(failed);
    } finally {
      if (mine === this.#asked) this.busy = false;
    }
  }

  #page(more: AuditFind): Promise<AuditPage> {
    const query = { ...queryOf(this.filter), ...more };
    return this.organisation === null
      ? this.ask('GET /audit/entries', { query })
      : this.ask('GET /organisations/{organisation}/audit', {
          path: { organisation: this.organisation },
          query,
        });
  }
}

/** Logs that pages show, each kept with its filter while one looks elsewhere. */
export class Logs {
  readonly #logs = new Map<string, AuditLog>();

  constructor(private readonly ask: Ask) {}

  of(organisation: OrganisationId | null): AuditLog {
    const key = organisation ?? '';
    const log = this.#logs.get(key) ?? new AuditLog(this.ask, organisation);
    if (!this.#logs.has(key)) this.#logs.set(key, log);
    return log;
  }
}
