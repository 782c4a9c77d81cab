import { describe, expect, it } from 'vitest';
import type { RecordingMoment } from '$lib/host';
import { Hand } from '../../../tests/hand-ticker';
import { DesktopPlayer } from './desktop-player.svelte';
import { evenTimes, SMALL, Strip } from './strip.svelte';

const EVENTS = [0, 100, 1000, 30_000, 30_500];
const PLAY = { length: 30_500, pausesFrom: [1000], pausesTo: [30_000] };

function made(answer?: (at: number) => Promise<RecordingMoment>) {
  const hand = new Hand();
  const asked: number[] = [];
  const player = new DesktopPlayer(
    PLAY,
    (at) => {
      asked.push(at);
      const next = EVENTS.find((time) => time > at) ?? null;
      return answer?.(at) ?? Promise.resolve({ next, length: PLAY.length, broken: null });
    },
    hand,
  );
  return { hand, asked, player };
}

describe('the player of desktops', () => {
  it('asks for a picture only when there is another one', async () => {
    const { hand, asked, player } = made();
    player.skipIdle = false;
    await player.seek(0);
    player.play();
    for (let frame = 0; frame < 8; frame += 1) await hand.pass(16);
    expect(asked).toEqual([0, 112]);
    player.speed = 4;
    await hand.pass(250);
    expect(asked).toEqual([0, 112, 1128]);
    player.pause();
    await hand.pass(9999);
    expect(player.time).toBe(1128);
    await player.seek(50);
    expect(asked.at(-1)).toBe(50);
    // Another connection of the page knows nothing.
    player.again();
    await hand.pass(0);
    expect(asked.at(-1)).toBe(50);
    expect(asked).toHaveLength(5);
  });

  it('makes long pauses short, jumps over them, and ends', async () => {
    const { hand, asked, player } = made();
    await player.seek(900);
    player.play();
    await hand.pass(1500);
    expect(player.time).toBe(2400);
    await hand.pass(700);
    expect([player.time, asked.at(-1)]).toEqual([30_000, 30_000]);
    await hand.pass(2000);
    expect([player.time, player.playing]).toEqual([30_500, false]);
    expect(player.nextActivity()).toBeNull();
    await player.seek(5);
    expect(player.nextActivity()).toBe(30_000);
    await player.seek(1e9);
    player.play();
    await hand.pass(16);
    expect(player.time).toBe(16);
    player.dispose();
  });

  it('shows the newest of many jumps, and says what is wrong', async () => {
    let release: (moment: RecordingMoment) => void = () => undefined;
    const { asked, player } = made(() => new Promise((done) => (release = done)));
    const first = player.seek(100);
    void player.seek(2000);
    void player.seek(30_100);
    release({ next: 1000, length: 40_000, broken: null });
    await new Promise((done) => setTimeout(done));
    expect(asked).toEqual([100, 30_100]);
    release({ next: null, length: 40_000, broken: 'It is damaged.' });
    await first;
    expect([player.length, player.broken, player.busy]).toEqual([40_000, 'It is damaged.', false]);
    const failing = made(() => Promise.reject(new Error('gone')));
    await failing.player.seek(5);
    expect(failing.player.problem).not.toBeNull();
  });
});

describe('the picture strip', () => {
  it('has pictures at even times, as many as there is room for', () => {
    expect(evenTimes(1000, 0)).toEqual([500]);
    expect(evenTimes(1000, (SMALL.width + 4) * 4 + 3)).toEqual([125, 375, 625, 875]);
  });

  it('fetches one after the other, and gives up what nobody sees any more', async () => {
    const asked: number[] = [];
    const picture = (at: number) => {
      asked.push(at);
      if (asked.length === 2) strip.stop();
      return Promise.resolve(null);
    };
    const strip = new Strip(picture, () => Promise.reject(new Error('nothing to fetch')));
    await strip.fill(1000, (SMALL.width + 4) * 4, 1);
    expect(asked).toEqual([125, 375]);
    expect(strip.pictures).toHaveLength(4);
    // The same again is nothing new.
    await strip.fill(1000, (SMALL.width + 4) * 4, 1);
    expect(asked).toHaveLength(2);
  });
});
