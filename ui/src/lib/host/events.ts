/**
 * Events of the server: one stream of server-sent events, joined again when it breaks.
 *
 * What happened in between was not heard, so after a loss everything that is followed by events is read again and told as events.
 */
import type { AppEvent, RunId, SessionId, TaskId } from './bindings';

/** What this needs of an EventSource. */
export interface EventStream {
  onopen: ((event: Event) => unknown) | null;
  onmessage: ((event: MessageEvent<string>) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  close(): void;
}

export interface Joining {
  open(): EventStream;
  /** Calls a command. */
  call(name: string): Promise<unknown>;
  /** Rejects if the server does not answer or nobody is signed in. */
  check(): Promise<unknown>;
  heard(event: AppEvent): void;
  state(state: 'away' | 'back'): void;
}

/** Waits before joining again; the last is repeated. */
const RETRY_MS = [250, 500, 1000, 2000, 5000];
/** A stream that has not opened by then is not waited for any longer; it is heard once it does. */
const OPEN_MS = 3000;

export class ServerEvents {
  #stream: EventStream | null = null;
  #on = false;
  /** It was open before: what happened since was missed. */
  #heardBefore = false;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #sessions = new Set<SessionId>();
  readonly #tasks = new Set<TaskId>();
  readonly #runs = new Set<RunId>();

  constructor(private readonly joining: Joining) {}

  /** Joins; resolves once it hears, or when that takes too long. */
  start(): Promise<void> {
    this.stop();
    this.#on = true;
    return new Promise((resolve) => {
      setTimeout(resolve, OPEN_MS);
      this.#join(resolve);
    });
  }

  stop(): void {
    this.#on = false;
    clearTimeout(this.#retry);
    this.#drop();
    if (this.#tries > 1) this.joining.state('back');
    this.#tries = 0;
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (!stream) return;
    stream.onopen = stream.onmessage = stream.onerror = null;
    stream.close();
  }

  #join(opened?: () => void): void {
    const stream = this.joining.open();
    this.#stream = stream;
    stream.onopen = () => {
      opened?.();
      if (this.#tries > 1) this.joining.state('back');
      this.#tries = 0;
      if (this.#heardBefore) void this.#catchUp();
      this.#heardBefore = true;
    };
    stream.onmessage = ({ data }) => this.#take(data);
    // The browser's own way to join again says neither why nor when it gives up.
    stream.onerror = () => {
      opened?.();
      this.#drop();
      this.#again();
    };
  }

  #again(): void {
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    // A short break is nobody's business.
    if (this.#tries === 2) this.joining.state('away');
    this.#retry = setTimeout(() => void this.#check(), wait);
  }

  async #check(): Promise<void> {
    try {
      await this.joining.check();
    } catch {
      // Whoever was signed out was told so, and this was stopped.
      if (this.#on) this.#again();
      return;
    }
    if (this.#on) this.#join();
  }

  #take(data: string): void {
    let event: AppEvent;
    try {
      event = JSON.parse(data) as AppEvent;
    } catch {
      return;
    }
    this.#tell(event);
  }

  #tell(event: AppEvent): void {
    switch (event.kind) {
      case 'session':
        this.#sessions.add(event.session.id);
        break;
      case 'sessionGone':
      case 'sessionLost':
        this.#sessions.delete(event.id);
        break;
      case 'task':
        this.#tasks.add(event.task.id);
        break;
      case 'taskGone':
        this.#tasks.delete(event.id);
        break;
      case 'run':
        this.#runs.add(event.run.id);
        break;
      case 'runGone':
        this.#runs.delete(event.id);
        break;
    }
    this.joining.heard(event);
  }

  async #catchUp(): Promise<void> {
    // None of them has -1, so whoever shows the tree reads it again.
    this.#tell({ kind: 'tree', revision: -1 });
    for (const kind of ['recordings', 'triggers', 'layouts'] as const) this.#tell({ kind });
    await Promise.allSettled([
      this.#read('vault_status', (status: never) => this.#tell({ kind: 'vault', status })),
      this.#read('settings_get', (settings: never) => this.#tell({ kind: 'settings', settings })),
      this.#read('tunnel_started', (all: never[]) => {
        for (const machine of all) this.#tell({ kind: 'tunnels', machine });
      }),
      this.#read('cluster_tasks', (all: never[]) => {
        for (const task of all) this.#tell({ kind: 'clusterTask', task });
      }),
      this.#read('switch_changes', (all: never[]) => {
        for (const change of all) this.#tell({ kind: 'switchChange', change });
      }),
      this.#list('session_list', this.#sessions, 'sessionLost', (session: never) => ({
        kind: 'session',
        session,
      })),
      this.#list('task_list', this.#tasks, 'taskGone', (task: never) => ({ kind: 'task', task })),
      this.#list('run_list', this.#runs, 'runGone', (run: never) => ({ kind: 'run', run })),
    ]);
  }

  async #read<T>(command: string, tell: (answer: T) => void): Promise<void> {
    tell((await this.joining.call(command)) as T);
  }

  async #list(
    command: string,
    known: Set<string>,
    gone: 'sessionLost' | 'taskGone' | 'runGone',
    asEvent: (item: never) => AppEvent,
  ): Promise<void> {
    const before = [...known];
    const list = (await this.joining.call(command)) as { id: string }[];
    const there = new Set(list.map(({ id }) => id));
    for (const id of before) if (!there.has(id)) this.#tell({ kind: gone, id } as AppEvent);
    for (const item of list) this.#tell(asEvent(item as never));
  }
}
