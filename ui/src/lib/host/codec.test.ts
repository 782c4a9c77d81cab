import { describe, expect, it } from 'vitest';
import { CodecError, ack, decode, hello, input, resize, shown } from './codec';

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;
const hex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

describe('messages of the core', () => {
  it('reads output with its offset', () => {
    expect(decode(buffer(1, 0, 1, 0, 0, 0, 0, 0, 0, 0x68, 0x69))).toEqual({
      kind: 'output',
      offset: 256,
      bytes: new Uint8Array([0x68, 0x69]),
    });
  });

  it('reads the start of a replay, whole or with a gap', () => {
    expect(decode(buffer(2, 5, 0, 0, 0, 0, 0, 0, 0, 0))).toEqual({
      kind: 'start',
      offset: 5,
      lost: false,
    });
    expect(decode(buffer(2, 5, 0, 0, 0, 0, 0, 0, 0, 1))).toMatchObject({ lost: true });
  });

  it('reads live and end', () => {
    expect(decode(buffer(3))).toEqual({ kind: 'live' });
    expect(decode(buffer(4))).toEqual({ kind: 'end' });
  });

  it('skips an unknown kind only if it may be dropped', () => {
    expect(decode(buffer(0x45, 1, 2))).toBeNull();
    expect(() => decode(buffer(0x05))).toThrow(CodecError);
  });

  it('refuses empty, short and absurd messages', () => {
    expect(() => decode(buffer())).toThrow(CodecError);
    expect(() => decode(buffer(1, 0, 0))).toThrow(CodecError);
    expect(() => decode(buffer(2, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow(CodecError);
    expect(() => decode(buffer(1, 255, 255, 255, 255, 255, 255, 255, 255))).toThrow(CodecError);
  });
});

describe('messages of the viewer', () => {
  it('writes them byte for byte', () => {
    expect(hex(hello(258, 'ab'))).toBe('80 02 01 00 00 00 00 00 00 61 62');
    expect(hex(input(new Uint8Array([3])))).toBe('81 03');
    expect(hex(ack(65536))).toBe('82 00 00 01 00 00 00 00 00');
    expect(hex(resize({ cols: 80, rows: 24, width: 640, height: 432 }))).toBe(
      '83 50 00 18 00 80 02 b0 01',
    );
    expect(hex(shown(true)) + hex(shown(false))).toBe('c4 01c4 00');
  });

  it('clips sizes to sixteen bits', () => {
    expect(hex(resize({ cols: 70000, rows: -1, width: 1.6, height: 0 }))).toBe(
      '83 ff ff 00 00 02 00 00 00',
    );
  });
});
