import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordingPart } from '$lib/host';
import { Hand } from '../../../tests/hand-ticker';
import { Player, type PlayerScreen } from './player.svelte';

/** A screen that remembers what it was told. */
class Paper implements PlayerScreen {
  text = '';
  size = '';
  written = 0;
  reset(cols: number, rows: number): void {
    this.text = '';
    this.resize(cols, rows);
  }
  resize(cols: number, rows: number): void {
    this.size = `${cols}x${rows}`;
  }
  write(text: string): Promise<void> {
    this.text += text;
    this.written += text.length;
    return Promise.resolve();
  }
  snapshot(): string {
    return this.text;
  }
}

type Events = [number, string, string][];

function part(events: Events, next: number | null, broken: string | null = null): RecordingPart {
  return {
    times: events.map(([time]) => time),
    codes: events.map(([, code]) => code).join(''),
    data: events.map(([, , data]) => data),
    next,
    broken,
  };
}

const PARTS: Record<number, RecordingPart> = {
  0: part(
    [
      [100, 'o', 'a'],
      [200, 'i', 'typed'],
      [1000, 'r', '100x30'],
      [1000, 'o', 'b'],
    ],
    3,
  ),
  3: part(
    [
      [61_000, 'o', 'c'],
      [62_000, 'x', '0'],
    ],
    null,
  ),
};

let paper: Paper;
let hand: Hand;
let reads: number[];

async function player(parts = PARTS, length = 62_000): Promise<Player> {
  const made = new Player(
    { cols: 80, rows: 24, length },
    (from) => {
      reads.push(from);
      const found = parts[from];
      return found ? Promise.resolve(found) : Promise.reject(new Error('no such part'));
    },
    hand,
  );
  await made.attach(paper);
  return made;
}

beforeEach(() => {
  paper = new Paper();
  hand = new Hand();
  reads = [];
});

describe('the player', () => {
  it('shows what was shown until a time, forwards and back', async () => {
    const made = await player();
    expect([paper.text, paper.size]).toEqual(['', '80x24']);
    await made.seek(150);
    expect([paper.text, paper.size]).toEqual(['a', '80x24']);
    await made.seek(61_500);
    expect([paper.text, paper.size]).toEqual(['abc', '100x30']);
    await made.seek(100);
    expect([paper.text, paper.size]).toEqual(['a', '80x24']);
    await made.seek(1e9);
    expect([paper.text, made.time]).toEqual(['abc', 62_000]);
    await made.seek(-1);
    expect([paper.text, made.time]).toEqual(['', 0]);
    expect(reads.filter((from) => from === 0)).toHaveLength(1);
  });

  it('plays at its speed, stops at the end and begins anew', async () => {
    const made = await player();
    made.skipIdle = false;
    made.speed = 16;
    made.play();
    await hand.pass(50);
    expect([made.time, paper.text]).toEqual([800, 'a']);
    await hand.pass(50);
    expect(paper.text).toBe('ab');
    await hand.pass(5000);
    expect([made.playing, made.time, paper.text]).toEqual([false, 62_000, 'abc']);
    made.play();
    await hand.pass(10);
    expect([made.playing, made.time]).toEqual([true, 160]);
    made.pause();
    await hand.pass(1000);
    expect(made.time).toBe(160);
  });

  it('makes long pauses short, if it is asked to', async () => {
    const made = await player();
    await made.seek(1000);
    made.play();
    await hand.pass(1500);
    expect(made.time).toBe(2500);
    await hand.pass(600);
    expect([made.time, paper.text]).toEqual([61_000, 'abc']);
  });

  it('comes back from a picture, not from the beginning', async () => {
    const long: Events = Array.from({ length: 20 }, (_, at) => [
      (at + 1) * 1000,
      'o',
      String.fromCharCode(97 + at).repeat(100_000),
    ]);
    const made = await player({ 0: part(long, null) }, 20_000);
    await made.seek(20_000);
    expect(paper.text).toHaveLength(2_000_000);
    paper.written = 0;
    await made.seek(19_500);
    expect(paper.text).toHaveLength(1_900_000);
    // A picture of this screen is all its text; only what follows it was put through again.
    expect(paper.written).toBeLessThan(1_900_001);
    expect(paper.text.endsWith('s')).toBe(true);
  });

  it('plays what is whole and says where it breaks', async () => {
    const broken = 'The file of this recording is damaged at 0:00:01.';
    const made = await player({ 0: part([[1000, 'o', 'a']], null, broken) });
    await made.seek(30_000);
    expect([paper.text, made.broken]).toEqual(['a', broken]);
    await made.seek(0);
    expect(made.broken).toBeNull();
  });

  it('says what went wrong and stops', async () => {
    const made = await player({ 0: part([[0, 'o', 'a']], 7) });
    await made.seek(5);
    expect([made.problem?.message !== undefined, made.playing]).toEqual([true, false]);
  });
});
