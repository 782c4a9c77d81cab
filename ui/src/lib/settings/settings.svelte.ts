// The settings of this computer and of the open vault, and what draws from them. Changed at once on the screen and
// written in the order of the changes; what could not be written is taken back and said.
//
// The fields of the settings pages and their names are in catalog.ts.

import { asApiError, call, onEvent } from '$lib/host';
import { shortPath } from '$lib/host/paths';
import type { ApiError, AppInfo, AppSettings, TerminalSettings, VaultSettings } from '$lib/host';
import { DEFAULT_APP, DEFAULT_VAULT } from './defaults';

export type AppChange = Partial<Omit<AppSettings, 'terminal'>> & {
  terminal?: Partial<TerminalSettings>;
};

const PREFERS_DARK = '(prefers-color-scheme: dark)';

const merged = (app: AppSettings, change: AppChange): AppSettings => ({
  ...app,
  ...change,
  terminal: { ...app.terminal, ...change.terminal },
});

class SettingsState {
  /** Settings of this computer. */
  app = $state<AppSettings>(DEFAULT_APP);
  /** Settings of the open vault; the defaults while it is locked. */
  vault = $state<VaultSettings>(DEFAULT_VAULT);
  /** The program and this computer. */
  info = $state<AppInfo | null>(null);
  /** The last change that could not be written. */
  problem = $state<ApiError | null>(null);

  #systemDark = $state(false);
  /** What is known to be on the disk. */
  #kept = { app: DEFAULT_APP, vault: DEFAULT_VAULT };
  #writing: Promise<void> = Promise.resolve();
  #loading: Promise<void> = Promise.resolve();
  #unwritten = $state(0);

  /** Light or dark, after asking the desktop where that is wanted. */
  readonly theme = $derived<'light' | 'dark'>(
    this.app.theme === 'system' ? (this.#systemDark ? 'dark' : 'light') : this.app.theme,
  );

  /** A path as people write it: `~` for the home folder. For show, and where the back end reads `~` too. */
  shortPath(path: string): string {
    return shortPath(path, this.info?.homePath);
  }

  /** Whether a change is still on its way to the disk. */
  get saving(): boolean {
    return this.#unwritten > 0;
  }

  /** Reads the settings and follows them; call once. The returned function stops. */
  start(): () => void {
    const stop = this.follow();
    void this.load();
    return stop;
  }

  /** The same, for a page that has nobody to read for yet. */
  follow(): () => void {
    const query = typeof matchMedia === 'function' ? matchMedia(PREFERS_DARK) : null;
    const follow = (): void => {
      this.#systemDark = query?.matches ?? false;
    };
    follow();
    query?.addEventListener('change', follow);
    const unlisten = onEvent((event) => {
      if (event.kind !== 'settings') return;
      this.#kept.app = event.settings;
      if (!this.saving) this.app = event.settings;
    });
    const paint = $effect.root(() => {
      $effect(() => {
        document.documentElement.dataset.theme = this.theme;
      });
    });
    return () => {
      query?.removeEventListener('change', follow);
      unlisten();
      paint();
    };
  }

  /** Reads the settings of this computer. */
  load(): Promise<void> {
    this.#loading = this.#load();
    return this.#loading;
  }

  /** Until they were read, if somebody began to: what depends on one at the start waits for that. */
  loaded(): Promise<void> {
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      [this.#kept.app, this.info] = await Promise.all([call('settings_get'), call('app_info')]);
      this.app = this.#kept.app;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Reads what travels with the vault; call when it was unlocked. */
  async loadVault(): Promise<void> {
    try {
      this.#kept.vault = await call('vault_settings_get');
      this.vault = this.#kept.vault;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  /** Changes settings of this computer. */
  update(change: AppChange): Promise<void> {
    this.app = merged(this.app, change);
    const wanted = $state.snapshot(change) as AppChange;
    return this.#write(() => this.#set(wanted));
  }

  /** The same for what the core may refuse: nothing changes before it is written, and the field says why it is not. */
  async tryUpdate(change: AppChange): Promise<ApiError | null> {
    let refusal: ApiError | null = null;
    await this.#write(async () => {
      try {
        await this.#set(change);
      } catch (problem) {
        refusal = asApiError(problem);
      }
    });
    return refusal;
  }

  async #set(change: AppChange): Promise<void> {
    // Onto what is on the disk: another change on its way, or one that was refused, is not this one's business.
    this.#kept.app = await call('settings_set', { settings: merged(this.#kept.app, change) });
  }

  /** Changes settings of the vault. */
  updateVault(change: Partial<VaultSettings>): Promise<void> {
    this.vault = { ...this.vault, ...change };
    const wanted = $state.snapshot(this.vault);
    return this.#write(async () => {
      this.#kept.vault = await call('vault_settings_set', { settings: wanted });
    });
  }

  dismissProblem(): void {
    this.problem = null;
  }

  /** Writes after what is already being written; after the last, the screen shows what is on the disk. */
  #write(write: () => Promise<void>): Promise<void> {
    this.#unwritten += 1;
    this.#writing = this.#writing.then(async () => {
      try {
        await write();
        this.problem = null;
      } catch (problem) {
        this.problem = asApiError(problem);
      }
      this.#unwritten -= 1;
      if (this.#unwritten > 0) return;
      this.app = this.#kept.app;
      this.vault = this.#kept.vault;
    });
    return this.#writing;
  }
}

export const settings = new SettingsState();
