/** Makes a function that does its work one at a time: calls that come while it is under way are answered by one more. */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  async function all(): Promise<void> {
    do {
      again = false;
      await work();
    } while (again);
  }
  return () => {
    if (running) again = true;
    running ??= all().finally(() => (running = null));
    return running;
  };
}
