/** The clipboards of two computers as one, where the machine's settings say so. */

import { notices } from '$lib/frame/notices.svelte';
import { call } from '$lib/host';
import { copied } from './codec';

export class SharedClipboard {
  /** What both have, as far as is known. */
  #both: string | null = null;

  constructor(
    private readonly machine: () => string,
    private readonly send: (message: Uint8Array<ArrayBuffer>) => void,
  ) {}

  /** Something was copied there. */
  async take(text: string): Promise<void> {
    if (text === '' || text === this.#both) return;
    this.#both = text;
    await call('host_copy_text', { text }).catch(() => undefined);
  }

  /** The desktop got the keyboard: what was copied here since may be pasted there. */
  async offer(): Promise<void> {
    const answer = await call('host_read_clipboard').catch(() => null);
    const text = answer?.text ?? '';
    if (text === '' || text === this.#both) return;
    this.#both = text;
    const message = copied(text);
    if (message) this.send(message);
    else
      notices.say(`What you copied was not passed to ${this.machine()}.`, {
        kind: 'danger',
        detail: 'It is longer than 1 MB.',
      });
  }

  /** Another connection knows nothing of what was copied. */
  forget(): void {
    this.#both = null;
  }
}
