/** How hard a password is to guess: the server says, by the rule it will hold it to. */
import type { PassphraseStrength } from '$lib/host';
import type { Ask } from './ask';

export const judgeFor =
  (ask: Ask, name: () => string) =>
  (password: string): Promise<PassphraseStrength> =>
    ask('POST /password-strength', { body: { password: password.slice(0, 200), name: name() } });
