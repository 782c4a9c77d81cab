/** Runs that answer at once: most machines alike, one differently, one not at all, one with a host key nobody knows. */
import type {
  Args,
  RunCounts,
  RunDetail,
  RunDiff,
  RunInfo,
  RunMachine,
  RunOutput,
  TreeRows,
} from '$lib/host';
import { problem } from './problem';

const USUAL = [
  'kbdinteractiveauthentication no',
  'kexalgorithms mlkem768x25519-sha256,curve25519-sha256',
  'maxauthtries 3',
  'passwordauthentication no',
  'permitrootlogin no',
  'pubkeyauthentication yes',
  'x11forwarding no',
];

export class MemoryRuns {
  #all = new Map<string, RunDetail>();
  #next = 1;
  /** Leaves machines running until they are stopped. */
  hold = false;

  constructor(
    private readonly rows: () => TreeRows,
    private readonly changed: (run: RunInfo) => void,
    private readonly gone: (id: string) => void,
    private readonly titleOf: (snippet: string) => string,
  ) {}

  targets({ targets }: Args<'run_targets'>): string[] {
    const rows = this.rows();
    const found: string[] = [];
    let folder = -1;
    rows.ids.forEach((id, row) => {
      const depth = rows.depths[row] ?? 0;
      if (folder >= 0 && depth <= folder) folder = -1;
      const meant = targets.some(
        (target) =>
          target.kind === 'everything' ||
          (target.kind === 'node' && target.id === id) ||
          (target.kind === 'tag' && (rows.tags[row] ?? '').split(' ').includes(target.tag)),
      );
      if (rows.folders[row]) {
        if (meant && folder < 0) folder = depth;
      } else if (meant || folder >= 0) found.push(id);
    });
    return found;
  }

  start({ command, targets, options, grouping }: Args<'run_start'>): RunInfo {
    if (command.kind === 'text' && command.text.trim() === '')
      throw {
        ...problem('invalid', 'There is no command.', 'Type what to run.'),
        field: 'command',
      };
    const rows = this.rows();
    const ids = this.targets({ targets });
    const machines = ids.map((id): RunMachine => {
      const name = rows.names[rows.ids.indexOf(id)] ?? '';
      return { id, name, state: { kind: 'waiting' }, ms: null, bytes: 0, cut: false };
    });
    const text = command.kind === 'text' ? command.text : this.titleOf(command.id);
    const info: RunInfo = {
      id: `run-${this.#next++}`,
      title: text.split('\n')[0] ?? '',
      command: text,
      options,
      grouping,
      state: 'running',
      counts: counted(machines),
      groups: 0,
      began: Date.now() + this.#next,
      ms: 0,
      revision: 1,
    };
    const detail: RunDetail = { info, machines, groups: [] };
    this.#all.set(info.id, detail);
    setTimeout(() => this.#answer(detail), 0);
    return structuredClone(info);
  }

  again(id: string): RunInfo {
    const { info, machines } = this.get(id);
    return this.start({
      command: { kind: 'text', text: info.command },
      targets: machines.map((machine) => ({ kind: 'node', id: machine.id })),
      options: info.options,
      grouping: info.grouping,
    });
  }

  #answer(detail: RunDetail): void {
    detail.machines.forEach((machine, at) => {
      machine.ms = 200 + ((at * 137) % 500);
      machine.bytes = 180;
      machine.state = this.hold ? { kind: 'running' } : stateOf(machine.name);
    });
    this.#tell(detail);
  }

