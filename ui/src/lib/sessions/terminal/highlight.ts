/**
 * Marks in one terminal what triggers find in it.
 *
 * Rows are looked at while the terminal is in sight, whatever put them there: live output, what is shown again after a
 * reload, and what came while nobody saw it. The core finds the places, so that patterns mean the same everywhere and
 * none takes longer than its line. Deliberately absent: the line the cursor is on, which is not whole yet, and what
 * full-screen programs draw.
 */

import type { IBuffer, IDecoration, IMarker, Terminal } from '@xterm/xterm';
import type { TriggerColor, TriggerMark } from '$lib/host';

/** Rows are looked at this long after they were written, together. */
const AFTER_MS = 120;
/** Rows from the end that are looked at; what lies further back stays as it is. */
const ROWS_BACK = 5000;
/** What is asked about in one go, and how often before the page gets its turn again. */
const LINES = 200;
const CHARACTERS = 60_000;
const STEPS = 10;
/** More marks are a carpet: the oldest go. */
const MOST_MARKS = 1000;
/** Lines whose places are remembered. */
const MOST_KNOWN = 2000;

/** How a colour is drawn: behind the text, and at the scroll bar. */
export type MarkColors = (color: TriggerColor) => { background: string; ruler: string };
/** Says what is to be marked in whole lines. */
export type Asks = (lines: string[]) => Promise<readonly TriggerMark[]>;

/** A line of text, which may be wrapped over several rows. */
interface Line {
  row: number;
  rows: number;
  text: string;
}

interface Mark {
  decoration: IDecoration;
  color: TriggerColor;
  cells: Omit<Cells, 'row'>;
}

/** A part of a row. */
export interface Cells {
  row: number;
  x: number;
  width: number;
}

export class Highlighter {
  #terminal: Terminal | null = null;
  #ask: Asks = () => Promise.resolve([]);
  #colors: MarkColors = () => ({ background: '#000000', ruler: '#000000' });
  #cols = 0;
  #shown = false;
  #wanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  /** The first row that was not looked at. */
  #next: IMarker | null = null;
  /** Counts up when everything is to be looked at anew. */
  #turn = 0;
  #marks: Mark[] = [];
  /** What was found in lines that were asked about last. */
  readonly #known = new Map<string, TriggerMark[]>();

