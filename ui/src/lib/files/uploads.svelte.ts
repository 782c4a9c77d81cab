/**
 * Files that a browser sends to machines: tasks of this page, one after the other, which end with it.
 *
 * Deliberately absent: what a task of the core has beyond that. A page that is gone sends nothing, and a file that was stopped begins
 * anew.
 */

import {
  asApiError,
  call,
  teamServer,
  type Conflict,
  type FileEntry,
  type SessionId,
  type TaskConflict,
  type TaskId,
  type TaskInfo,
} from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import type { FilesPane } from './pane.svelte';
import { joinPath } from './paths';

type Answer = Exclude<Conflict, 'ask'>;

/** What a task works on. */
interface Work {
  readonly session: SessionId;
  readonly folder: string;
  readonly files: readonly File[];
  /** The file it is at. */
  next: number;
  /** Bytes of those before it. */
  before: number;
  /** What was decided about all that are still to come. */
  always: Answer | null;
  /** Decides about the one that is asked about. */
  decide: ((answer: Answer) => void) | null;
  stop: AbortController;
}

class Uploads {
  /** Hears how each stands. */
  told: (task: TaskInfo) => void = () => undefined;
  readonly #all = new Map<TaskId, { info: TaskInfo; work: Work }>();
  /** Those that are sent wait for the ones before them. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Sends files to the folder that a side shows, or to one in it. */
  begin(pane: FilesPane, files: readonly File[], into = ''): void {
    if (pane.place.kind !== 'machine' || pane.path === '') return;
    const [first] = files;
    if (!first) return;
    const { session } = pane.place;
    const shown = sessions.get(session);
    const folder = into === '' ? pane.path : joinPath(pane.path, into, 'unix');
    const machine = shown?.target.kind === 'files' ? shown.target.id : null;
    const info: TaskInfo = {
      id: crypto.randomUUID(),
      kind: 'upload',
      title: files.length === 1 ? first.name : `${first.name} and ${files.length - 1} more`,
      from: 'this computer',
      to: `${shown?.title ?? ''}:${folder}`,
      state: { kind: 'waiting' },
      at: first.name,
      filesDone: 0,
      files: files.length,
      skipped: 0,
      bytesDone: 0,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      rate: 0,
      began: Date.now(),
      touches: [{ machine, folder }],
      problems: [],
      verifiable: false,
    };
    const stop = new AbortController();
    const work = { session, folder, files, next: 0, before: 0, always: null, decide: null, stop };
    this.#all.set(info.id, { info, work });
    this.goOn(info.id);
  }

  has(id: TaskId): boolean {
    return this.#all.has(id);
  }

  /** Stops it; it begins again with the file that it was at, if at all. */
  halt(id: TaskId, kind: 'paused' | 'cancelled'): void {
    this.#change(id, {
      state: kind === 'paused' ? { kind, error: null } : { kind },
      rate: 0,
    });
    this.#all.get(id)?.work.stop.abort();
  }

  forget(id: TaskId): void {
    this.halt(id, 'cancelled');
    this.#all.delete(id);
  }

  answer(id: TaskId, answer: Conflict, all: boolean): void {
    const work = this.#all.get(id)?.work;
    if (!work?.decide || answer === 'ask') return;
    if (all) work.always = answer;
    work.decide(answer);
  }

  #change(id: TaskId, change: Partial<TaskInfo>): void {
    const found = this.#all.get(id);
    if (!found) return;
    found.info = { ...found.info, ...change };
    this.told(found.info);
  }

  /** Goes on with it, once it is its turn. */
  goOn(id: TaskId): void {
    const work = this.#all.get(id)?.work;
    if (!work) return;
    work.stop = new AbortController();
    const { signal } = work.stop;
    this.#change(id, { state: { kind: 'waiting' } });
    this.#turn = this.#turn.then(() => this.#run(id, work, signal));
  }

  async #run(id: TaskId, work: Work, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    this.#change(id, { state: { kind: 'running' } });
    try {
      const place = { kind: 'machine', session: work.session } as const;
      const { entries } = await call('files_list', { place, path: work.folder });
      const there = new Map(entries.map((entry) => [entry.name, entry]));
      for (let file = work.files[work.next]; file && !stop.aborted; file = work.files[work.next]) {
        this.#change(id, { at: file.name });
        const done = await this.#one(id, work, file, there, stop);
        if (stop.aborted) return;
        work.next += 1;
        work.before += file.size;
        const { skipped = 0 } = this.#all.get(id)?.info ?? {};
        this.#change(id, {
          filesDone: work.next,
          bytesDone: work.before,
          skipped: skipped + (done ? 0 : 1),
        });
      }
      if (!stop.aborted) this.#change(id, { state: { kind: 'done' }, rate: 0 });
    } catch (problem) {
      // Whoever stopped it has said how it stands.
      if (stop.aborted || problem === null) return;
      this.#change(id, { state: { kind: 'failed', error: asApiError(problem) }, rate: 0 });
    }
  }

  /** Sends one file; false if it is left out. */
  async #one(
    id: TaskId,
    work: Work,
    file: File,
    there: Map<string, FileEntry>,
    stop: AbortSignal,
  ): Promise<boolean> {
    let name = file.name;
    let replace = false;
    const known = there.get(name);
    if (known) {
      const how = work.always ?? (await this.#ask(id, work, known, file, stop));
      const older = known.modified !== null && known.modified < file.lastModified;
      if (how === 'skip' || (how === 'newer' && !older)) return false;
      if (how === 'keepBoth') name = freeName(name, there);
      else replace = true;
    }
    const began = performance.now();
    const sent = (bytes: number): void => {
      const seconds = (performance.now() - began) / 1000;
      // What wraps the file on its way is counted by the browser as well.
      const done = Math.min(bytes, file.size);
      const rate = seconds > 0.2 ? done / seconds : 0;
      if (!stop.aborted) this.#change(id, { bytesDone: work.before + done, rate });
    };
    const path = joinPath(work.folder, name, 'unix');
    await teamServer().sendFile(work.session, path, { file, replace, sent, stop });
    there.set(name, entryOf(file, name));
    return true;
  }

  async #ask(
    id: TaskId,
    work: Work,
    there: FileEntry,
    file: File,
    stop: AbortSignal,
  ): Promise<Answer> {
    const path = joinPath(work.folder, there.name, 'unix');
    const conflict: TaskConflict = { path, there, coming: entryOf(file, file.name) };
    this.#change(id, { state: { kind: 'asking', conflict }, rate: 0 });
    const answer = await new Promise<Answer>((resolve, reject) => {
      work.decide = resolve;

      stop.addEventListener('abort', () => reject(null), { once: true });
    });
    work.decide = null;
    this.#change(id, { state: { kind: 'running' } });
    return answer;
  }
}

function entryOf(file: File, name: string): FileEntry {
  return {
    name,
    kind: 'file',
    size: file.size,
    modified: file.lastModified,
    mode: null,
    owner: null,
    group: null,
    leadsTo: null,
    end: null,
  };
}

/** "report (2).pdf", or with the next number that nothing has. */
export function freeName(name: string, there: ReadonlyMap<string, unknown>): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 2; ; number += 1) {
    const free = `${stem} (${number})${ending}`;
    if (!there.has(free)) return free;
  }
}

export const uploads = new Uploads();
