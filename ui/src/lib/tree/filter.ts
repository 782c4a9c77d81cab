/**
 * Which rows a filter text finds: every word of it in the name or the address, `tag:web` in the tags.
 *
 * One lower-case text of all rows is searched by the engine's own indexOf, anew with every letter: at 100,000 rows that
 * takes a millisecond or two, less than looking at each row that the letter before had found.
 */
import type { TreeShape } from './model';

export interface Filter {
  readonly words: readonly string[];
  /** 1 where the row itself is found. */
  readonly found: Uint8Array;
  /** 1 where the row is found or something inside it is. */
  readonly shown: Uint8Array;
  readonly count: number;
}

export interface Haystack {
  readonly shape: TreeShape;
  /** `name␊address␊` of every row, lower-case. */
  readonly text: string;
  /** Where each row starts; one more entry than rows. */
  readonly starts: Int32Array;
  /** The different tag lists, lower-case, with a space around each tag … */
  readonly tagLists: readonly string[];
  /** … and which of them a row has. */
  readonly tagList: Int32Array;
}

export function haystackOf(shape: TreeShape): Haystack {
  const { names, addresses, tags } = shape.rows;
  const starts = new Int32Array(shape.length + 1);
  const parts = new Array<string>(shape.length);
  const tagList = new Int32Array(shape.length);
  const lists = new Map<string, number>();
  let at = 0;
  for (let row = 0; row < shape.length; row++) {
    const part = `${names[row]}\n${addresses[row]}\n`.toLowerCase();
    starts[row] = at;
    at += part.length;
    parts[row] = part;
    const list = ` ${(tags[row] ?? '').toLowerCase()} `;
    let known = lists.get(list);
    if (known === undefined) lists.set(list, (known = lists.size));
    tagList[row] = known;
  }
  starts[shape.length] = at;
  return { shape, text: parts.join(''), starts, tagLists: [...lists.keys()], tagList };
}

interface Query {
  words: string[];
  tags: string[];
}

function parseQuery(text: string): Query {
  const all = text.toLowerCase().split(/\s+/).filter(Boolean);
  const isTag = (word: string) => word.startsWith('tag:');
  return {
    words: all.filter((word) => !isTag(word)),
    tags: all.filter(isTag).map((word) => word.slice(4)),
  };
}

/** Null for an empty text: everything is shown. */
export function filterRows(haystack: Haystack, text: string): Filter | null {
  const query = parseQuery(text);
  if (!query.words.length && !query.tags.length) return null;
  const found = search(haystack, query);
  const shown = found.slice();
  const { parent } = haystack.shape;
  let count = 0;
  for (let row = shown.length - 1; row >= 0; row--) {
    if (found[row]) count++;
    const above = parent[row] ?? -1;
    if (shown[row] && above >= 0) shown[above] = 1;
  }
  return { words: query.words, found, shown, count };
}

function search(haystack: Haystack, { words, tags }: Query): Uint8Array {
  const { shape, text, starts } = haystack;
  const found = new Uint8Array(shape.length);
  const [first, ...rest] = [...words].sort((a, b) => b.length - a.length);
  if (first === undefined) found.fill(1);
  else {
    let row = 0;
    for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, starts[row])) {
      row = rowAt(starts, at, row);
      found[row] = 1;
      row++;
    }
  }
  return rest.length || tags.length ? narrow(haystack, { words: rest, tags }, found) : found;
}

/** The row that holds a place of the text; rows before `from` are ruled out. */
function rowAt(starts: Int32Array, at: number, from: number): number {
  let low = from;
  let step = 1;
  while (low + step < starts.length && (starts[low + step] ?? 0) <= at) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, starts.length - 1);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}

function narrow(haystack: Haystack, { words, tags }: Query, among: Uint8Array): Uint8Array {
  const { text, starts, tagLists, tagList } = haystack;
  const tagged = tagLists.map((list) => tags.every((tag) => list.includes(` ${tag}`)));
  const found = new Uint8Array(among.length);
  for (let row = 0; row < among.length; row++) {
    if (!among[row] || !tagged[tagList[row] ?? 0]) continue;
    if (!words.length) found[row] = 1;
    else {
      const part = text.substring(starts[row] ?? 0, starts[row + 1]);
      found[row] = words.every((word) => part.includes(word)) ? 1 : 0;
    }
  }
  return found;
}

/** The parts of a text to mark, `[from, to)`, first come first, without overlaps. */
export function marksIn(text: string, words: readonly string[]): [number, number][] {
  if (!words.length) return [];
  const lower = text.toLowerCase();
  const marks = words
    .map((word): [number, number] => [lower.indexOf(word), lower.indexOf(word) + word.length])
    .filter(([from]) => from >= 0)
    .sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let end = 0;
  return marks.filter(([from, to]) => {
    if (from < end) return false;
    end = to;
    return true;
  });
}
