/**
 * Playing a recording of a desktop: time, speed, pauses that are skipped, and jumps.
 *
 * The core makes the picture of a time and sends it as that of a session; here is what time it is. Deliberately absent:
 * the picture (`desktop-screen.svelte.ts`) and buttons.
 */

import { asApiError, type ApiError, type RecordingMoment, type RecordingPlay } from '$lib/host';
import { IDLE, type Steered, type Ticker } from './steering';

export class DesktopPlayer implements Steered {
  time = $state(0);
  playing = $state(false);
  speed = $state<number>(1);
  skipIdle = $state(true);
  length = $state(0);
  /** A jump is on its way. */
  busy = $state(false);
  /** Why not all that was there is seen. */
  broken = $state<string | null>(null);
  problem = $state.raw<ApiError | null>(null);

  #target = 0;
  /** The time that is shown; nothing is before the first was. */
  #shown = -1;
  /** When something happens next. */
  #next: number | null = 0;
  #running = false;
  #gone = false;
  #stopTick: (() => void) | null = null;

  constructor(
    private readonly play_: Pick<RecordingPlay, 'length' | 'pausesFrom' | 'pausesTo'>,
    private readonly show: (at: number) => Promise<RecordingMoment>,
    private readonly ticker: Ticker,
  ) {
    this.length = play_.length;
  }

  /** For good. */
  dispose(): void {
    this.#gone = true;
    this.pause();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.playing || this.#gone) return;
    if (this.time >= this.length) void this.seek(0);
    this.playing = true;
    this.#tick(this.ticker.now());
  }

  pause(): void {
    this.playing = false;
    this.#stopTick?.();
    this.#stopTick = null;
  }

  /** Goes to a time, and resolves when its picture is on its way. */
  async seek(time: number): Promise<void> {
    this.time = Math.min(Math.max(0, time), this.length);
    this.#target = this.time;
    await this.#go();
  }

  skip(by: number): void {
    void this.seek(this.time + by);
  }

  /** Whoever shows it has to be told again. */
  again(): void {
    this.#shown = -1;
    void this.#go();
  }

  nextActivity(): number | null {
    return this.play_.pausesTo.find((to) => to > this.time) ?? null;
  }

  #tick(before: number): void {
    this.#stopTick = this.ticker.next(() => {
      if (!this.playing) return;
      const now = this.ticker.now();
      this.#advance(now - before);
      if (this.time >= this.length) this.pause();
      else this.#tick(now);
    });
  }

  #advance(passed: number): void {
    const time = this.time + passed * this.speed;
    this.time = Math.min(this.skipIdle ? this.#skipped(time) : time, this.length);
    this.#target = this.time;
    void this.#go();
  }

  /** The end of the pause that is under way, once that has lasted. */
  #skipped(time: number): number {
    const { pausesFrom, pausesTo } = this.play_;
    const at = pausesFrom.findLastIndex((from) => from <= time);
    const [from, to] = [pausesFrom[at], pausesTo[at]];
    return from !== undefined && to !== undefined && time < to && time - from > IDLE ? to : time;
  }

  /** Shows the target, wherever that moves meanwhile. One at a time. */
  async #go(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.busy = !this.playing;
    try {
      while (!this.#gone && !this.#isShown()) {
        const target = Math.round(this.#target);
        this.#shown = target;
        const moment = await this.show(target);
        this.#next = moment.next;
        this.length = Math.max(this.length, moment.length);
        this.broken = moment.broken;
      }
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
      this.pause();
    } finally {
      this.#running = false;
      this.busy = false;
    }
  }

  /** Whether nothing has happened between what is shown and the target. */
  #isShown(): boolean {
    const target = Math.round(this.#target);
    const shown = this.#shown;
    if (shown < 0 || target < shown) return false;
    return target === shown || target < (this.#next ?? this.length);
  }
}
