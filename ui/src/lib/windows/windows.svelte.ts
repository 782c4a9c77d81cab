/**
 * The windows there are, and this one among them: what each shows, tabs that come from another, and closing.
 *
 * The shell keeps what every page tells it, so that tabs outlive a page; what is in them is known to pages alone.
 */

import { call, onWindowEvent, type WindowInfo } from '$lib/host';
import { tasks } from '$lib/files/tasks.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { settings } from '$lib/settings/settings.svelte';
import { sessionsIn } from '$lib/tabs/layout';
import { tabs } from '$lib/tabs/tabs.svelte';
import { vault } from '$lib/vault/vault.svelte';
import { untrack } from 'svelte';

const MAIN = 'main';
/** What windows show is told this long after it changed. */
const TELL_AFTER_MS = 50;

/** How a window closes: its tabs go to the main window, or with it; or all windows close, with or without sessions. */
type Closing = 'leave' | 'drop' | 'keep' | 'quit';

/** What would be lost if the window closed. */
export interface AtStake {
  sessions: number;
  unsaved: number;
  tasks: number;
}

type Message = { kind: 'tabs'; tabs: string; front: boolean } | { kind: 'session'; id: string };

class WindowsState {
  own = $state(MAIN);
  all = $state.raw<readonly WindowInfo[]>([]);
  /** Sessions can go on without a window. */
  canKeep = $state(false);
  /** What a person is asked about before the window closes. */
  closing = $state.raw<AtStake | null>(null);

  readonly isMain = $derived(this.own === MAIN);
  readonly others: readonly WindowInfo[] = $derived(
    this.all.filter((window) => window.label !== this.own),
  );
  /** Which window shows a session, of those that are not this one. */
  readonly #elsewhere: ReadonlyMap<string, string> = $derived(
    new Map(
      this.others.flatMap((window) => sessionsIn(window.tabs).map((id) => [id, window.label])),
    ),
  );
  #told = '';
  #tellTimer: ReturnType<typeof setTimeout> | undefined;
  #telling: (() => Promise<void>) | null = null;
  #hadTabs = false;

  /** Follows the other windows; call once. The returned function stops. */
  start(): () => void {
    const unlisten = onWindowEvent((event) => {
      if (event.to !== null && event.to !== this.own) return;
      if (event.kind === 'windows') void this.load();
      if (event.kind === 'mail') void this.#takeMail();
      if (event.kind === 'close') void this.#askToClose();
    });
    void this.load();
    const stop = $effect.root(() => {
      $effect(() => {
        // What came before the tabs were back waited in the shell.
        if (tabs.ready && vault.unlocked) untrack(() => void this.#takeMail());
      });
      $effect(() => {
        const empty = tabs.list.length === 0;
        if (!empty) this.#hadTabs = true;
        // A window of its own is gone with its last tab.
        else if (this.#hadTabs && tabs.ready && !this.isMain) void this.close('drop');
      });
    });
    return () => {
      unlisten();
      stop();
    };
  }

  /** Reads which windows there are. */
  async load(): Promise<void> {
    const { own, windows, canKeep } = await call('host_windows');
    this.own = own;
    this.canKeep = canKeep;
    if (JSON.stringify(windows) !== JSON.stringify(this.all)) this.all = windows;
  }

  /** What this window showed when its page was loaded. */
  get ownTabs(): string {
    return this.all.find((window) => window.label === this.own)?.tabs ?? '';
  }

  /** The other window that shows a session. */
  whereIs(session: string): string | undefined {
    return this.#elsewhere.get(session);
  }

  /** Opens a window that shows these tabs; throws if there are too many. */
  async open(json: string): Promise<void> {
    await call('host_window_new', { tabs: json });
  }

  /** Gives tabs to another window and brings it to the front; throws if it is gone. */
  async give(to: string, json: string): Promise<void> {
    await this.#send(to, { kind: 'tabs', tabs: json, front: true });
  }

  /** Brings the window that shows a session to the front, and the session in it. */
  async show(to: string, session: string): Promise<void> {
    await this.#send(to, { kind: 'session', id: session });
  }

  /** Tells the others what this window shows. */
  tell(json: string, unsaved: number): void {
    const telling = `${unsaved} ${json}`;
    if (telling === this.#told) return;
    this.#told = telling;
    clearTimeout(this.#tellTimer);
    this.#telling = async () => {
      this.#telling = null;
      // It is told again with the next change.
      await call('host_window_tell', { tabs: json, unsaved }).catch(() => (this.#told = ''));
    };
    this.#tellTimer = setTimeout(() => void this.#telling?.(), TELL_AFTER_MS);
  }

  async close(how: Closing): Promise<void> {
    this.closing = null;
    await Promise.all([tabs.flush(), this.#telling?.()]);
    // The window is gone before it can answer.
    await call('host_window_close', { how }).catch(() => undefined);
  }

  async #send(to: string, message: Message): Promise<void> {
    await call('host_window_send', { to, message: JSON.stringify(message), focus: true });
  }

  async #takeMail(): Promise<void> {
    if (!tabs.ready || !vault.unlocked) return;
    const { messages } = await call('host_window_take');
    for (const text of messages) {
      const message = JSON.parse(text) as Message;
      if (message.kind === 'tabs') await tabs.receive(message.tabs, message.front);
      else tabs.open({ kind: 'session', sessionId: message.id });
    }
  }

  /** Somebody wants this window closed: at once if nothing is lost by it. */
  async #askToClose(): Promise<void> {
    if (this.closing) {
      await this.#saysAsking();
      return;
    }
    const stake = await this.#atStake();
    const remembered = this.#remembered(stake);
    if (remembered !== null) await this.close(remembered);
    else if (this.isMain ? stake.sessions + stake.unsaved + stake.tasks > 0 : stake.unsaved > 0) {
      this.closing = stake;
      await this.#saysAsking();
    } else await this.close(this.isMain ? 'quit' : 'leave');
  }

  /** Closes as the person answered, who does not want to be asked again. */
  async closeFromNow(how: 'keep' | 'quit'): Promise<void> {
    // One that cannot be written is asked again; that is no reason to stay open.
    await settings.update({ closing: how === 'keep' ? 'keep' : 'end' });
    await this.close(how);
  }

  /** What was answered once and for all, if it answers this: what it said nothing of is asked about. */
  #remembered({ sessions, unsaved, tasks }: AtStake): 'keep' | 'quit' | null {
    if (!this.isMain || sessions === 0 || unsaved > 0) return null;
    const { closing } = settings.app;
    // Tasks go on with the sessions.
    if (closing === 'keep' && this.canKeep) return 'keep';
    return closing === 'end' && tasks === 0 ? 'quit' : null;
  }

  /** Says that the person is asked. */
  async #saysAsking(): Promise<void> {
    await call('host_window_close', { how: 'asking' }).catch(() => undefined);
  }

  async #atStake(): Promise<AtStake> {
    // A page that was loaded behind the lock screen has not read the sessions.
    await vault.refresh();
    const here = sessions.list.filter((session) => session.state.kind !== 'closed').length;
    const others = this.others.reduce((sum, window) => sum + window.unsaved, 0);
    return {
      sessions: Math.max(here, vault.status?.runningSessions ?? 0),
      unsaved: tabs.unsaved + (this.isMain ? others : 0),
      tasks: tasks.sum.open,
    };
  }
}

export const windows = new WindowsState();
