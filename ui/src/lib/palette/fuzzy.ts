/** How well a text answers what was typed, and which letters to mark. */

export interface Match {
  /** Higher is better. From STRONG on the letters stand together. */
  score: number;
  /** The parts to mark, `[from, to)`. */
  marks: [number, number][];
}

/** What is typed stands in the text as it is. */
export const STRONG = 500;

/** What is left of a score where letters are missing. */
export const NO_MATCH = -1;

/** `text` and its lower case form; `typed` is lower case already. Null if a letter is missing. */
export function fuzzy(text: string, lower: string, typed: string): Match | null {
  const marks: [number, number][] = [];
  const score = scoreOf(text, lower, typed, marks);
  return score === NO_MATCH ? null : { score, marks };
}

/** The score alone, which makes no garbage: what is asked of 100,000 names with every letter. */
export function scoreOf(
  text: string,
  lower: string,
  typed: string,
  marks?: [number, number][],
): number {
  if (!typed) return 0;
  const at = wordOrAny(text, lower, typed);
  if (at < 0) return scattered(text, lower, typed, marks);
  const start = at === 0 ? 300 : startsWord(text, at) ? 200 : 0;
  marks?.push([at, at + typed.length]);
  return STRONG + start - Math.min(at, 50) - Math.min(text.length - typed.length, 100);
}

/** Where `typed` stands: at the beginning of a word if it does so anywhere. */
function wordOrAny(text: string, lower: string, typed: string): number {
  const first = lower.indexOf(typed);
  for (let at = first; at >= 0; at = lower.indexOf(typed, at + 1)) {
    if (startsWord(text, at)) return at;
  }
  return first;
}

/** The letters one after the other with others between, beginnings of words first; the first letter begins a word. */
function scattered(text: string, lower: string, typed: string, marks?: [number, number][]): number {
  let score = 100 - Math.min(text.length, 60);
  let begin = 0;
  let from = 0;
  let runs = 0;
  for (let letter = 0; letter < typed.length; letter++) {
    const wanted = typed[letter] ?? '';
    const next = lower.indexOf(wanted, from);
    if (next < 0) return NO_MATCH;
    let at = next;
    const joins = letter > 0 && next === from;
    if (joins) score += 16;
    else {
      const word = wordFrom(text, lower, wanted, next);
      // A word's beginning is worth a jump, if what is left is still there behind it.
      if (word > next && isSubsequence(lower, typed, letter + 1, word + 1)) at = word;
      if (letter === 0 && at !== word) return NO_MATCH;
      if (letter === 0) begin = at;
      score += startsWord(text, at) ? 12 : -Math.min(at - from, 10);
      runs++;
    }
    const last = marks?.at(-1);
    if (joins && last) last[1] = at + 1;
    else marks?.push([at, at + 1]);
    from = at + 1;
  }
  // Letters strewn over a long text are chance and no answer.
  if (runs > 2 && from - begin > typed.length * 4 + 4) return NO_MATCH;
  return Math.max(0, score);
}

function wordFrom(text: string, lower: string, letter: string, from: number): number {
  for (let at = from; at >= 0; at = lower.indexOf(letter, at + 1))
    if (startsWord(text, at)) return at;
  return -1;
}

function isSubsequence(lower: string, typed: string, letter: number, from: number): boolean {
  let at = from;
  for (let next = letter; next < typed.length; next++) {
    at = lower.indexOf(typed[next] ?? '', at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || !isLetterOrDigit(text.charCodeAt(at - 1));
}

/** Everything beyond ASCII counts as a letter: a regular expression here would be most of the work. */
function isLetterOrDigit(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code > 127
  );
}

/** The best `most` of many, best first; earlier ones win ties. */
export class Best<T> {
  #kept: { score: number; item: T }[] = [];

  constructor(private readonly most: number) {}

  /** Whether an item with this score would be kept: saves making one that is not. */
  wants(score: number): boolean {
    return this.#kept.length < this.most || score > (this.#kept.at(-1)?.score ?? -Infinity);
  }

  add(score: number, item: T): void {
    if (!this.wants(score)) return;
    let at = this.#kept.length;
    while (at > 0 && (this.#kept[at - 1]?.score ?? 0) < score) at--;
    this.#kept.splice(at, 0, { score, item });
    if (this.#kept.length > this.most) this.#kept.pop();
  }

  get items(): T[] {
    return this.#kept.map(({ item }) => item);
  }
}
