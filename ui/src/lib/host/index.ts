/**
 * The one door from the UI to the core: typed commands, events, and the socket under a session's byte stream.
 *
 * No state and no retries in here: a socket that joins again is in `joining.ts`.
 */
import { ALL_OF_A_COMPUTER, type Ability } from './abilities';
import type { ApiError, AppEvent, Commands } from './bindings';
import { chosenHost } from './choose';
import { asApiError } from './errors';
import type { Host, HostCommands, HostDrop, StreamSocket, TeamServer, WindowEvent } from './host';

export type * from './bindings';
export { asApiError, inWords } from './errors';
export type { Ability } from './abilities';
export type { FileSending, Host, HostDrop, StreamSocket, WindowEvent, WindowInfo } from './host';

type AllCommands = Commands & HostCommands;
export type CommandName = keyof AllCommands;
export type Args<N extends CommandName> = AllCommands[N]['args'];
export type Result<N extends CommandName> = AllCommands[N]['result'];
type MaybeArgs<N extends CommandName> =
  Record<string, never> extends Args<N> ? [args?: Args<N>] : [args: Args<N>];

/** Chosen before anything is drawn: by {@link startHost}, or by tests. */
let host: Host = {
  call: () => Promise.reject(new Error('No host was chosen.')),
  listen: () => Promise.resolve(() => undefined),
  socket: () => {
    throw new Error('No host was chosen.');
  },
};
const hearers = new Set<(event: AppEvent) => void>();
let listening: Host | null = null;

/** Finds out where the page runs; call once, before anything is drawn. */
export async function startHost(): Promise<void> {
  host = await chosenHost();
}

/** Whether something may be offered where the page runs. */
export function can(ability: Ability): boolean {
  return (host.abilities ?? ALL_OF_A_COMPUTER).has(ability);
}

/** The team server the page came from. Only where `can('account')`. */
export function teamServer(): TeamServer {
  if (!host.team) throw new Error('The page came from no team server.');
  return host.team;
}

/** What "this computer" is to the core: where it runs. */
export function coreSide(): string {
  return can('account') ? 'the server' : 'this computer';
}

/** Replaces the host, as tests do. Whoever hears events goes on hearing. */
export function useHost(other: Host): void {
  host = other;
  if (listening) void listen();
}

/**
 * Answers commands in place of the core, for a page that has no core of its own there; those it answers `undefined` to go to the
 * host. The returned function ends that.
 */
export function answerCalls(
  answer: (name: string, args: object) => Promise<unknown> | undefined,
): () => void {
  const before = host;
  const instead: Host = {
    ...before,
    call: (name, args) => answer(name, args) ?? before.call(name, args),
  };
  host = instead;
  return () => {
    if (host === instead) host = before;
  };
}

/** A command that was refused because somebody wants to know why. */
export interface Unexplained {
  problem: ApiError;
  name: CommandName;
  args: object;
  /** The same once more, with a reason. */
  send: (reason: string) => Promise<unknown>;
}

let explain: ((asked: Unexplained) => Promise<unknown>) | null = null;

/** Asks the person for reasons until the returned function is called; its promise is what the command comes to. */
export function onUnexplained(asks: (asked: Unexplained) => Promise<unknown>): () => void {
  explain = asks;
  return () => {
    if (explain === asks) explain = null;
  };
}

/** Calls a command. Throws an ApiError, always. */
export async function call<N extends CommandName>(
  name: N,
  ...[args]: MaybeArgs<N>
): Promise<Result<N>> {
  const send = async (given: object): Promise<unknown> => {
    try {
      return await host.call(name, given as Args<N>);
    } catch (problem) {
      throw asApiError(problem);
    }
  };
  const given: object = args ?? {};
  try {
    return (await send(given)) as Result<N>;
  } catch (failed) {
    const problem = failed as ApiError;
    if (problem.code !== 'needsReason' || !explain) throw problem;
    const again = (reason: string): Promise<unknown> => send({ ...given, reason });
    return (await explain({ problem, name, args: given, send: again })) as Result<N>;
  }
}

/** Hears every event of the core until the returned function is called. */
export function onEvent(heard: (event: AppEvent) => void): () => void {
  hearers.add(heard);
  if (!listening) void listen();
  return () => hearers.delete(heard);
}

/** Hears of windows until the returned function is called. */
export function onWindowEvent(heard: (event: WindowEvent) => void): () => void {
  let stopped = false;
  void host.listenToWindows?.((event) => {
    if (!stopped) heard(event);
  });
  return () => (stopped = true);
}

/** Hears of files that are dragged over the window until the returned function is called. */
export function onDrop(heard: (drop: HostDrop) => void): () => void {
  let stopped = false;
  void host.listenToDrops?.((drop) => {
    if (!stopped) heard(drop);
  });
  return () => (stopped = true);
}

/** One subscription for everybody, for as long as the window lives. */
async function listen(): Promise<void> {
  const to = (listening = host);
  try {
    await to.listen((event) => {
      if (to === host) for (const heard of [...hearers]) heard(event);
    });
  } catch (problem) {
    // A host that was replaced meanwhile need not be one that works.
    if (to === host) throw problem;
  }
}

/** Opens the socket of an attachment: what a stream connects with, so that the memory host works too. */
export function openSocket(url: string): StreamSocket {
  return host.socket(url);
}

/** Asks for a file with the desktop's own dialog; null if the person cancels. */
export async function pickFile(
  title: string,
  options: { save?: boolean; defaultName?: string } = {},
): Promise<string | null> {
  const { path } = await call('host_pick_file', {
    title,
    save: options.save ?? false,
    defaultName: options.defaultName,
  });
  return path;
}
