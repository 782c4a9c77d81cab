import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiError, AppEvent } from './bindings';
import type { EventStream } from './events';
import { httpHost, streamUrl } from './http';

interface Asked {
  url: string;
  init: RequestInit;
}

let asked: Asked[];
let answer: (url: string) => Response | Promise<Response>;
let streams: (EventStream & { closed: boolean })[];
let host: ReturnType<typeof httpHost>;
let heard: AppEvent[];
let states: string[];

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = (status: number, code: string) =>
  json({ error: { code, message: 'No.', nextStep: '' }, requestId: 'r-7' }, status);
const last = () => streams[streams.length - 1]!;
const open = () => last().onopen?.(new Event('open'));
const cut = () => last().onerror?.(new Event('error'));
const tell = (event: unknown) =>
  last().onmessage?.(new MessageEvent('message', { data: JSON.stringify(event) }));

async function failure(work: Promise<unknown>): Promise<ApiError> {
  return work.then(
    () => Promise.reject(new Error('it went well')),
    (problem: unknown) => problem as ApiError,
  );
}

beforeEach(async () => {
  vi.useFakeTimers();
  asked = [];
  streams = [];
  heard = [];
  states = [];
  answer = () => json({});
  host = httpHost({
    fetch: async (url, init) => {
      asked.push({ url, init });
      return answer(url);
    },
    events: () => {
      const stream = {
        onopen: null,
        onmessage: null,
        onerror: null,
        closed: false,
        close: () => (stream.closed = true),
      };
      streams.push(stream);
      return stream;
    },
    socket: (url) => ({ url }) as WebSocket,
    page: () => 'https://team.example/join#secret',
  });
  host.team.onState((state) => states.push(state));
  await host.listen((event) => heard.push(event));
});
afterEach(() => {
  host.team.leave();
  vi.useRealTimers();
});

describe('a command', () => {
  it('is sent as JSON with the header no other site can send, and the cookie', async () => {
    answer = () => json([{ id: 'one' }]);
    expect(await host.call('session_list', { a: 1 })).toEqual([{ id: 'one' }]);
    const [{ url, init }] = asked as [Asked];
    expect(url).toBe('/api/rpc/session_list');
    expect(init.body).toBe('{"a":1}');
    expect(init.credentials).toBe('same-origin');
    expect(init.headers).toMatchObject({
      'X-Patchbay-Client': 'web',
      'Content-Type': 'application/json',
    });
    expect(JSON.stringify(init.headers)).not.toMatch(/authorization/i);
  });

  it('fails with the error of the server, whole', async () => {
    answer = () => refusal(404, 'notFound');
    expect(await failure(host.call('node_get', {}))).toMatchObject({
      code: 'notFound',
      message: 'No.',
      field: null,
      retryable: false,
    });
    answer = () => refusal(500, 'internal');
    expect((await failure(host.call('node_get', {}))).nextStep).toBe('Request r-7.');
  });

  it('can be tried again if nothing answers, or only something in between', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await failure(host.call('node_get', {}))).toMatchObject({
      code: 'unreachable',
      retryable: true,
    });
    for (const status of [502, 200]) {
      answer = () => new Response('<html>', { status });
      const problem = await failure(host.call('node_get', {}));
      expect(problem).toMatchObject({ code: 'unreachable', retryable: true });
      expect(problem.message).toContain(String(status));
    }
    expect(states).toEqual([]);
  });

  it('of the page never leaves it', async () => {
    expect(await host.call('host_windows', {})).toMatchObject({ own: 'main', canKeep: false });
    await expect(host.call('host_pick_file', { title: '', save: false })).rejects.toMatchObject({
      code: 'desktop',
    });
    expect(asked).toEqual([]);
  });
});

