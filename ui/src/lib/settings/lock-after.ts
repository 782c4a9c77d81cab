// The times after which a vault may lock by itself.

const USUAL = [1, 5, 10, 15, 30, 60, 120, 240];

export function lockWords(minutes: number): string {
  if (minutes === 0) return 'Never';
  if (minutes % 60 === 0) return minutes === 60 ? '1 hour' : `${String(minutes / 60)} hours`;
  return minutes === 1 ? '1 minute' : `${String(minutes)} minutes`;
}

/** The usual times, and the one that is set if it is none of them. */
export function lockChoices(now: number): { value: string; label: string }[] {
  const minutes = [...new Set([...USUAL, now])]
    .filter((each) => each !== 0)
    .toSorted((a, b) => a - b);
  return [...minutes, 0].map((each) => ({ value: String(each), label: lockWords(each) }));
}
