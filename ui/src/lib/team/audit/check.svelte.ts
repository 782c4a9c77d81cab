/** Checking the whole audit log: the server does it, the page asks how far it is. */
import { asApiError, type ApiError } from '$lib/host';
import type { AuditCheck } from '../api';
import type { Ask } from '../ask';
import { many } from './words';

const ASKS_MS = 1000;

export class LogCheck {
  check = $state.raw<AuditCheck | null>(null);
  problem = $state.raw<ApiError | null>(null);
  /** What is shown was begun, or seen at work, on this page. */
  shown = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: Ask) {}

  get running(): boolean {
    return this.check?.state.kind === 'running';
  }

  /** Looks whether one is under way, and follows it until the returned function is called. */
  follow(): () => void {
    void this.#look();
    return () => clearTimeout(this.#timer);
  }

  async begin(): Promise<void> {
    await this.#do(async () => {
      this.check = await this.ask('POST /audit/check');
      this.shown = true;
    });
    this.#again();
  }

  async cancel(): Promise<void> {
    await this.#do(() => this.ask('DELETE /audit/check'));
    await this.#look();
  }

  dismiss(): void {
    this.shown = false;
    this.problem = null;
  }

  async #look(): Promise<void> {
    await this.#do(async () => {
      this.check = await this.ask('GET /audit/check');
      if (this.running) this.shown = true;
    });
    if (this.running) this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ASKS_MS);
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.problem = null;
    } catch (failed) {
      this.problem = asApiError(failed);
    }
  }
}

/** How far it is, or what it found: a title and what there is to say besides. */
export function checkWords({ state, done, total }: AuditCheck): {
  kind: 'info' | 'ok' | 'warn' | 'danger';
  title: string;
  text: string;
} {
  switch (state.kind) {
    case 'running': {
      const percent = total > 0 ? Math.min(100, Math.floor((done * 100) / total)) : 0;
      return {
        kind: 'info',
        title: `Checking the log, ${String(percent)} %`,
        text: `${many(done)} of ${many(total)} records.`,
      };
    }
    case 'sound':
      return {
        kind: 'ok',
        title: `All ${many(done)} records are as they were written`,
        text:
          state.vouched > 0
            ? `Signed checkpoints vouch for the first ${many(state.vouched)}. A head that you saved earlier shows besides that nothing was cut off: patchbay-server verify --head FILE.`
            : 'No checkpoint vouches for them yet.',
      };
    case 'broken':
      return {
        kind: 'danger',
        title: `The log was changed at record ${many(state.seq)}`,
        text: `There ${state.how}. Keep the database as it is, and compare it with a backup.`,
      };
    case 'cancelled':
      return { kind: 'info', title: 'The check was stopped', text: 'It found nothing until then.' };
    case 'failed':
      return { kind: 'warn', title: 'The log could not be checked', text: state.why };
  }
}
