// What to run, and on which machines: as it is put together, before it runs.

import { asApiError, call, inWords } from '$lib/host';
import type {
  ApiError,
  NodeId,
  RunDetail,
  RunGrouping,
  RunId,
  RunInfo,
  RunTarget,
  Snippet,
} from '$lib/host';
import { Fill } from '$lib/snippets/fill.svelte';

/** What the core shows in place of a secret. */
const DOTS = '••••••';

export class RunForm {
  text = $state('');
  /** A snippet instead of a text. */
  fill = $state.raw<Fill | null>(null);
  targets = $state.raw<readonly RunTarget[]>([]);
  concurrency = $state(8);
  /** Seconds a machine has; 0 is as long as it takes. */
  timeLimit = $state(0);
  grouping = $state.raw<RunGrouping>({ ignoreTrailingSpace: false, ignoreOwnName: false });
  /** The machines that the targets stand for; null until it is known. */
  machines = $state.raw<readonly NodeId[] | null>([]);
  starting = $state(false);
  problem = $state.raw<ApiError | null>(null);
  #refused = $state.raw<{ field: string; text: string; at: string } | null>(null);
  #asked = 0;

  /** Everything that decides what runs where. */
  readonly #content = $derived(
    JSON.stringify([
      this.text,
      this.fill?.snippet.id,
      this.fill?.values,
      this.targets,
      this.concurrency,
      this.timeLimit,
    ]),
  );
  #begun = $state('');
  /** Nothing was changed since it ran. */
  readonly unchanged = $derived(this.#begun === this.#content);

  error(field: string): string | null {
    const refused = this.#refused;
    return refused?.field === field && refused.at === this.#content ? refused.text : null;
  }

  /** Runs a snippet instead of a text. */
  take(snippet: Snippet, values: Record<string, string>): void {
    const fill = new Fill(snippet, null);
    fill.values = { ...fill.values, ...values };
    this.fill = fill;
  }

  add(targets: readonly RunTarget[]): void {
    const known = new Set(this.targets.map(targetKey));
    this.targets = [...this.targets, ...targets.filter((target) => !known.has(targetKey(target)))];
  }

  remove(target: RunTarget): void {
    this.targets = this.targets.filter((other) => targetKey(other) !== targetKey(target));
  }

  /** Asks the core which machines these are. The last question is the one that counts. */
  async resolve(): Promise<void> {
    const mine = ++this.#asked;
    if (this.targets.length === 0) {
      this.machines = [];
      return;
    }
    try {
      const machines = await call('run_targets', { targets: [...this.targets] });
      if (mine === this.#asked) this.machines = machines;
    } catch (problem) {
      if (mine === this.#asked) [this.machines, this.problem] = [null, asApiError(problem)];
    }
  }

  /** Whether these are the machines of a run: some may have come to a folder since. */
  isOf(detail: RunDetail | null): boolean {
    const ids = detail?.machines.map(({ id }) => id) ?? [];
    return this.machines?.length === ids.length && this.machines.every((id, at) => id === ids[at]);
  }

  /** Does all of a run once more. */
  again(id: RunId): Promise<RunInfo | null> {
    return this.#begin(() => call('run_again', { id }));
  }

  /** Starts it; nothing if it was refused, and then its fields say why. */
  async start(): Promise<RunInfo | null> {
    if (this.starting) return null;
    if (this.fill && !(await this.fill.check())) return null;
    if (!this.fill && this.text.includes(DOTS)) {
      const text = 'The dots stand for a secret that is not kept here. Choose the snippet again.';
      this.#refused = { field: 'command', text, at: this.#content };
      return null;
    }
    return this.#begin(() =>
      call('run_start', {
        command: this.fill
          ? { kind: 'snippet', id: this.fill.snippet.id, values: this.fill.values }
          : { kind: 'text', text: this.text },
        targets: [...this.targets],
        options: { concurrency: this.concurrency, timeLimit: this.timeLimit },
        grouping: this.grouping,
      }),
    );
  }

  async #begin(begin: () => Promise<RunInfo>): Promise<RunInfo | null> {
    if (this.starting) return null;
    const at = this.#content;
    this.problem = null;
    this.starting = true;
    try {
      const run = await begin();
      this.#begun = at;
      return run;
    } catch (problem) {
      const refusal = asApiError(problem);
      if (refusal.field === 'command' || refusal.field === 'targets')
        this.#refused = { field: refusal.field, text: inWords(refusal), at };
      else this.problem = refusal;
      return null;
    } finally {
      this.starting = false;
    }
  }

  /** The form of a run that was begun before the window was loaded again. */
  static of({ info, machines }: RunDetail): RunForm {
    const form = new RunForm();
    form.text = info.command;
    form.targets = machines.map(({ id }) => ({ kind: 'node', id }));
    form.machines = machines.map(({ id }) => id);
    form.concurrency = info.options.concurrency;
    form.timeLimit = info.options.timeLimit;
    form.grouping = info.grouping;
    form.#begun = form.#content;
    return form;
  }

  /** The same once more, as what the next run begins with. */
  copy(): RunForm {
    const form = new RunForm();
    if (this.fill) form.take(this.fill.snippet, this.fill.values);
    form.text = this.text;
    form.targets = this.targets;
    form.machines = this.machines;
    form.concurrency = this.concurrency;
    form.timeLimit = this.timeLimit;
    form.grouping = this.grouping;
    form.#begun = this.#begun;
    return form;
  }
}

/** Tells targets apart. */
export function targetKey(target: RunTarget): string {
  switch (target.kind) {
    case 'node':
      return `node ${target.id}`;
    case 'tag':
      return `tag ${target.tag}`;
    case 'everything':
      return target.kind;
  }
}
