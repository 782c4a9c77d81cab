/**
 * The sessions there are, as the core tells of them, and what can be asked of one.
 *
 * The core connects, keeps and ends sessions; here is only a picture of them. Their tabs are in
 * `lib/tabs`, their terminals in `terminal/`.
 */

import { desktopCode, loadDesktops } from '$lib/desktop/loaded.svelte';
import { desktopOf, forgetDesktop } from '$lib/desktop/registry';
import { densityOf, expectedDesktop } from '$lib/desktop/size';
import { startIn } from '$lib/files/folders.svelte';
import { forgetFiles } from '$lib/files/registry.svelte';
import { attempt, notices } from '$lib/frame/notices.svelte';
import {
  asApiError,
  call,
  onEvent,
  type HostKeyAnswer,
  type LineSignal,
  type NodeId,
  type Prompt,
  type SessionId,
  type SessionInfo,
  type SessionTarget,
  type TerminalSize,
} from '$lib/host';
import { isDesktop } from '$lib/machines/protocols';
import type { KeptTarget } from '$lib/tabs/model';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { windows } from '$lib/windows/windows.svelte';
import { mendingActions } from '$lib/workspaces/actions';
import { whyNot } from '$lib/workspaces/words';
import { workspaces } from '$lib/workspaces/workspaces.svelte';
import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { forgetTerminal, terminalOf } from './terminal/registry';
import { expectedSize } from './terminal/view.svelte';
import { DELETED, LOST, machineOf } from './words';

/** The size to open a session with: of a desktop, that of its tab. */
function sizeFor(target: KeptTarget | SessionTarget): TerminalSize {
  const size = expectedSize();
  if (target.kind === 'guest' && target.screen) return expectedDesktop(size, 'vnc');
  const protocol = target.kind === 'entry' ? tree.byId(target.id)?.protocol : undefined;
  return protocol && isDesktop(protocol) ? expectedDesktop(size, protocol) : size;
}

/** What tells one console from another: not what is done to another one that is in the way. */
function plain(target: SessionTarget): readonly unknown[] {
  const { kind } = target;
  if (kind === 'localShell') return [kind];
  const which =
    kind === 'serialOverLan' || kind === 'conserver'
      ? target.way
      : kind === 'guest'
        ? [target.guest, target.screen]
        : kind === 'nodeShell'
          ? target.node
          : '';
  return [kind, target.id, which];
}

class SessionsState {
  #all = new SvelteMap<SessionId, SessionInfo>();
  /** Sessions that were open at some time: what they showed is worth keeping in sight. */
  #opened = new SvelteSet<SessionId>();
  /** Sessions that their team server no longer has; the tabs show what they showed. */
  readonly #lost = new Set<SessionId>();
  /** Counts events, and which was each session's last. */
  #heard = 0;
  readonly #lastHeard = new Map<SessionId, number>();

