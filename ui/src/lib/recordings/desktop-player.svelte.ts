/**
 * Playing a recording of a desktop: pauses that are skipped, and jumps.
 *
 * The core makes the picture of a time and sends it as that of a session; here is what time it is. Deliberately absent:
 * the picture (`desktop-screen.svelte.ts`) and buttons.
 */

import type { RecordingMoment, RecordingPlay } from '$lib/host';
import { Playback } from './playback.svelte';
import { IDLE, type Ticker } from './steering';

export class DesktopPlayer extends Playback {
  /** The time that is shown; nothing is before the first was. */
  #shown = -1;
  /** When something happens next. */
  #next: number | null = 0;

  constructor(
    private readonly play_: Pick<RecordingPlay, 'length' | 'pausesFrom' | 'pausesTo'>,
    private readonly show: (at: number) => Promise<RecordingMoment>,
    ticker: Ticker,
  ) {
    super(play_.length, ticker);
  }

  /** Whoever shows it has to be told again. */
  again(): void {
    this.#shown = -1;
    void this.go();
  }

  nextActivity(): number | null {
    return this.play_.pausesTo.find((to) => to > this.time) ?? null;
  }

  protected override after(passed: number): number {
    const time = this.time + passed;
    return this.skipIdle ? this.#skipped(time) : time;
  }

  /** The end of the pause that is under way, once that has lasted. */
  #skipped(time: number): number {
    const { pausesFrom, pausesTo } = this.play_;
    const at = pausesFrom.findLastIndex((from) => from <= time);
    const [from, to] = [pausesFrom[at], pausesTo[at]];
    return from !== undefined && to !== undefined && time < to && time - from > IDLE ? to : time;
  }

  protected override async reach(): Promise<void> {
    while (!this.gone && !this.#isShown()) {
      const target = Math.round(this.target);
      this.#shown = target;
      const moment = await this.show(target);
      this.#next = moment.next;
      this.length = Math.max(this.length, moment.length);
      this.broken = moment.broken;
    }
  }

  /** Whether nothing has happened between what is shown and the target. */
  #isShown(): boolean {
    const target = Math.round(this.target);
    const shown = this.#shown;
    if (shown < 0 || target < shown) return false;
    return target === shown || target < (this.#next ?? this.length);
  }
}
