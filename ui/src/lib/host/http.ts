/**
 * A team server as the UI's host: commands by `POST /api/rpc/{command}`, events by `GET /api/events`, streams by WebSocket. The twin of
 * `tauri.ts`.
 *
 * Deliberately absent: who is signed in and the server's own routes (lib/team), and the token of the sign-in, which is in a cookie
 * that no script can read.
 */
import { ALL_OF_A_BROWSER } from './abilities';
import type { AppEvent, SessionId } from './bindings';
import { browserCommands } from './browser';
import { ServerEvents, type EventStream } from './events';
import type { Host, TeamServer } from './host';
import { givenFiles } from './given';
import { isSignedOut, request, type Fetch } from './request';
import { upload } from './upload';

type State = 'signedOut' | 'away' | 'back';

/** What it is made of; tests put doubles here. */
export interface HttpParts {
  fetch: Fetch;
  events: (url: string) => EventStream;
  socket: (url: string) => WebSocket;
  /** The page's own address. */
  page: () => string;
}

const browserParts: HttpParts = {
  fetch: (input, init) => fetch(input, init),
  events: (url) => new EventSource(url),
  socket: (url) => new WebSocket(url),
  page: () => location.href,
};

export function httpHost(parts: HttpParts = browserParts): Host & { team: TeamServer } {
  const hearers = new Set<(event: AppEvent) => void>();
  const states = new Set<(state: State) => void>();
  const tell = (state: State): void => states.forEach((heard) => heard(state));

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    try {
      return (await request(parts.fetch, method, path, body)).answer;
    } catch (problem) {
      // A wrong password at the door is no end of anything.
      if (isSignedOut(problem) && !path.startsWith('/api/v1/sign-in')) {
        events.stop();
        tell('signedOut');
      }
      throw problem;
    }
  }

  const rpc = (name: string, args: object = {}): Promise<unknown> =>
    ask('POST', `/api/rpc/${name}`, args);

  const events = new ServerEvents({
    open: () => parts.events('/api/events'),
    call: rpc,
    check: () => ask('GET', '/api/v1/me'),
    heard: (event) => hearers.forEach((heard) => heard(event)),
    state: tell,
  });

  return {
    abilities: ALL_OF_A_BROWSER,
    call: async (name, args) => {
      if (!name.startsWith('host_')) return rpc(name, args);
      const handler = browserCommands[name as keyof typeof browserCommands];
      return (handler as (args: object) => unknown)(args);
    },
    listen: (heard) => {
      hearers.add(heard);
      return Promise.resolve(() => hearers.delete(heard));
    },
    listenToDrops: givenFiles,
    socket: (url) => parts.socket(streamUrl(url, parts.page())),
    team: {
      request: (method, path, body) => ask(method, `/api/v1${path}`, body),
      fileUrl,
      sendFile: (session, path, { file, replace, sent, stop }) => {
        const url = `${fileUrl(session, path)}${replace ? '&replace=true' : ''}`;
        return upload({ url, body: file, sent, stop });
      },
      join: () => events.start(),
      leave: () => events.stop(),
      onState: (heard) => {
        states.add(heard);
        return () => states.delete(heard);
      },
    },
  };
}

function fileUrl(session: SessionId, path: string): string {
  return `/api/v1/sessions/${session}/file?path=${encodeURIComponent(path)}`;
}

/** The address of a stream, which `session_attach` gives relative to the page: the way here is the way there. */
export function streamUrl(url: string, page: string): string {
  const at = new URL(url, page);
  if (at.protocol === 'http:') at.protocol = 'ws:';
  else if (at.protocol === 'https:') at.protocol = 'wss:';
  return at.href;
}
