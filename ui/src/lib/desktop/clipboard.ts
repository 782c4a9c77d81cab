/**
 * The clipboards of two computers as one, where the machine's settings say so.
 *
 * Text passes through here. Of pictures the page only says when: they go between the core and the system's clipboard.
 */

import { notices } from '$lib/frame/notices.svelte';
import { asApiError, call, type SessionId } from '$lib/host';
import { copied } from './codec';

export class SharedClipboard {
  /** What both have, as far as is known. */
  #both: string | null = null;

  constructor(
    private readonly id: SessionId,
    private readonly machine: () => string,
    private readonly send: (message: Uint8Array<ArrayBuffer>) => void,
  ) {}

  /** Something was copied there. */
  async take(text: string): Promise<void> {
    if (text === '' || text === this.#both) return;
    this.#both = text;
    await call('host_copy_text', { text }).catch(() => undefined);
  }

  /** A picture was copied there. */
  async takePicture(): Promise<void> {
    // What was text before may be copied again later.
    this.#both = null;
    await call('host_take_picture', { id: this.id }).catch(() => undefined);
  }

  /** The desktop got the keyboard: what was copied here since may be pasted there. */
  async offer(): Promise<void> {
    const answer = await call('host_read_clipboard').catch(() => null);
    if (!answer) return;
    const { text } = answer;
    if (text === '') return this.#offerPicture();
    if (text === this.#both) return;
    this.#both = text;
    const message = copied(text);
    if (message) this.send(message);
    else
      notices.say(`What you copied was not passed to ${this.machine()}.`, {
        kind: 'danger',
        detail: 'It is longer than 1 MB.',
      });
  }

  async #offerPicture(): Promise<void> {
    try {
      const { passed } = await call('host_offer_picture', { id: this.id });
      if (passed) this.#both = null;
    } catch (problem) {
      const error = asApiError(problem);
      // A clipboard that does not answer is no news each time the desktop gets the keyboard.
      if (error.code === 'invalid') notices.problem(error);
    }
  }

  /** Another connection knows nothing of what was copied. */
  forget(): void {
    this.#both = null;
  }
}
