import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSocket } from '../../../tests/fake-socket';
import { ACK_EVERY, SessionStream, type StreamListener } from './stream';

const listener = () => ({
  start: vi.fn<StreamListener['start']>(),
  output: vi.fn<StreamListener['output']>(),
  live: vi.fn<StreamListener['live']>(),
  end: vi.fn<StreamListener['end']>(),
  connected: vi.fn<StreamListener['connected']>(),
});

const number = (message: Uint8Array | undefined) =>
  Number(new DataView(message!.buffer).getBigUint64(1, true));

describe('a session stream', () => {
  let sockets: FakeSocket[];
  let tokens: number;
  const join = (to = listener()) => {
    const attach = () => {
      tokens += 1;
      return Promise.resolve({ url: 'ws://127.0.0.1:1/stream', token: `t${tokens}` });
    };
    const stream = new SessionStream(attach, to, (url) => FakeSocket.add(sockets, url));
    return { stream, to };
  };
  const turn = () => vi.advanceTimersByTimeAsync(0);
  const last = () => sockets[sockets.length - 1]!;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    tokens = 0;
  });
  afterEach(() => vi.useRealTimers());

  it('says hello with the token and asks for everything at first', async () => {
    join();
    await turn();
    last().open();
    expect(last().binaryType).toBe('arraybuffer');
    expect([...last().sent[0]!]).toEqual([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x74, 0x31]);
  });

  it('passes output on with the offset after it', async () => {
    const { to, stream } = join();
    await turn();
    last().open();
    last().say(2, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    last().output(0, 3);
    expect(to.start).toHaveBeenCalledWith(false);
    expect(to.output).toHaveBeenCalledWith(new Uint8Array([0x61, 0x61, 0x61]), 3);
    expect(stream.pending).toBe(3);
  });

  it('acknowledges cumulatively: at once when much was parsed, soon when little was', async () => {
    const { stream } = join();
    await turn();
    last().open();
    last().output(0, ACK_EVERY + 10);
    stream.consumed(ACK_EVERY);
    expect(number(last().sent[1])).toBe(ACK_EVERY);
    stream.consumed(ACK_EVERY + 4);
    stream.consumed(ACK_EVERY + 10);
    expect(last().kinds()).toEqual([0x80, 0x82]);
    await vi.advanceTimersByTimeAsync(50);
    expect(last().kinds()).toEqual([0x80, 0x82, 0x82]);
    expect(number(last().sent[2])).toBe(ACK_EVERY + 10);
  });

  it('sends what is typed in one turn as one message, and cuts long pastes', async () => {
    const { stream } = join();
    await turn();
    last().open();
    stream.send(new Uint8Array([1]));
    stream.send(new Uint8Array([2, 3]));
    await turn();
    expect([...last().sent[1]!]).toEqual([0x81, 1, 2, 3]);
    stream.send(new Uint8Array(70_000));
    await turn();
    expect(
      last()
        .sent.slice(2)
        .map((message) => message.length),
    ).toEqual([32769, 32769, 4465]);
  });

  it('joins again from the first byte it lacks, with a new token, and drops what comes twice', async () => {
    const { stream, to } = join();
    await turn();
    last().open();
    last().output(0, 10);
    stream.resize({ cols: 80, rows: 24, width: 0, height: 0 });
    stream.show(false);
    expect(last().kinds()).toEqual([0x80, 0x83, 0xc4]);
    last().onclose?.(undefined as never);
    expect(to.connected).toHaveBeenLastCalledWith(false);
    stream.send(new Uint8Array([0x78]));
    await vi.advanceTimersByTimeAsync(10);
    expect(sockets).toHaveLength(2);
    last().open();
    expect(number(last().sent[0])).toBe(10);
    expect(last().sent[0]!.slice(9)).toEqual(new Uint8Array([0x74, 0x32]));
    expect(last().kinds()).toEqual([0x80, 0x83, 0xc4, 0x81]);
    last().say(2, 8, 0, 0, 0, 0, 0, 0, 0, 0);
    last().output(8, 4);
    expect(to.output).toHaveBeenLastCalledWith(new Uint8Array([0x61, 0x61]), 12);
  });

  it('says when output between two connections is lost', async () => {
    const { to } = join();
    await turn();
    last().open();
    last().output(0, 4);
    last().onclose?.(undefined as never);
    await vi.advanceTimersByTimeAsync(10);
    last().open();
    last().say(2, 9, 0, 0, 0, 0, 0, 0, 0, 1);
    last().output(9, 1);
    expect(to.start).toHaveBeenLastCalledWith(true);
    expect(to.output).toHaveBeenLastCalledWith(new Uint8Array([0x61]), 10);
  });

  it('gives a connection up that skips output, and joins again', async () => {
    const { to } = join();
    await turn();
    last().open();
    last().output(5, 1);
    expect(to.output).not.toHaveBeenCalled();
    expect(sockets[0]!.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(10);
    expect(sockets).toHaveLength(2);
  });

  it('stays closed after the end of the session', async () => {
    const { to } = join();
    await turn();
    last().open();
    last().say(4);
    expect(to.end).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets).toHaveLength(1);
  });
});