  #tell(detail: RunDetail): void {
    const ended = detail.machines.flatMap(({ state }, at) => (state.kind === 'ended' ? [at] : []));
    const odd = ended.filter((at) => detail.machines[at]?.name === 'worker-02');
    const usual = ended.filter((at) => !odd.includes(at));
    detail.groups = [usual, odd]
      .filter((machines) => machines.length > 0)
      .map((machines, place) => ({
        machines,
        lines: 7,
        usual: place === 0 && machines.length > 1,
      }));
    const counts = counted(detail.machines);
    detail.info = {
      ...detail.info,
      counts,
      groups: detail.groups.length,
      state: counts.running + counts.waiting > 0 ? 'running' : 'done',
      ms: 2900,
      revision: detail.info.revision + 1,
    };
    this.changed(detail.info);
  }

  list(): RunInfo[] {
    return [...this.#all.values()].map(({ info }) => info).reverse();
  }

  get(id: string): RunDetail {
    const detail = this.#all.get(id);
    if (!detail) throw problem('notFound', 'This run is not there any more.');
    return detail;
  }

  output({ id, machine }: Args<'run_output'>): RunOutput {
    const { name, state } = this.#machine(id, machine);
    const texts = state.kind === 'ended' || state.kind === 'running' ? linesOf(name) : [];
    return { lines: texts.map((text) => ({ text, error: false })), cut: false };
  }

  diff({ id, left, right }: Args<'run_diff'>): RunDiff {
    const old = linesOf(this.#machine(id, left).name);
    const young = linesOf(this.#machine(id, right).name);
    const lines = old.flatMap((text, at): RunDiff['lines'] => {
      const other = young[at] ?? '';
      const number = at + 1;
      if (text === other) return [{ kind: 'same', left: number, right: number, text }];
      const from = text.lastIndexOf(' ') + 1;
      return [
        { kind: 'left', left: number, text, marks: [[from, text.length]] },
        { kind: 'right', right: number, text: other, marks: [[from, other.length]] },
      ];
    });
    const only = lines.filter(({ kind }) => kind === 'left').length;
    return { lines, leftOnly: only, rightOnly: only, cut: false };
  }

  group({ id, grouping }: Args<'run_group'>): void {
    const detail = this.get(id);
    detail.info = { ...detail.info, grouping };
    this.#tell(detail);
  }

  retry({ id, machines }: Args<'run_retry'>): RunInfo {
    const detail = this.get(id);
    for (const machine of detail.machines)
      if (machines?.includes(machine.id) ?? stateOf(machine.name).kind !== 'ended')
        machine.state = { kind: 'ended', code: 0, signal: null };
    this.#tell(detail);
    return detail.info;
  }

  cancel({ id, machine }: Args<'run_cancel'>): void {
    const detail = this.get(id);
    for (const each of detail.machines)
      if (machine === null || each.id === machine) each.state = { kind: 'cancelled' };
    this.#tell(detail);
  }

  forget(id: string): void {
    this.#all.delete(id);
    this.gone(id);
  }

  #machine(id: string, machine: string): RunMachine {
    const found = this.get(id).machines.find((each) => each.id === machine);
    if (!found) throw problem('notFound', 'This machine is not there any more.');
    return found;
  }
}

function linesOf(name: string): string[] {
  if (name !== 'worker-02') return USUAL;
  return USUAL.map((line) =>
    line.replace('maxauthtries 3', 'maxauthtries 6').replace(/^(passwordauth.*) no$/, '$1 yes'),
  );
}

function stateOf(name: string): RunMachine['state'] {
  if (name === 'cache-01')
    return {
      kind: 'failed',
      error: problem(
        'refused',
        'cache-01 refused the connection.',
        'Nothing accepts SSH on port 22: check the port.',
      ),
    };
  if (name === 'fw-fra-01')
    return {
      kind: 'attention',
      what: 'hostKeyUnknown',
      error: problem(
        'hostKey',
        'The host key of fw-fra-01 is not on record.',
        'Open a session to it, and compare the key with what you were told by whoever runs it.',
      ),
    };
  return { kind: 'ended', code: 0, signal: null };
}

function counted(machines: readonly RunMachine[]): RunCounts {
  const count = (...kinds: RunMachine['state']['kind'][]) =>
    machines.filter(({ state }) => kinds.includes(state.kind)).length;
  return {
    machines: machines.length,
    waiting: count('waiting'),
    running: count('connecting', 'running'),
    ok: count('ended'),
    nonzero: 0,
    failed: count('failed', 'timedOut'),
    attention: count('attention'),
    cancelled: count('cancelled'),
  };
}
