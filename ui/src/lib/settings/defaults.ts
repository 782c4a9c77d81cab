// What counts until the settings were read: the defaults of crates/model/src/settings.rs.

import type { AppSettings, VaultSettings } from '$lib/host';

export const DEFAULT_APP: AppSettings = {
  theme: 'system',
  terminal: {
    font: 'JetBrains Mono',
    fontSize: 13,
    lineHeight: 1.38,
    theme: 'window',
    raiseContrast: true,
    cursor: 'block',
    cursorBlink: false,
    scrollback: 20_000,
    bell: 'visual',
    copyOnSelect: false,
    confirmPaste: true,
    osc52Write: false,
  },
  restoreTabs: true,
  serveAgent: false,
  closing: 'ask',
  editor: '',
};

export const DEFAULT_VAULT: VaultSettings = {
  lockAfterMinutes: 15,
  lockOnSleep: true,
  lockOnScreenLock: true,
  readKnownHosts: true,
  record: 'off',
  recordingsKept: { kind: 'forever' },
};
