// Patchbay's own agent, as the core tells of it: who uses it, and who waits to be allowed.

import { asApiError, call, onEvent } from '$lib/host';
import type { AgentAsk, AgentStatus, ApiError } from '$lib/host';

const OFF: AgentStatus = {
  serving: false,
  socket: null,
  line: null,
  problem: null,
  asks: [],
  uses: [],
  times: 0,
};

class AgentView {
  status = $state.raw<AgentStatus>(OFF);
  problem = $state.raw<ApiError | null>(null);
  #heard = 0;

  /** Follows it while the vault is open. The returned function stops, and forgets whose keys were used. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind !== 'agent') return;
      this.#heard += 1;
      this.status = event.status;
    });
    void this.load();
    return () => {
      unlisten();
      this.status = OFF;
    };
  }

  async load(): Promise<void> {
    const heard = this.#heard;
    try {
      const status = await call('agent_status');
      // An event may be newer than the answer.
      if (heard === this.#heard) this.status = status;
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Allows or denies; one that was withdrawn meanwhile needs no answer. */
  async answer(ask: AgentAsk, allow: boolean): Promise<void> {
    this.status = {
      ...this.status,
      asks: this.status.asks.filter((other) => other.id !== ask.id),
    };
    await call('agent_answer', { id: ask.id, allow }).catch((problem) => {
      const refusal = asApiError(problem);
      if (refusal.code !== 'notFound') this.problem = refusal;
    });
  }
}

export const agent = new AgentView();