it('tells of a sign-in that is over, but for a wrong password at the door', async () => {
  answer = () => refusal(401, 'authFailed');
  await failure(host.team.request('POST', '/sign-in', {}));
  expect(states).toEqual([]);
  answer = () => refusal(403, 'authFailed');
  await failure(host.team.request('POST', '/me/password', {}));
  expect(states).toEqual([]);
  answer = () => refusal(401, 'signedOut');
  await failure(host.call('tree_load', {}));
  expect(states).toEqual(['signedOut']);
});

it('asks routes below /api/v1, and takes an empty answer for nothing', async () => {
  answer = () => new Response(null, { status: 204 });
  expect(await host.team.request('DELETE', '/me/tokens/1')).toBeNull();
  expect(asked[0]?.url).toBe('/api/v1/me/tokens/1');
  expect(asked[0]?.init.method).toBe('DELETE');
  expect(asked[0]?.init.body).toBeUndefined();
});

it('finds streams beside the page', () => {
  expect(streamUrl('/api/stream', 'https://team.example/join#secret')).toBe(
    'wss://team.example/api/stream',
  );
  expect(streamUrl('/api/stream', 'http://127.0.0.1:7443/')).toBe('ws://127.0.0.1:7443/api/stream');
  expect(streamUrl('wss://other.example/s', 'https://team.example/')).toBe('wss://other.example/s');
});

describe('events', () => {
  const session = (id: string) => ({ kind: 'session', session: { id } });
  const answers: Record<string, unknown> = {
    '/api/rpc/vault_status': { phase: 'unlocked' },
    '/api/rpc/settings_get': { theme: 'dark' },
    '/api/rpc/tunnel_started': [{ entry: 'm' }],
    '/api/rpc/session_list': [{ id: 'kept' }, { id: 'new' }],
    '/api/rpc/task_list': [],
    '/api/rpc/run_list': [{ id: 'run' }],
    '/api/v1/me': { id: 'me' },
  };

  async function joined(): Promise<void> {
    const joining = host.team.join();
    open();
    await joining;
  }

  it('are heard as the server tells them; what is no event is passed over', async () => {
    await joined();
    tell({ kind: 'layouts' });
    last().onmessage?.(new MessageEvent('message', { data: '{half' }));
    expect(heard).toEqual([{ kind: 'layouts' }]);
    expect(asked).toEqual([]);
  });

  it('that were missed are made up for after a loss', async () => {
    answer = (url) => json(answers[url] ?? null);
    await joined();
    tell(session('kept'));
    tell(session('gone'));
    tell({ kind: 'task', task: { id: 'task' } });
    heard.length = 0;
    cut();
    expect(last().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(streams).toHaveLength(2);
    open();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toContainEqual({ kind: 'sessionLost', id: 'gone' });
    expect(heard).not.toContainEqual({ kind: 'sessionLost', id: 'kept' });
    expect(heard).toContainEqual(session('new'));
    expect(heard).toContainEqual({ kind: 'taskGone', id: 'task' });
    expect(heard).toContainEqual({ kind: 'run', run: { id: 'run' } });
    expect(heard).toContainEqual({ kind: 'tree', revision: -1 });
    expect(heard).toContainEqual({ kind: 'vault', status: { phase: 'unlocked' } });
    expect(heard).toContainEqual({ kind: 'recordings' });
    // It was over before anybody could have noticed.
    expect(states).toEqual([]);
  });

  it('are joined again for as long as it takes, which is said', async () => {
    await joined();
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    cut();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(streams).toHaveLength(1);
    expect(states).toEqual(['away']);
    answer = (url) => json(answers[url] ?? null);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(streams).toHaveLength(2);
    open();
    expect(states).toEqual(['away', 'back']);
  });

  it('end with the sign-in', async () => {
    await joined();
    answer = () => refusal(401, 'signedOut');
    cut();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(streams).toHaveLength(1);
    expect(states).toEqual(['signedOut']);
  });

  it('are waited for only so long', async () => {
    let ready = false;
    void host.team.join().then(() => (ready = true));
    await vi.advanceTimersByTimeAsync(3_100);
    expect(ready).toBe(true);
  });
});
