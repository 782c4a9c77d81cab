/** Finds machines for the palette, among very many, while somebody types. */
import type { NodeId } from '$lib/host';
import { above, type TreeShape } from '$lib/tree/model';
import { Best, fuzzy, NO_MATCH, scoreOf } from './fuzzy';

export interface FoundMachine {
  row: number;
  score: number;
  marks: [number, number][];
}

const RECENT_BONUS = 60;
const ELSEWHERE = 200;

/** Built once per tree and palette; narrows as the typed text grows. */
export class MachineFinder {
  readonly #lower: string[];
  readonly #recent: Map<number, number>;
  readonly #paths = new Map<number, string>();
  #typed = '';
  /** Rows that the last text found. */
  #rows: Int32Array | null = null;
  /** How many machines the last text found. */
  count = 0;

  constructor(
    private readonly shape: TreeShape,
    recents: readonly NodeId[],
  ) {
    this.#lower = shape.rows.names.map((name) => name.toLowerCase());
    this.#recent = new Map(
      recents.flatMap((id, at) => {
        const row = shape.rowOf(id);
        return row === undefined ? [] : [[row, recents.length - at] as const];
      }),
    );
  }

  find(text: string, most: number): FoundMachine[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const typed = words.join(' ');
    // Another word lets folders and tags count, and so may find what the words before did not.
    const narrows =
      this.#typed !== '' &&
      typed.startsWith(this.#typed) &&
      words.length === this.#typed.split(' ').length;
    const rows = narrows ? this.#rows : null;
    const length = rows ? rows.length : this.shape.length;
    const found = new Int32Array(length);
    const best = new Best<FoundMachine>(most);
    this.count = 0;
    for (let at = 0; at < length; at++) {
      const row = rows ? (rows[at] ?? 0) : at;
      if (this.shape.rows.folders[row]) continue;
      const own = this.#score(row, words);
      if (own === NO_MATCH) continue;
      found[this.count++] = row;
      const recent = this.#recent.get(row);
      const score = own + (recent === undefined ? 0 : RECENT_BONUS + recent);
      if (best.wants(score)) best.add(score, { row, score, marks: [] });
    }
    for (const item of best.items) item.marks = this.#marks(item.row, words);
    this.#typed = typed;
    this.#rows = found.subarray(0, this.count);
    return best.items;
  }

  /** Every word must be in the name, the address, the tags or the folders; the name counts most. */
  #score(row: number, words: readonly string[]): number {
    let score = 0;
    const { names, addresses, tags } = this.shape.rows;
    for (const word of words) {
      const own = scoreOf(names[row] ?? '', this.#lower[row] ?? '', word);
      if (own !== NO_MATCH) score += own;
      else if (
        (addresses[row] ?? '').includes(word) ||
        (words.length > 1 &&
          (this.#path(row).includes(word) || (tags[row] ?? '').toLowerCase().includes(word)))
      ) {
        score += ELSEWHERE;
      } else return NO_MATCH;
    }
    return score / words.length;
  }

  #marks(row: number, words: readonly string[]): [number, number][] {
    const name = this.shape.rows.names[row] ?? '';
    return words
      .flatMap((word) => fuzzy(name, this.#lower[row] ?? '', word)?.marks ?? [])
      .sort((a, b) => a[0] - b[0]);
  }

  /** The folders above in one lower-case text; machines of a folder share it. */
  #path(row: number): string {
    const folder = this.shape.parent[row] ?? -1;
    let path = this.#paths.get(folder);
    if (path === undefined) {
      path = above(this.shape, row)
        .map((each) => this.#lower[each])
        .join(' / ');
      this.#paths.set(folder, path);
    }
    return path;
  }
}
