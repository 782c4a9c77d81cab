/**
 * What can be offered where the page runs. Whatever shows a button, a line of a menu, a setting or a name in the palette asks
 * `can(...)` first, so that there is none that does nothing.
 */

export type Ability =
  /** Signs in to a team server, which keeps what is shared. */
  | 'account'
  /** Several windows with buttons of their own. */
  | 'windows'
  /** A vault file: passphrase, lock, recovery key, keyring, backups. */
  | 'vault'
  /** A shell on the person's computer. */
  | 'localShell'
  /** Files of the person's computer: to list, to pick, to be written by the core, to be opened with its editor. */
  | 'localFiles'
  /** Files that the browser sends and fetches, one by one. */
  | 'webFiles'
  /** SSH agents on the person's computer, Patchbay's own among them. */
  | 'agent'
  /** Ports of the person's computer that lead through a machine. */
  | 'tunnels'
  /** Ways to manage machines below their operating system: controllers, hypervisors, switches, power units. */
  | 'devices';

/** A desktop window: the core runs beside it. */
export const ALL_OF_A_COMPUTER: ReadonlySet<Ability> = new Set<Ability>([
  'windows',
  'vault',
  'localShell',
  'localFiles',
  'agent',
  'tunnels',
  'devices',
]);

/** A browser: the core runs on the server, and "this computer" would be that one. */
export const ALL_OF_A_BROWSER: ReadonlySet<Ability> = new Set<Ability>(['account', 'webFiles']);
