// Every setting by name, for the search field of the settings page and for the palette.

import { can, type Ability } from '$lib/host';

export type SectionId =
  | 'account'
  | 'appearance'
  | 'terminal'
  | 'keyboard'
  | 'agent'
  | 'vault'
  | 'hostkeys'
  | 'triggers'
  | 'about';

export interface Section {
  id: SectionId;
  title: string;
  group: 'You' | 'This computer' | 'This vault' | 'Machines' | 'Patchbay';
}

const ALL_SECTIONS: readonly Section[] = [
  { id: 'account', title: 'Your account', group: 'You' },
  { id: 'appearance', title: 'Appearance', group: 'This computer' },
  { id: 'terminal', title: 'Terminal', group: 'This computer' },
  { id: 'keyboard', title: 'Keyboard', group: 'This computer' },
  { id: 'agent', title: 'Agent', group: 'This computer' },
  { id: 'vault', title: 'Lock and vault', group: 'This vault' },
  { id: 'hostkeys', title: 'Trusted keys', group: 'This vault' },
  { id: 'triggers', title: 'Triggers', group: 'This vault' },
  { id: 'about', title: 'About', group: 'Patchbay' },
];

/** Sections that are not everywhere. */
const SECTION_NEEDS: Partial<Record<SectionId, Ability>> = { account: 'account', agent: 'agent' };

/** Settings that are not everywhere. */
const NEEDS: Readonly<Record<string, Ability>> = {
  closing: 'windows',
  editor: 'localFiles',
  lockAfter: 'vault',
  lockOnSleep: 'vault',
  lockOnScreenLock: 'vault',
  keyring: 'vault',
  passphrase: 'vault',
  recovery: 'vault',
  rekey: 'vault',
  backup: 'vault',
  restore: 'vault',
  path: 'vault',
  readKnownHosts: 'localFiles',
};

const isHere = (needs: Ability | undefined): boolean => needs === undefined || can(needs);

/** The sections there are where the page runs. What is the vault's elsewhere is the person's on a server. */
export function sectionsHere(): readonly Section[] {
  const here = ALL_SECTIONS.filter(({ id }) => isHere(SECTION_NEEDS[id]));
  if (can('vault')) return here;
  return here.map((section) => ({
    ...section,
    title: section.id === 'vault' ? 'Recording' : section.title,
    group:
      section.group === 'This computer'
        ? 'You'
        : section.group === 'This vault'
          ? 'Machines'
          : section.group,
  }));
}

/** Whether a setting can be made where the page runs. */
export function isSettingHere({ id, section }: SettingItem): boolean {
  return isHere(SECTION_NEEDS[section]) && isHere(NEEDS[id]);
}

/** The settings there are where the page runs. */
export function settingsHere(): SettingItem[] {
  return SETTINGS.filter(isSettingHere);
}

export interface SettingItem {
  id: string;
  section: SectionId;
  title: string;
  hint: string;
  /** Other words a person may look for. */
  words: string;
}

const item = (
  section: SectionId,
  id: string,
  title: string,
  hint = '',
  words = '',
): SettingItem => ({
  id,
  section,
  title,
  hint,
  words,
});

