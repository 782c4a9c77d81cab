/** The time to the minute, for what says how old something is. Runs while somebody looks at it. */
import { createSubscriber } from 'svelte/reactivity';

const EVERY_MS = 30_000;

class Clock {
  readonly #ticks = createSubscriber((update) => {
    const timer = setInterval(update, EVERY_MS);
    return () => clearInterval(timer);
  });

  get now(): number {
    this.#ticks();
    return Date.now();
  }
}

export const clock = new Clock();
