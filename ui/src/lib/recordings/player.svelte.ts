/**
 * Playing a recording on a screen: pauses that are skipped, and jumps.
 *
 * A screen is what all output before made it, so a jump back starts from the last picture kept before that time, and
 * what lies between is put through in one go. Deliberately absent: the screen itself (`screen.ts`) and buttons.
 */

import type { RecordingInfo, RecordingPart } from '$lib/host';
import { Playback } from './playback.svelte';
import { Source } from './source';
import { IDLE, type Ticker } from './steering';

/** What a recording is played on. */
export interface PlayerScreen {
  /** Empty, and of this size. */
  reset(cols: number, rows: number): void;
  resize(cols: number, rows: number): void;
  /** Resolves once it is shown. */
  write(text: string): Promise<void>;
  /** Text that brings the screen back as it is. */
  snapshot(): string;
}

/** Output put through at once, in characters. */
const BATCH = 128 * 1024;
/** Output between two pictures. */
const BETWEEN = 256 * 1024;
const PICTURES = 64;
/** Playing waits for a screen that is further behind. */
const BEHIND = 400;

interface Place {
  from: number;
  index: number;
}

interface Picture {
  time: number;
  place: Place;
  cols: number;
  rows: number;
  text: string;
}

export class Player extends Playback {
  readonly #source: Source;
  readonly #start: Picture;
  #screen: PlayerScreen | null = null;
  #pictures: Picture[] = [];
  #sincePicture = 0;
  #place: Place = { from: 0, index: 0 };
  #cols: number;
  #rows: number;
  /** Everything up to here is on the screen. */
  #applied = 0;
  #lastEvent = 0;
  #nextEvent: number | null = null;

  constructor(
    info: Pick<RecordingInfo, 'cols' | 'rows' | 'length'>,
    read: (from: number) => Promise<RecordingPart>,
    ticker: Ticker,
  ) {
    super(info.length, ticker);
    this.#source = new Source(read);
    this.#cols = info.cols;
    this.#rows = info.rows;
    const { cols, rows } = info;
    this.#start = { time: 0, place: { from: 0, index: 0 }, cols, rows, text: '' };
  }

  /** Shows it on a screen from now on. */
  async attach(screen: PlayerScreen): Promise<void> {
    this.#screen = screen;
    screen.reset(this.#cols, this.#rows);
    await this.go();
  }

  protected override ready(): boolean {
    return this.#screen !== null;
  }

  /** A screen that is far behind comes first. */
  protected override waits(): boolean {
    return this.running && this.time - this.#applied >= BEHIND;
  }

  protected override after(passed: number): number {
    const time = this.time + passed;
    const next = this.#nextEvent;
    if (!this.skipIdle || next === null || this.running) return time;
    const idle = next - this.#lastEvent > IDLE && time - this.#lastEvent > IDLE;
    return idle ? Math.max(time, next) : time;
  }

  protected override async reach(): Promise<void> {
    for (let more = true; more && !this.gone;) {
      const { target } = this;
      if (target < this.#applied) await this.#restore(target);
      more = await this.#step(target);
      more ||= this.target !== target;
    }
  }

  async #restore(time: number): Promise<void> {
    const picture = this.#pictures.findLast((kept) => kept.time <= time) ?? this.#start;
    this.#screen?.reset(picture.cols, picture.rows);
    if (picture.text !== '') await this.#screen?.write(picture.text);
    this.#place = { ...picture.place };
    this.#cols = picture.cols;
    this.#rows = picture.rows;
    this.#applied = this.#lastEvent = picture.time;
    this.#sincePicture = 0;
    this.broken = null;
  }

  /** Puts a piece through; whether there is more to do before the target. */
  async #step(target: number): Promise<boolean> {
    const part = await this.#source.part(this.#place.from);
    const { times, codes, data } = part;
    let at = this.#place.index;
    let output = '';
    let size: [number, number] | null = null;
    for (; at < times.length; at += 1) {
      const time = times[at] ?? 0;
      if (time > target || output.length >= BATCH) break;
      this.#lastEvent = time;
      const [code, text] = [codes[at], data[at] ?? ''];
      if (code === 'o') output += text;
      if (code === 'r' && output !== '') break;
      if (code === 'r') size = parseSize(text) ?? size;
      if (size) {
        at += 1;
        break;
      }
    }
    if (size) this.#resize(...size);
    if (output !== '') await this.#screen?.write(output);
    this.#place = { from: this.#place.from, index: at };
    this.#sincePicture += output.length;
    const next = times[at];
    this.length = Math.max(this.length, this.#lastEvent);
    if (next !== undefined) {
      this.#nextEvent = next;
      const more = next <= target;
      this.#applied = more ? Math.max(this.#applied, this.#lastEvent) : target;
      this.#keep();
      return more;
    }
    if (part.next !== null) {
      this.#place = { from: part.next, index: 0 };
      this.#applied = Math.max(this.#applied, this.#lastEvent);
      this.#keep();
      return true;
    }
    this.#nextEvent = null;
    this.#applied = target;
    this.broken = part.broken;
    return false;
  }

  #resize(cols: number, rows: number): void {
    this.#cols = cols;
    this.#rows = rows;
    this.#screen?.resize(cols, rows);
  }

  /** A picture from time to time, to come back to. */
  #keep(): void {
    const last = this.#pictures.at(-1)?.time ?? 0;
    if (this.#sincePicture < BETWEEN || this.#lastEvent <= last || !this.#screen) return;
    this.#sincePicture = 0;
    const text = this.#screen.snapshot();
    const [time, cols, rows] = [this.#lastEvent, this.#cols, this.#rows];
    this.#pictures.push({ time, place: { ...this.#place }, cols, rows, text });
    if (this.#pictures.length > PICTURES)
      this.#pictures = this.#pictures.filter((_, at) => at % 2 === 1);
  }
}

function parseSize(text: string): [number, number] | null {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : null;
}