const SETTINGS: readonly SettingItem[] = [
  item('account', 'displayName', 'Your name', 'What others call you', 'display profile'),
  item('account', 'signOut', 'Sign out', '', 'log out leave session'),
  item('account', 'password', 'Password', 'Ends your other sign-ins', 'change'),
  item(
    'account',
    'totp',
    'One-time passwords',
    'An app on your phone shows one that signing in asks for',
    'totp two factor 2fa mfa authenticator',
  ),
  item(
    'account',
    'recoveryCodes',
    'Recovery codes',
    'Each lets you in once without your device',
    'totp lost two factor 2fa backup',
  ),
  item(
    'account',
    'passkeys',
    'Passkeys',
    'A device that signs you in without a password',
    'webauthn fido security key fingerprint device',
  ),
  item(
    'account',
    'links',
    'Linked accounts',
    'Other places that sign you in',
    'oidc openid ldap sso single sign-on provider directory',
  ),
  item('account', 'signIns', 'Signed in', 'Where, and how to end it', 'sessions devices revoke'),
  item('account', 'tokens', 'API tokens', 'What scripts sign in with', 'key script automation'),
  item(
    'appearance',
    'theme',
    'Theme',
    'Light, dark, or as the desktop says',
    'colour color dark light mode',
  ),
  item(
    'appearance',
    'restoreTabs',
    'Open the tabs of the last time',
    'Once the vault is unlocked',
    'restore start session',
  ),
  item(
    'appearance',
    'closing',
    'Closing with sessions running',
    'What becomes of them. Unsaved changes and tasks that would end are always asked about',
    'quit exit window keep disconnect background ask again',
  ),
  item(
    'appearance',
    'editor',
    'Editor',
    'Opens files of machines. Empty is what this system has for each',
    'program application open edit file external',
  ),
  item('terminal', 'font', 'Typeface', 'Falls back to JetBrains Mono', 'font family'),
  item('terminal', 'fontSize', 'Size and line height', '', 'font zoom text'),
  item(
    'terminal',
    'terminalTheme',
    'Theme',
    'Applies to terminals only',
    'colour color scheme solarized palette',
  ),
  item(
    'terminal',
    'raiseContrast',
    'Raise low contrast',
    'Changes text colours that fall below 4.5 : 1',
    'readable',
  ),
  item('terminal', 'cursor', 'Cursor', '', 'caret block bar underline'),
  item('terminal', 'cursorBlink', 'Blinking cursor', '', 'caret'),
  item(
    'terminal',
    'scrollback',
    'Scrollback',
    'Per session, kept in memory',
    'lines history buffer',
  ),
  item('terminal', 'bell', 'Bell', 'What a program that rings does', 'sound beep visual'),
  item('terminal', 'copyOnSelect', 'Copy on select', '', 'clipboard mouse'),
  item(
    'terminal',
    'confirmPaste',
    'Ask before pasting several lines',
    'Shows the lines and where they go',
    'clipboard',
  ),
  item(
    'terminal',
    'osc52Write',
    'Let programs write the clipboard',
    'Asked for with OSC 52. They can never read it',
    'osc52 copy',
  ),
  item('keyboard', 'shortcuts', 'Shortcuts', 'Every action and its keys', 'keys bindings hotkeys'),
  item(
    'agent',
    'serveAgent',
    'Agent for other programs',
    'ssh, git and others can sign with this vault’s keys while it is open',
    'ssh-agent SSH_AUTH_SOCK socket keys',
  ),
  item(
    'vault',
    'lockAfter',
    'Lock after',
    'Without a key press or click',
    'auto-lock idle minutes timeout',
  ),
  item('vault', 'lockOnSleep', 'Lock when the computer sleeps', '', 'suspend'),
  item('vault', 'lockOnScreenLock', 'Lock when the screen is locked', '', 'screensaver'),
  item(
    'vault',
    'keyring',
    'Unlock with the keyring',
    'The desktop keeps a key to this vault',
    'keychain credential manager',
  ),
  item(
    'vault',
    'passphrase',
    'Passphrase',
    'Change what unlocks this vault',
    'password master change',
  ),
  item('vault', 'recovery', 'Recovery key', 'The only other way in', 'lost forgotten'),
  item(
    'vault',
    'rekey',
    'New vault key',
    'Seals everything again with a fresh key',
    're-key rotate encryption',
  ),
  item(
    'vault',
    'record',
    'Record terminals and desktops',
    'Where neither the machine nor a folder says so, and for shells on this computer',
    'recording asciicast session vnc rdp',
  ),
  item(
    'vault',
    'recordingsKept',
    'Keep recordings',
    'The oldest go first, for good, and none that goes on',
    'retention delete old days size disk space recording',
  ),
  item(
    'vault',
    'backup',
    'Back up',
    'A sealed copy of this vault, without its recordings',
    'export save copy',
  ),
  item('vault', 'restore', 'Restore', 'Open a backup in place of this vault', 'import recover'),
  item('vault', 'path', 'Vault file', '', 'path location where'),
  item(
    'hostkeys',
    'readKnownHosts',
    'Read known_hosts',
    'Keys that OpenSSH trusts count too',
    'ssh host key',
  ),
  item(
    'hostkeys',
    'hostkeys',
    'Trusted keys',
    'What servers proved to be theirs',
    'fingerprint host key known_hosts',
  ),
  item(
    'triggers',
    'triggers',
    'Triggers',
    'What happens when a terminal shows a line',
    'pattern regular expression notify alarm snippet automatic',
  ),
  item(
    'hostkeys',
    'authorities',
    'Host authorities',
    'Whose host certificates are believed',
    'certificate ca cert-authority sign',
  ),
  item('about', 'about', 'About Patchbay', 'Version and licence', 'version license'),
];

const plain = (text: string): string => text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');

/**
 * The settings with a word that begins with each typed one. The section counts too, but it does not find alone: "lock" is
 * not everything under "Lock and vault". Nothing typed finds nothing.
 */
export function findSettings(query: string): SettingItem[] {
  const typed = plain(query).split(/\s+/).filter(Boolean);
  if (typed.length === 0) return [];
  return settingsHere().filter((setting) => {
    const own = wordsOf([setting.title, setting.hint, setting.words].join(' '));
    const all = [...own, ...wordsOf(sectionTitle(setting.section))];
    const begins = (words: string[], word: string): boolean =>
      words.some((each) => each.startsWith(word));
    return typed.every((word) => begins(all, word)) && typed.some((word) => begins(own, word));
  });
}

const wordsOf = (text: string): string[] =>
  plain(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** A setting by its id. Asking for one that is not listed is a slip of the pen, which the test of this file finds. */
export function settingCalled(id: string): SettingItem {
  return SETTINGS.find((setting) => setting.id === id) ?? item('about', id, id);
}

export function sectionTitle(id: SectionId): string {
  return sectionsHere().find((section) => section.id === id)?.title ?? '';
}

/** The section a tab asks for; the first one if it asks for none or an unknown one. */
export function sectionOf(id: string | undefined): SectionId {
  return sectionsHere().find((section) => section.id === id)?.id ?? 'appearance';
}
