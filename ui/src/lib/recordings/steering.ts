/** What steers a player, whatever it plays: the same keys and the same bar for terminals and desktops. */

export interface Steered {
  /** Where it is, in milliseconds from the beginning. */
  time: number;
  readonly playing: boolean;
  speed: number;
  skipIdle: boolean;
  readonly length: number;
  toggle(): void;
  /** Goes to a time. */
  seek(time: number): Promise<void>;
  /** Later or earlier by so many milliseconds. */
  skip(by: number): void;
  /** When something happens after the next long pause; only where that is known. */
  nextActivity?(): number | null;
}

/** Time and frames; handed in, so that tests decide when they pass. */
export interface Ticker {
  now(): number;
  /** Calls once at the next frame. */
  next(run: () => void): () => void;
}

/** Those of the window. */
export const frames: Ticker = {
  now: () => performance.now(),
  next: (run) => {
    const frame = requestAnimationFrame(run);
    return () => cancelAnimationFrame(frame);
  },
};

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;
/** A pause that is skipped takes as long as this, in milliseconds. */
export const IDLE = 2_000;

/** Does what a key of the player says; whether it was one. */
export function steer(event: KeyboardEvent, player: Steered, onback: () => void): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (target?.matches('input[type="text"]')) return false;
  if (event.key === ' ') {
    if (target?.closest('button') && !target.closest('.xterm')) return false;
    player.toggle();
  } else if (event.key === 'ArrowRight') player.skip(5000);
  else if (event.key === 'ArrowLeft') player.skip(-5000);
  else if (event.key === 'Home') void player.seek(0);
  else if (event.key === 'End') void player.seek(player.length);
  else if (event.key === 'Escape') onback();
  else if (event.key.toLowerCase() === 'n' && player.nextActivity) goToActivity(player);
  else return false;
  return true;
}

/** To the end of the next long pause, if there is one. */
export function goToActivity(player: Steered): void {
  const at = player.nextActivity?.() ?? null;
  if (at !== null) void player.seek(at);
}
