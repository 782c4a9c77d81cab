/** Tasks that copy and delete invented files, three at a time, as fast as a network would. */
import type { Args, Conflict, FilePlace, TaskFolder, TaskInfo, TaskState } from '$lib/host';
import type { MemoryFiles } from './files';
import { problem } from './problem';

const STEP_MS = 100;
const AT_ONCE = 3;
const RATES = [34.1e6, 4.3e6, 1.2e6];

type Work =
  | ({ kind: 'copy' } & Args<'files_copy'>)
  | ({ kind: 'delete' } & Args<'files_delete'>)
  | { kind: 'verify' }
  | ({ kind: 'permissions' } & Args<'files_set_mode_inside'>);

interface Running {
  info: TaskInfo;
  work: Work;
  /** What to do about files that are there. */
  conflict: Conflict;
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const above = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';
const join = (folder: string, name: string) => (folder === '/' ? `/${name}` : `${folder}/${name}`);

export class MemoryTasks {
  #all = new Map<string, Running>();
  #next = 1;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly files: MemoryFiles,
    private readonly changed: (task: TaskInfo) => void,
    private readonly gone: (id: string) => void,
    private readonly folder: (place: FilePlace, folder: string) => TaskFolder,
  ) {}

  list(): TaskInfo[] {
    return [...this.#all.values()].map(({ info }) => info);
  }

  copy(args: Args<'files_copy'>): TaskInfo {
    const count = this.files.count(args.from, args.paths);
    const across = args.from.kind === 'here' ? 'upload' : 'download';
    const kind = args.moves ? 'move' : args.from.kind === args.to.kind ? 'copy' : across;
    return this.#begin({ kind: 'copy', ...args }, args.conflict, {
      kind,
      title: titleOf(args.paths),
      from: placeWords(args.from, args.paths[0] ?? ''),
      to: placeWords(args.to, args.folder),
      files: count.files,
      bytes: count.bytes,
      touches: [
        this.folder(args.to, args.folder),
        ...(args.moves ? [this.folder(args.from, above(args.paths[0] ?? ''))] : []),
      ],
    });
  }

  delete(args: Args<'files_delete'>): TaskInfo {
    const count = this.files.count(args.place, args.paths);
    return this.#begin({ kind: 'delete', ...args }, 'overwrite', {
      kind: 'delete',
      title: titleOf(args.paths),
      from: placeWords(args.place, args.paths[0] ?? ''),
      to: '',
      files: count.files + count.folders,
      bytes: 0,
      touches: [this.folder(args.place, above(args.paths[0] ?? ''))],
    });
  }

  permissions(args: Args<'files_set_mode_inside'>): TaskInfo {
    const count = this.files.count(args.place, args.paths);
    this.files.setMode(args.place, args.paths, args.mode);
    return this.#begin({ kind: 'permissions', ...args }, 'overwrite', {
      kind: 'permissions',
      title: titleOf(args.paths),
      from: placeWords(args.place, args.paths[0] ?? ''),
      to: '',
      files: count.files + count.folders,
      bytes: 0,
      touches: [this.folder(args.place, above(args.paths[0] ?? ''))],
    });
  }

  answer({ id, conflict }: Args<'task_answer'>): void {
    const task = this.#get(id);
    task.conflict = conflict;
    this.#set(task, { state: { kind: 'running' } });
    this.#tick();
  }

  retry(id: string): TaskInfo {
    const task = this.#get(id);
    this.#set(task, { state: { kind: 'waiting' }, bytesDone: 0, filesDone: 0 });
    this.#wake();
    return task.info;
  }

  /** Only what stands still goes on, and only what goes on can stand still. */
  pause(id: string, paused: boolean): void {
    const task = this.#get(id);
    const { kind } = task.info.state;
    const open = kind === 'waiting' || kind === 'running' || kind === 'asking';
    if (paused && open) this.end(id, { kind: 'paused', error: null });
    if (paused || kind !== 'paused') return;
    this.#set(task, { state: { kind: 'waiting' } });
    this.#wake();
  }

  pauseAll(paused: boolean): void {
    for (const id of this.#all.keys()) this.pause(id, paused);
  }

  verify(id: string): TaskInfo {
    const { info } = this.#get(id);
    const { title, from, to, files, bytes } = info;
    return this.#begin({ kind: 'verify' }, 'skip', {
      ...{ kind: 'verify', title, from, to, files, bytes: 2 * bytes, touches: [] },
    });
  }

  end(id: string, state: TaskState): void {
    this.#set(this.#get(id), { state, rate: 0 });
  }

  forget(id: string): void {
    this.#all.delete(id);
    this.gone(id);
  }

  #begin(
    work: Work,
    conflict: Conflict,
    about: Pick<TaskInfo, 'kind' | 'title' | 'from' | 'to' | 'files' | 'bytes' | 'touches'>,
  ): TaskInfo {
    const id = `task-${String(this.#next++)}`;
    const info: TaskInfo = {
      ...about,
      id,
      state: { kind: 'waiting' },
      at: '',
      filesDone: 0,
      skipped: 0,
      bytesDone: 0,
      rate: 0,
      began: Date.now() + this.#next / 1000,
      problems: [],
      verifiable: false,
    };
    this.#all.set(id, { info, work, conflict });
    this.changed(info);
    this.#wake();
    return info;
  }

  #wake(): void {
    this.#timer ??= setInterval(() => this.#tick(), STEP_MS);
  }

  #tick(): void {
    let busy = 0;
    for (const task of this.#all.values()) {
      const { kind } = task.info.state;
      if ((kind !== 'waiting' && kind !== 'running') || busy >= AT_ONCE) continue;
      busy += 1;
      this.#step(task, RATES[busy - 1] ?? 1e6);
    }
    if (busy > 0 || this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #step(task: Running, rate: number): void {
    const { work, info } = task;
    if (work.kind === 'copy' && work.to.kind === 'machine' && work.folder === '/etc') {
      const error = problem(
        'invalid',
        'ops may not write in /etc.',
        'Connect as a user who may, or pick another folder.',
      );
      this.#set(task, { state: { kind: 'failed', error }, rate: 0 });
      return;
    }
    if (work.kind === 'copy' && task.conflict === 'ask') {
      const path = work.paths.find((each) => this.files.node(work.to, target(work, each)));
      const there = path && this.files.node(work.to, target(work, path))?.entry;
      const coming = path && this.files.node(work.from, path)?.entry;
      if (path && there && coming) {
        const conflict = { path: target(work, path), there, coming };
        this.#set(task, { state: { kind: 'asking', conflict } });
        return;
      }
    }
    const bytesDone = Math.min(info.bytes, info.bytesDone + (rate * STEP_MS) / 1000);
    if (bytesDone < info.bytes) {
      const filesDone = Math.floor((bytesDone / info.bytes) * info.files);
      this.#set(task, { state: { kind: 'running' }, bytesDone, rate, filesDone });
      return;
    }
    const skipped = this.#finish(task);
    const { files, bytes } = info;
    const state = { kind: 'done' } as const;
    const verifiable = work.kind === 'copy' && !work.moves;
    this.#set(task, { verifiable });
    this.#set(task, { state, bytesDone: bytes, filesDone: files, skipped, rate: 0 });
  }

  /** Does what the task is for; gives how much it left out. */
  #finish({ work, conflict }: Running): number {
    let skipped = 0;
    if (work.kind === 'verify' || work.kind === 'permissions') return 0;
    for (const path of work.paths) {
      if (work.kind === 'delete') this.files.remove(work.place, path);
      else {
        const to = target(work, path);
        const entry = this.files.node(work.from, path)?.entry;
        if (conflict === 'skip' && this.files.node(work.to, to)) skipped += 1;
        else if (entry) {
          this.files.put(work.to, to, entry);
          if (work.moves) this.files.remove(work.from, path);
        }
      }
    }
    return skipped;
  }

  #set(task: Running, change: Partial<TaskInfo>): void {
    task.info = { ...task.info, ...change };
    this.changed(task.info);
  }

  #get(id: string): Running {
    const task = this.#all.get(id);
    if (!task) throw problem('notFound', 'That task is gone.', 'Start it again.');
    return task;
  }
}

const target = (work: Args<'files_copy'>, path: string) => join(work.folder, nameOf(path));

const titleOf = (paths: string[]) =>
  paths.length === 1 ? nameOf(paths[0] ?? '') : `${String(paths.length)} items`;

const placeWords = (place: FilePlace, path: string) =>
  place.kind === 'here' ? path.replace('/home/ops', '~') : `app-01:${path}`;
