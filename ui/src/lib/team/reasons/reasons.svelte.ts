/**
 * Why something is done, where an organisation asks: what waits for a reason, and what was said last.
 *
 * Several things that are asked for at once, as when many machines are opened, get one reason together. What was said last about a
 * machine is remembered for as long as the page is there, and nowhere else.
 */
import { asApiError, onUnexplained, type ApiError, type Unexplained } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tree } from '$lib/tree/tree.svelte';

interface Waiting {
  asked: Unexplained;
  done: (result: unknown) => void;
  failed: (problem: ApiError) => void;
}

const CANCELLED: ApiError = {
  code: 'cancelled',
  message: 'No reason was given.',
  nextStep: '',
  field: null,
  retryable: false,
};

/** What a command is about: the id of a machine or identity, or the kind of thing it is. */
export function about({ name, args }: Pick<Unexplained, 'name' | 'args'>): string {
  const { target, id } = args as { target?: { id?: string }; id?: string };
  if (name === 'session_open') return target?.id ?? name;
  if (name === 'session_reconnect') {
    const session = id === undefined ? undefined : sessions.get(id);
    return session && 'id' in session.target ? session.target.id : name;
  }
  return ['identity_reveal', 'session_open_direct'].includes(name) ? (id ?? name) : 'runs';
}

/** "open web-1", "show the secret", "run this on machines". */
export function deed({ name, args }: Pick<Unexplained, 'name' | 'args'>): string {
  if (name === 'identity_reveal') return 'show this secret';
  if (name.startsWith('run_')) return 'run this';
  const machine = tree.byId(about({ name, args }))?.name;
  const verb = name === 'session_reconnect' ? 'reconnect to' : 'open';
  const how = name === 'session_open_direct' ? ' directly' : '';
  return `${verb} ${machine ?? 'this machine'}${how}`;
}

class Reasons {
  waiting = $state.raw<readonly Waiting[]>([]);
  readonly #last = new Map<string, string>();

  get first(): Unexplained | undefined {
    return this.waiting[0]?.asked;
  }

  /** Takes what the host refuses for want of a reason, until the returned function is called. */
  start(): () => void {
    const stop = onUnexplained(
      (asked) =>
        new Promise((done, failed) => (this.waiting = [...this.waiting, { asked, done, failed }])),
    );
    return () => {
      stop();
      this.cancel();
    };
  }

  /** What was said last about the first of what waits. */
  get remembered(): string {
    return (this.first && this.#last.get(about(this.first))) ?? '';
  }

  /** Sends all that waits with this reason. Gives what is wrong with the reason, if anything is. */
  async give(reason: string): Promise<ApiError | null> {
    let wrong: ApiError | null = null;
    for (const one of this.waiting) {
      try {
        const result = await one.asked.send(reason);
        this.#last.set(about(one.asked), reason);
        this.#over(one);
        one.done(result);
      } catch (problem) {
        const error = asApiError(problem);
        if (error.field === 'reason') wrong = error;
        else {
          this.#over(one);
          one.failed(error);
        }
      }
    }
    return wrong;
  }

  cancel(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const { failed } of waiting) failed(CANCELLED);
  }

  #over(gone: Waiting): void {
    this.waiting = this.waiting.filter((one) => one !== gone);
  }
}

export const reasons = new Reasons();
