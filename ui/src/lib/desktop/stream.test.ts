import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSocket } from '../../../tests/fake-socket';
import type { FromCore } from './codec';
import { DesktopStream } from './stream';

const HELLO = 0x80;
const WANTED = 0x95;
const FOCUS = 0x96;
const SHOWN = 0xc4;

describe('the stream of a desktop', () => {
  let sockets: FakeSocket[];
  let heard: FromCore[];
  const joined = vi.fn();

  const join = async () => {
    const stream = new DesktopStream(
      () => Promise.resolve({ url: 'ws://x', token: 't' }),
      (message) => heard.push(message),
      joined,
      false,
      (url) => FakeSocket.add(sockets, url),
    );
    await vi.advanceTimersByTimeAsync(0);
    return stream;
  };
  const last = () => sockets[sockets.length - 1]!;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    heard = [];
    joined.mockReset();
  });
  afterEach(() => vi.useRealTimers());

  it('asks for the whole picture each time it joins, and tells again what is wanted', async () => {
    const stream = await join();
    last().open();
    expect(last().kinds()).toEqual([HELLO, SHOWN]);
    expect([...last().sent[0]!]).toEqual([HELLO, 0, 0, 0, 0, 0, 0, 0, 0, 0x74]);
    stream.show(true);
    stream.resize(800, 600, 100);
    stream.resize(800, 600, 100);
    expect(last().kinds()).toEqual([HELLO, SHOWN, SHOWN, WANTED]);
    last().break();
    // A click that comes late lands on something else.
    stream.send(new Uint8Array([FOCUS, 1]));
    await vi.advanceTimersByTimeAsync(0);
    last().open();
    expect(last().kinds()).toEqual([HELLO, WANTED]);
    expect(joined).toHaveBeenCalledTimes(2);
  });

  it('tells no size that is no longer wanted', async () => {
    const stream = await join();
    stream.resize(800, 600, 100);
    stream.leaveSize();
    last().open();
    expect(last().kinds()).toEqual([HELLO, SHOWN]);
  });

  it('counts what came, and joins at once where something did', async () => {
    const stream = await join();
    for (let time = 0; time < 3; time += 1) {
      last().open();
      last().say(0x10, 0, 4, 0, 3);
      last().break();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(sockets).toHaveLength(4);
    expect(stream.received).toBe(15);
    expect(heard).toHaveLength(3);
  });

  it('passes over what it does not know and may, and leaves at what it must know', async () => {
    await join();
    last().open();
    last().say(0x7f);
    expect(heard).toEqual([]);
    last().say(0x3f);
    expect(last().closed).toBe(true);
  });

  it('stays closed after the end', async () => {
    await join();
    last().open();
    last().say(0x04);
    expect(heard).toEqual([{ kind: 'end' }]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets).toHaveLength(1);
  });
});
