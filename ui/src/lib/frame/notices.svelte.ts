/**
 * What has to be said and is not about what the eye is on: a deletion to take back, an action from a menu that failed.
 *
 * Forms and pages show their own errors where they happen; those do not come here.
 */
import { asApiError, type ApiError } from '$lib/host';

export interface Said {
  id: number;
  kind: 'info' | 'danger';
  text: string;
  detail?: string;
  action?: { label: string; run: () => unknown };
}

class Notices {
  list = $state.raw<readonly Said[]>([]);
  #next = 1;

  /** The latest thing that can be taken back. */
  readonly undoable = $derived(this.list.findLast((said) => said.action?.label === 'Undo'));

  say(text: string, more: Partial<Omit<Said, 'id' | 'text'>> = {}): number {
    const id = this.#next++;
    // Three at most: more would be a log, and nobody reads that.
    this.list = [...this.list.slice(-2), { kind: 'info', ...more, id, text }];
    return id;
  }

  problem(error: ApiError): void {
    this.say(error.message, { kind: 'danger', detail: error.nextStep });
  }

  /** Offers to take something back. */
  undo(text: string, run: () => Promise<unknown>): void {
    this.say(text, { action: { label: 'Undo', run: () => attempt(run) } });
  }

  dismiss(id: number): void {
    this.list = this.list.filter((said) => said.id !== id);
  }

  act(said: Said): void {
    this.dismiss(said.id);
    void said.action?.run();
  }

  clear(): void {
    this.list = [];
  }
}

export const notices = new Notices();

/** Does something that no form waits for; an error becomes a notice, but for what the person cancelled. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (problem) {
    const error = asApiError(problem);
    if (error.code !== 'cancelled') notices.problem(error);
    return undefined;
  }
}