  attach(terminal: Terminal, ask: Asks, colors: MarkColors): void {
    this.#terminal = terminal;
    this.#ask = ask;
    this.#colors = colors;
    terminal.onWriteParsed(() => this.#soon());
    // Rows are broken elsewhere.
    terminal.onResize(({ cols }) => {
      if (cols !== this.#cols) this.again();
      this.#cols = cols;
    });
    this.#cols = terminal.cols;
    this.#soon();
  }

  /** Whether somebody sees it. */
  show(shown: boolean): void {
    this.#shown = shown;
    this.#soon();
  }

  /** Whether there is anything to mark. */
  want(wanted: boolean): void {
    this.#wanted = wanted;
    this.again();
  }

  /** Everything is looked at anew: there are other triggers, other colours, or other rows. */
  again(): void {
    this.#turn += 1;
    this.#known.clear();
    for (const { decoration } of this.#marks) remove(decoration);
    this.#marks = [];
    this.#next?.dispose();
    this.#next = null;
    this.#soon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#terminal = null;
  }

  /** What is marked, from the top. */
  get marked(): Cells[] {
    return this.#marks
      .filter(({ decoration }) => !decoration.isDisposed)
      .map(({ decoration, cells }) => ({ row: decoration.marker.line, ...cells }))
      .sort((a, b) => a.row - b.row || a.x - b.x);
  }

  #soon(): void {
    if (!this.#shown || !this.#wanted || this.#busy || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, AFTER_MS);
  }

  async #look(): Promise<void> {
    this.#busy = true;
    let more = true;
    try {
      // What is on the screen may have been written over.
      for (let at = 0; at < STEPS && more; at += 1) more = await this.#step(at === 0);
    } catch {
      // The vault was locked, or the session is gone: nothing is marked, and the next output asks again.
      more = false;
    }
    this.#busy = false;
    if (more) this.#soon();
  }

  /** Looks at some lines, from the top of the screen on or from where it stopped; whether there are more. */
  async #step(screen: boolean): Promise<boolean> {
    const terminal = this.#terminal;
    if (!terminal || !this.#shown || !this.#wanted) return false;
    const buffer = terminal.buffer.active;
    if (buffer.type === 'alternate') return false;
    const cursor = buffer.baseY + buffer.cursorY;
    const end = lineStart(buffer, cursor);
    let from = this.#next && !this.#next.isDisposed ? this.#next.line : 0;
    if (screen) from = Math.min(from, lineStart(buffer, buffer.baseY));
    const lines = linesOf(buffer, Math.max(from, end - ROWS_BACK), end);
    const [first] = lines;
    const last = lines.at(-1);
    if (!first || !last) return false;
    const past = last.row + last.rows;
    const turn = this.#turn;
    let spare = terminal.registerMarker(past - cursor);
    const anchor = terminal.registerMarker(first.row - cursor);
    try {
      await this.#learn(lines);
      // Everything is to be looked at anew: not by these rows.
      if (turn !== this.#turn) return true;
      [this.#next, spare] = [spare, this.#next ?? spare];
      if (!anchor.isDisposed) this.#draw(terminal, lines, anchor.line - first.row);
    } finally {
      if (spare !== this.#next) spare.dispose();
      anchor.dispose();
    }
    return past < end;
  }

  /** Asks about what is not known yet. */
  async #learn(lines: readonly Line[]): Promise<void> {
    const unknown = [...new Set(lines.map((line) => line.text))].filter(
      (text) => text !== '' && !this.#known.has(text),
    );
    if (unknown.length === 0) return;
    const turn = this.#turn;
    const marks = await this.#ask(unknown);
    if (turn !== this.#turn) return;
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    for (const text of unknown) this.#known.set(text, []);
    for (const mark of marks) this.#known.get(unknown[mark.line] ?? '')?.push(mark);
  }

  /** `moved` is how far the rows were pushed up or down while they were asked about. */
  #draw(terminal: Terminal, lines: readonly Line[], moved: number): void {
    const buffer = terminal.buffer.active;
    if (buffer.type === 'alternate') return;
    const rows = new Set<number>();
    const wanted = new Map<string, Cells & { color: TriggerColor }>();
    for (const line of lines) {
      const row = line.row + moved;
      for (const each of range(row, line.rows)) rows.add(each);
      const marks = this.#known.get(line.text) ?? [];
      // It may have been written over meanwhile.
      if (marks.length === 0 || textOf(buffer, row, line.rows) !== line.text) continue;
      for (const mark of marks)
        for (const cells of cellsOf(buffer, row, line.rows, mark))
          wanted.set(keyOf(cells, mark.color), { ...cells, color: mark.color });
    }
    this.#marks = this.#marks.filter(({ decoration, cells, color }) => {
      const row = decoration.marker.line;
      const stays = rows.has(row) ? wanted.delete(keyOf({ row, ...cells }, color)) : true;
      if (stays && !decoration.isDisposed) return true;
      remove(decoration);
      return false;
    });
    for (const { color, ...cells } of wanted.values()) this.#add(terminal, cells, color);
    for (const { decoration } of this.#marks.splice(
      0,
      Math.max(0, this.#marks.length - MOST_MARKS),
    ))
      remove(decoration);
  }

  #add(terminal: Terminal, { row, x, width }: Cells, color: TriggerColor): void {
    const colors = this.#colors(color);
    const { baseY, cursorY } = terminal.buffer.active;
    const marker = terminal.registerMarker(row - baseY - cursorY);
    const decoration = terminal.registerDecoration({
      marker,
      x,
      width,
      backgroundColor: colors.background,
      layer: 'bottom',
      overviewRulerOptions: { color: colors.ruler, position: 'right' },
    });
    if (decoration) this.#marks.push({ decoration, color, cells: { x, width } });
    else marker.dispose();
  }
}

function remove(decoration: IDecoration): void {
  decoration.dispose();
  decoration.marker.dispose();
}

const keyOf = ({ row, x, width }: Cells, color: TriggerColor): string =>
  `${row} ${x} ${width} ${color}`;

/** The row where the line of a row begins. */
function lineStart(buffer: IBuffer, row: number): number {
  let start = row;
  while (start > 0 && buffer.getLine(start)?.isWrapped) start -= 1;
  return start;
}

function* range(from: number, count: number): Generator<number> {
  for (let at = from; at < from + count; at += 1) yield at;
}

/** Whole lines between two rows, as many as are asked about in one go. */
function linesOf(buffer: IBuffer, from: number, end: number): Line[] {
  const lines: Line[] = [];
  let row = from;
  // The beginning of this one lies too far back.
  while (row < end && buffer.getLine(row)?.isWrapped) row += 1;
  let characters = 0;
  while (row < end && lines.length < LINES && characters < CHARACTERS) {
    let rows = 1;
    while (row + rows < end && buffer.getLine(row + rows)?.isWrapped) rows += 1;
    const text = textOf(buffer, row, rows);
    lines.push({ row, rows, text });
    characters += text.length;
    row += rows;
  }
  return lines;
}

function textOf(buffer: IBuffer, row: number, rows: number): string {
  let text = '';
  for (const at of range(row, rows))
    text += buffer.getLine(at)?.translateToString(at === row + rows - 1) ?? '';
  return text;
}

/** The cells of a place in a line: signs may be two cells wide, or several signs in one. */
export function cellsOf(
  buffer: IBuffer,
  row: number,
  rows: number,
  { start, end }: Pick<TriggerMark, 'start' | 'end'>,
): Cells[] {
  const found: Cells[] = [];
  let at = 0;
  for (const y of range(row, rows)) {
    const line = buffer.getLine(y);
    for (let x = 0; x < (line?.length ?? 0) && at < end; x += 1) {
      const cell = line?.getCell(x);
      const width = cell?.getWidth() ?? 1;
      // The second half of the sign before.
      if (width === 0) continue;
      const length = cell?.getChars().length || 1;
      if (at + length > start) {
        const before = found.at(-1);
        if (before?.row === y) before.width = x + width - before.x;
        else found.push({ row: y, x, width });
      }
      at += length;
    }
  }
  return found;
}
