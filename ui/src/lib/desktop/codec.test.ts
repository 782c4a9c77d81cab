import { describe, expect, it } from 'vitest';
import { CodecError } from '$lib/host/codec';
import * as codec from './codec';

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;

describe('what the core says of a desktop', () => {
  it('is read as its description has it', () => {
    expect(codec.decode(buffer(0x10, 0, 4, 0, 3))).toEqual({
      kind: 'resized',
      width: 1024,
      height: 768,
    });
    const frame = codec.decode(buffer(0x11, 0, 1, 0, 2, 0, 1, 0, 1, 0, 9, 8, 7, 255));
    expect(frame).toMatchObject({ kind: 'frame', rect: { x: 1, y: 2, width: 1, height: 1 } });
    expect(frame?.kind === 'frame' && [...frame.pixels]).toEqual([9, 8, 7, 255]);
    expect(codec.decode(buffer(0x12, 5, 0, 0, 0))).toEqual({ kind: 'frameEnd', id: 5 });
    expect(codec.decode(buffer(0x13, 1))).toEqual({ kind: 'cursor', cursor: { form: 'hidden' } });
    expect(codec.decode(buffer(0x13, 2, 1, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4))).toMatchObject({
      cursor: { form: 'picture', width: 1, height: 1, x: 0, y: 0 },
    });
    expect(codec.decode(buffer(0x1c, 5))).toEqual({
      kind: 'abilities',
      resize: true,
      text: false,
      clipboard: true,
      files: false,
    });
    expect(codec.decode(buffer(0x15, 0xc3, 0xa4))).toEqual({ kind: 'clipboard', text: 'ä' });
    expect(codec.decode(buffer(0x18, 4))).toMatchObject({ leds: { caps: true, num: false } });
    expect(codec.decode(buffer(0x04))).toEqual({ kind: 'end' });
  });

  it('is refused where it cannot be right, and skipped where it is from later', () => {
    for (const bad of [[], [0x01], [0x11, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 2, 3, 4], [0x10, 1]])
      expect(() => codec.decode(buffer(...bad))).toThrow(CodecError);
    expect(() => codec.decode(buffer(0x11, 0, 0, 0, 0, 0, 9, 0, 9, 0, 1))).toThrow(CodecError);
    expect(() => codec.decode(buffer(0x13, 2, 9, 0, 9, 0, 0, 0, 0, 0, 1))).toThrow(CodecError);
    expect(codec.decode(buffer(0x7f, 1, 2))).toBeNull();
  });
});

describe('what a person does', () => {
  it('is written as the core reads it', () => {
    expect([...codec.pointer(0x102, 3, 4)]).toEqual([0x90, 2, 1, 3, 0, 4]);
    expect([...codec.wheel(1, 2, -120, 240)]).toEqual([0x91, 1, 0, 2, 0, 0x88, 0xff, 0xf0, 0]);
    expect([...codec.key(0xff0d, 0x1c, true)]).toEqual([0x92, 0x0d, 0xff, 0, 0, 0x1c, 0, 1]);
    expect([...codec.typed('ä')]).toEqual([0x93, 0xc3, 0xa4]);
    expect([...codec.resize(1024.4, 768, 100)]).toEqual([0x95, 0, 4, 0, 3, 100, 0]);
    expect([...codec.focus(true)]).toEqual([0x96, 1]);
    expect([...codec.leds({ scroll: false, num: true, caps: true })]).toEqual([0x97, 6]);
    expect([...codec.quality(null)]).toEqual([0x98, 255]);
    expect([...codec.quality(9)]).toEqual([0x98, 9]);
    expect([...codec.seen(258)]).toEqual([0x99, 2, 1, 0, 0]);
    expect([...codec.shown(false)]).toEqual([0xc4, 0]);
    expect([...codec.again()]).toEqual([0x9a]);
  });

  it('keeps within the bounds of the core', () => {
    expect(codec.copied('x'.repeat(codec.MOST_COPIED))).not.toBeNull();
    expect(codec.copied('x'.repeat(codec.MOST_COPIED + 1))).toBeNull();
    // Cut between characters, not inside of one.
    const long = codec.typed('ä'.repeat(codec.MOST_TYPED));
    expect(long.length).toBe(codec.MOST_TYPED + 1);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(long.subarray(1))).not.toThrow();
    expect([...codec.wheel(0, 0, 99_999, -99_999)].slice(5)).toEqual([0xff, 0x7f, 0, 0x80]);
    expect([...codec.resize(0, 99_999, 7)]).toEqual([0x95, 1, 0, 0xff, 0xff, 50, 0]);
  });
});
