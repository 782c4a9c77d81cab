// One secret on the screen for half a minute. It is gone earlier when the vault locks or the page is left.

import { call, onEvent } from '$lib/host';
import type { IdentitySecret } from '$lib/host';

export const SHOWN_SECONDS = 30;

export class Reveal {
  /** The secret while it is shown. */
  text = $state<string | null>(null);
  /** Seconds until it is hidden. */
  left = $state(0);

  #tick: ReturnType<typeof setInterval> | undefined;
  #unlisten: (() => void) | undefined;
  #asked = 0;

  /** Shows a secret. Throws `needsPassphrase` when the vault was not unlocked a moment ago. */
  async show(id: string, secret: IdentitySecret, passphrase?: string): Promise<void> {
    this.hide();
    const mine = this.#asked;
    const { text } = await call('identity_reveal', { id, secret, passphrase: passphrase ?? null });
    // Left or hidden while the answer was on its way.
    if (mine !== this.#asked) return;
    this.text = text;
    this.left = SHOWN_SECONDS;
    this.#unlisten = onEvent((event) => {
      if (event.kind === 'vault' && event.status.phase !== 'unlocked') this.hide();
    });
    this.#tick = setInterval(() => {
      this.left -= 1;
      if (this.left <= 0) this.hide();
    }, 1000);
  }

  hide(): void {
    this.#asked += 1;
    this.text = null;
    this.left = 0;
    clearInterval(this.#tick);
    this.#unlisten?.();
    this.#unlisten = undefined;
  }
}
