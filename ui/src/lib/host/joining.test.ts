import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSocket } from '../../../tests/fake-socket';
import { CodecError } from './codec';
import { JoiningSocket } from './joining';

describe('a socket that joins again', () => {
  let sockets: FakeSocket[];
  let tokens: number;
  let heard: number[];
  let lost: number;

  const join = (hear?: () => void) => {
    const attach = () => {
      tokens += 1;
      return Promise.resolve({ url: `ws://127.0.0.1:${tokens}`, token: `t${tokens}` });
    };
    const socket: JoiningSocket = new JoiningSocket(
      attach,
      {
        greet: (token) => socket.send(new TextEncoder().encode(token)),
        hear: (data) => {
          heard.push(...new Uint8Array(data));
          hear?.();
        },
        lost: () => (lost += 1),
      },
      (url) => FakeSocket.add(sockets, url),
    );
    return socket;
  };
  const turn = () => vi.advanceTimersByTimeAsync(0);
  const last = () => sockets[sockets.length - 1]!;
  const words = () => last().sent.map((message) => new TextDecoder().decode(message));

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    tokens = 0;
    heard = [];
    lost = 0;
  });
  afterEach(() => vi.useRealTimers());

  it('greets first, and sends nothing before', async () => {
    const socket = join();
    await turn();
    socket.send(new Uint8Array([0x78]));
    expect(socket.ready).toBe(false);
    last().open();
    expect(socket.ready).toBe(true);
    socket.send(new Uint8Array([0x79]));
    expect(last().binaryType).toBe('arraybuffer');
    expect(words()).toEqual(['t1', 'y']);
  });

  it('is made again with another address and token when it breaks', async () => {
    const socket = join();
    await turn();
    last().open();
    last().break();
    expect(lost).toBe(1);
    expect(socket.ready).toBe(false);
    socket.send(new Uint8Array([0x78]));
    await turn();
    last().open();
    expect(sockets.map(({ url }) => url)).toEqual(['ws://127.0.0.1:1', 'ws://127.0.0.1:2']);
    expect(words()).toEqual(['t2']);
  });

  it('hears nothing more of a connection it has left', async () => {
    join();
    await turn();
    const first = last();
    first.open();
    const { onmessage, onclose } = first;
    first.break();
    await turn();
    expect(first.closed).toBe(true);
    // What was on its way already.
    onmessage?.({ data: new Uint8Array([1]).buffer });
    onclose?.(undefined as never);
    last().say(2);
    expect(heard).toEqual([2]);
    expect(lost).toBe(1);
  });

  it('leaves a connection that breaks the codec, and hides no other mistake', async () => {
    let error: Error = new CodecError('nonsense');
    join(() => {
      throw error;
    });
    await turn();
    last().open();
    last().say(1);
    expect(sockets[0]?.closed).toBe(true);
    expect(lost).toBe(1);
    await turn();
    error = new TypeError('ours');
    expect(() => last().say(1)).toThrow(TypeError);
    expect(last().closed).toBe(false);
  });

  it('has no use for text', async () => {
    join();
    await turn();
    last().onmessage?.({ data: 'text' });
    expect(heard).toEqual([]);
    expect(lost).toBe(0);
  });

  it('waits longer from try to try, until one serves', async () => {
    const socket = join();
    await turn();
    const breaks = async (wait: number) => {
      last().onerror?.(undefined as never);
      const before = sockets.length;
      if (wait) await vi.advanceTimersByTimeAsync(wait - 1);
      if (wait) expect(sockets).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets).toHaveLength(before + 1);
    };
    for (const wait of [0, 100, 250, 500, 1000, 2000, 2000]) await breaks(wait);
    last().open();
    await breaks(2000);
    socket.settled();
    await breaks(0);
    await breaks(100);
  });

  it('tries again when there is no session to attach to, or no socket', async () => {
    let tries = 0;
    const attach = () => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new Error('locked'))
        : Promise.resolve({ url: 'ws://x', token: 't' });
    };
    const nothing = { greet: vi.fn(), hear: vi.fn() };
    const socket = new JoiningSocket(attach, nothing, () => {
      throw new Error('refused');
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(tries).toBeGreaterThan(2);
    socket.close();
    const before = tries;
    await vi.advanceTimersByTimeAsync(5000);
    expect(tries).toBe(before);
  });

  it('stays closed, also while it is asking for an address', async () => {
    const early = join();
    early.close();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sockets).toHaveLength(0);
    const socket = join();
    await turn();
    last().open();
    socket.close();
    expect(socket.closed).toBe(true);
    expect(last().closed).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sockets).toHaveLength(1);
    expect(lost).toBe(0);
  });
});
