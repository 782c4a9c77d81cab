// The keys that move the cursor of a list, the same in every list.

/** The place a key goes to from `at` (-1 is none) in a list whose last place is `last`; undefined if it is no such key. */
export function placeAfter(
  key: string,
  at: number,
  last: number,
  page: number,
): number | undefined {
  const targets: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? last : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: last,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.max(0, Math.min(last, target));
}
