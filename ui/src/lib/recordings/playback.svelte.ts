/**
 * The clock of a player, whatever it plays: time, speed, and one run to the wanted time after the other.
 *
 * Deliberately absent: how pauses are skipped and how a time is shown, which each kind of recording knows itself.
 */

import { asApiError, type ApiError } from '$lib/host';
import type { Steered, Ticker } from './steering';

export abstract class Playback implements Steered {
  /** Where it is, in milliseconds from the beginning. */
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

  /** The time that is to be shown. */
  protected target = 0;
  /** It is being gone to. */
  protected running = false;
  protected gone = false;
  #stopTick: (() => void) | null = null;

  constructor(
    length: number,
    private readonly ticker: Ticker,
  ) {
    this.length = length;
  }

  /** Where playing is after so many milliseconds of the recording's time; pauses that are skipped are no part of them. */
  protected abstract after(passed: number): number;

  /** Shows the target, wherever that moves meanwhile. */
  protected abstract reach(): Promise<void>;

  /** Whether there is something to show it on. */
  protected ready(): boolean {
    return true;
  }

  /** Whether playing waits for what is shown. */
  protected waits(): boolean {
    return false;
  }

  /** For good. */
  dispose(): void {
    this.gone = true;
    this.pause();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.playing || this.gone) return;
    if (this.time >= this.length) void this.seek(0);
    this.playing = true;
    this.#tick(this.ticker.now());
  }

  pause(): void {
    this.playing = false;
    this.#stopTick?.();
    this.#stopTick = null;
  }

  /** Goes to a time, and resolves when that is shown or on its way. */
  async seek(time: number): Promise<void> {
    this.time = Math.min(Math.max(0, time), this.length);
    this.target = this.time;
    await this.go();
  }

  /** Later or earlier by so many milliseconds. */
  skip(by: number): void {
    void this.seek(this.time + by);
  }

  #tick(before: number): void {
    this.#stopTick = this.ticker.next(() => {
      if (!this.playing) return;
      const now = this.ticker.now();
      if (!this.waits()) this.#advance(now - before);
      if (this.time >= this.length) this.pause();
      else this.#tick(now);
    });
  }

  #advance(passed: number): void {
    this.time = Math.min(this.after(passed * this.speed), this.length);
    this.target = this.time;
    void this.go();
  }

  /** To the target. One at a time. */
  protected async go(): Promise<void> {
    if (this.running || !this.ready()) return;
    this.running = true;
    this.busy = !this.playing;
    try {
      await this.reach();
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
      this.pause();
    } finally {
      this.running = false;
      this.busy = false;
    }
  }
}