  /** All of them, in the order they were opened. */
  readonly list: SessionInfo[] = $derived(
    [...this.#all.values()].sort((a, b) => a.opened - b.opened),
  );

  /** Follows the core and keeps the tabs; call once. The returned function stops. */
  start(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind === 'session') this.#hear(event.session);
      else if (event.kind === 'sessionGone') this.#forget(event.id);
      else if (event.kind === 'sessionLost') this.#lose(event.id);
    });
    const stops = [windows.start(), tabs.start(), this.#keepTerminals()];
    return () => {
      unlisten();
      stops.forEach((stop) => stop());
    };
  }

  /** A terminal for each session that this window shows, also behind other tabs, and for no other. */
  #keepTerminals(): () => void {
    const kept = new Set<SessionId>();
    return $effect.root(() => {
      $effect(() => {
        const shown = tabs.sessionIds;
        untrack(() => {
          for (const id of kept) {
            if (shown.has(id)) continue;
            kept.delete(id);
            // Another window shows it now; its output is read there.
            forgetTerminal(id);
            forgetDesktop(id);
          }
          for (const id of shown) {
            kept.add(id);
            const session = this.get(id);
            if (session) this.#showState(session);
          }
        });
      });
    });
  }

  get(id: SessionId): SessionInfo | undefined {
    return this.#all.get(id);
  }

  /** Whether it is or was open in this window. */
  wasOpen(id: SessionId): boolean {
    return this.#opened.has(id);
  }

  /** Whether its machine was deleted: it goes on until it is closed, and cannot be connected again. */
  isOrphan({
    target,
    workspace,
    direct,
  }: Pick<SessionInfo, 'target' | 'workspace' | 'direct'>): boolean {
    const id = machineOf(target);
    // What a team server that is away shows is not all there is.
    if ((workspaces.get(workspace ?? direct)?.state ?? 'connected') !== 'connected') return false;
    if (id === null || !tree.loaded || tree.problem !== null) return false;
    return tree.byId(id) === undefined;
  }

  /** The machine's open or opening sessions. */
  to(id: NodeId): SessionInfo[] {
    return this.list.filter(
      ({ target, state }) => machineOf(target) === id && state.kind !== 'closed',
    );
  }

  /** Reads all sessions: on start, and when the vault was unlocked. */
  async load(): Promise<SessionInfo[]> {
    const asked = this.#heard;
    const list = await call('session_list');
    const there = list.map((session) => session.id);
    for (const id of [...this.#all.keys()]) {
      const isLost = this.#lost.has(id) && tabs.sessionIds.has(id);
      if (!there.includes(id) && !isLost && !this.#isNewer(id, asked)) this.#forget(id);
    }
    for (const session of list) this.#answer(session, asked);
    return list;
  }

  /** Connects to a machine, in a new tab. */
  connect(id: NodeId): Promise<void> {
    return this.#openTab({ kind: 'entry', id });
  }

  /** Connects to a machine of a team server from this computer itself, in a new tab. */
  connectDirectly(id: NodeId): Promise<void> {
    return this.#openTab({ kind: 'entry', id }, true);
  }

  /** Opens the files of a machine, in a new tab. */
  files(id: NodeId): Promise<void> {
    return this.#openTab({ kind: 'files', id });
  }

  /** Goes to a session of the machine of this kind; opens one if there is none. */
  async goTo(target: SessionTarget & { kind: 'entry' | 'files' }): Promise<void> {
    const there = this.to(target.id).find((session) => session.target.kind === target.kind);
    const elsewhere = there && windows.whereIs(there.id);
    if (there && elsewhere !== undefined) await attempt(() => windows.show(elsewhere, there.id));
    else if (there) tabs.open({ kind: 'session', sessionId: there.id });
    else await this.#openTab(target);
  }

  /** Goes to a console, whichever way it is had; opens it if it is not open. */
  async console(target: SessionTarget): Promise<void> {
    const same = JSON.stringify(plain(target));
    const ends =
      (target.kind === 'serialOverLan' && target.endStale) ||
      (target.kind === 'conserver' && target.force);
    const there = this.list.find(
      ({ target: other, state }) =>
        state.kind !== 'closed' && !ends && JSON.stringify(plain(other)) === same,
    );
    const elsewhere = there && windows.whereIs(there.id);
    if (there && elsewhere !== undefined) await attempt(() => windows.show(elsewhere, there.id));
    else if (there) tabs.open({ kind: 'session', sessionId: there.id });
    else await this.#openTab(target);
  }

  /** Opens a shell on this computer, in a new tab. */
  localShell(): Promise<void> {
    return this.#openTab({ kind: 'localShell' });
  }

  /** Opens a session without a tab; `undefined` if that failed, and then a notice says why. */
  async open(
    target: KeptTarget | SessionTarget,
    directly = false,
  ): Promise<SessionInfo | undefined> {
    const away = target.kind === 'localShell' ? undefined : workspaces.of(target.id);
    const [mend] = away ? mendingActions(away) : [];
    try {
      return await this.begin(target, directly);
    } catch (failed) {
      const { code, message, nextStep } = asApiError(failed);
      // Whoever cancelled it knows.
      if (code === 'cancelled') return undefined;
      const action = mend && { action: { label: mend.title, run: mend.run } };
      notices.say(message, { kind: 'danger', detail: nextStep, ...action });
      return undefined;
    }
  }

  /** The same; throws why not. */
  async begin(target: KeptTarget | SessionTarget, directly = false): Promise<SessionInfo> {
    const machine = target.kind === 'localShell' ? undefined : target.id;
    const name = tree.byId(machine)?.name ?? 'It';
    const refusal = whyNot(workspaces.of(machine), `${name} cannot be connected`);
    if (refusal) throw refusal;
    const asked = this.#heard;
    const size = sizeFor(target);
    const attempt = crypto.randomUUID();
    const session =
      directly && machine !== undefined
        ? await call('session_open_direct', { id: machine, size, attempt })
        : await call('session_open', {
            target: target.kind === 'files' ? { kind: 'files', id: target.id } : target,
            size,
            attempt,
          });
    if ('folder' in target && target.folder !== undefined) startIn(session.id, target.folder);
    // Heard of: a list that was asked for before and comes later knows nothing of it.
    if (!this.#isNewer(session.id, asked)) this.#hear(session);
    return session;
  }

  /** Connects again; what the terminal shows stays. */
  async reconnect(id: SessionId): Promise<void> {
    const session = this.get(id);
    if (session && this.isOrphan(session)) {
      notices.say(`${session.title} cannot be connected again.`, {
        kind: 'danger',
        detail: DELETED,
      });
      return;
    }
    if (session && this.#lost.has(id)) {
      await this.#openAnew(session);
      return;
    }
    const asked = this.#heard;
    await attempt(async () =>
      this.#answer(
        await call('session_reconnect', {
          id,
          size: session ? sizeFor(session.target) : expectedSize(),
        }),
        asked,
      ),
    );
  }

  /** Tells a line something besides bytes; a notice says if it cannot be told. */
  async signal(id: SessionId, signal: LineSignal): Promise<void> {
    await attempt(() => call('session_signal', { id, signal }));
  }

  async disconnect(id: SessionId): Promise<void> {
    await attempt(() => call('session_disconnect', { id }));
  }

  /** Ends it and forgets it. One that is gone already is closed, too. */
  async close(id: SessionId): Promise<void> {
    this.#forget(id);
    await call('session_close', { id }).catch(() => undefined);
  }

  async rename(id: SessionId, title: string): Promise<void> {
    const asked = this.#heard;
    await attempt(async () => this.#answer(await call('session_rename', { id, title }), asked));
  }

  /** Records it from now on. */
  async record(id: SessionId, keys: boolean): Promise<void> {
    const asked = this.#heard;
    await attempt(async () => this.#answer(await call('session_record', { id, keys }), asked));
  }

  async stopRecording(id: SessionId): Promise<void> {
    const asked = this.#heard;
    await attempt(async () => this.#answer(await call('session_record_stop', { id }), asked));
  }

  async answer(id: SessionId, prompt: Prompt, answers: string[]): Promise<void> {
    await attempt(() => call('session_answer', { id, prompt: prompt.id, answers }));
  }

  async cancelPrompt(id: SessionId, prompt: Prompt): Promise<void> {
    await attempt(() => call('session_cancel_prompt', { id, prompt: prompt.id }));
  }

  async decide(id: SessionId, answer: HostKeyAnswer): Promise<void> {
    await attempt(() => call('session_host_key', { id, answer }));
  }

  async #openTab(target: SessionTarget, directly = false): Promise<void> {
    const session = await this.open(target, directly);
    if (session) tabs.open({ kind: 'session', sessionId: session.id });
  }

  /** Another session in place of one that was lost, in the same pane. */
  async #openAnew(lost: SessionInfo): Promise<void> {
    const session = await this.open(lost.target);
    if (!session) return;
    tabs.replaceSession(lost.id, session.id);
    this.#forget(lost.id);
  }

  #lose(id: SessionId): void {
    const session = this.get(id);
    if (!session || !tabs.sessionIds.has(id)) {
      this.#forget(id);
      return;
    }
    this.#lost.add(id);
    if (session.state.kind === 'closed') return;
    this.#hear({ ...session, state: { kind: 'closed', reason: { kind: 'failed', error: LOST } } });
  }

  #hear(session: SessionInfo): void {
    this.#heard += 1;
    this.#lastHeard.set(session.id, this.#heard);
    this.#take(session);
  }

  /** An answer may arrive after events that are newer than it. */
  #answer(session: SessionInfo, asked: number): void {
    if (!this.#isNewer(session.id, asked)) this.#take(session);
  }

  /** Whether the session was heard of since then. */
  #isNewer(id: SessionId, asked: number): boolean {
    return (this.#lastHeard.get(id) ?? 0) > asked;
  }

  #take(session: SessionInfo): void {
    this.#all.set(session.id, session);
    // There is nothing to read where there is no terminal.
    if (session.target.kind === 'files' || session.target.kind === 'tunnels') return;
    if (session.state.kind === 'open') this.#opened.add(session.id);
    if (session.desktop && !desktopCode()) {
      void loadDesktops().then(() => this.#showDesktops());
    }
    if (tabs.sessionIds.has(session.id)) this.#showState(session);
  }

  /** Their code is loaded: those that came before are told how they stand. */
  #showDesktops(): void {
    for (const session of this.list) {
      if (session.desktop && tabs.sessionIds.has(session.id)) this.#showState(session);
    }
  }

  #showState(session: SessionInfo): void {
    if (session.target.kind === 'files' || session.target.kind === 'tunnels') return;
    const open = session.state.kind === 'open';
    if (session.desktop) {
      // A machine that was reached by a terminal before.
      forgetTerminal(session.id);
      // It is shown once it can be.
      if (!desktopCode()) return;
      const density = densityOf(session.protocol);
      const entry = machineOf(session.target);
      desktopOf(session.id).know(session.title, session.desktop, open, density, entry);
      return;
    }
    forgetDesktop(session.id);
    const view = terminalOf(session.id);
    view.name(session.title);
    view.accept(open);
  }

  #forget(id: SessionId): void {
    this.#all.delete(id);
    this.#opened.delete(id);
    this.#lost.delete(id);
    // A list that was asked for before does not bring it back.
    this.#heard += 1;
    this.#lastHeard.set(id, this.#heard);
    forgetTerminal(id);
    forgetDesktop(id);
    forgetFiles(id);
    tabs.sessionGone(id);
  }
}

export const sessions = new SessionsState();
