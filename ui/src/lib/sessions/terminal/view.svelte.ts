/**
 * The terminal of one session: xterm.js, its stream, and what the page around it needs to know.
 *
 * It lives outside of components, so that moving it between tabs and panes keeps everything. While
 * it is nowhere on the screen it goes on reading and draws nothing. Deliberately absent: the states
 * of a session that is not open, which are pages of their own.
 */

import { call, type SessionId, type TerminalSize } from '$lib/host';
import { SessionStream } from '$lib/host/stream';
import { settings } from '$lib/settings/settings.svelte';
import { marking } from '$lib/triggers/marking.svelte';
import { untrack } from 'svelte';
import { ringBell } from './bell';
import { Clipboard } from './clipboard.svelte';
import { Finder } from './finder.svelte';
import { guardInput } from './gate';
import { bufferHtml } from './html';
import { reportedFolder, reportedHost } from './folder';
import { Highlighter } from './highlight';
import { handleKey } from './keys';
import { fontFamily, looks, measureLine } from './looks';
import { osc52Text } from './osc52';
import { avoidWebgl, rendererChoice } from './renderer';
import { documentTokens, markColors } from './themes';
import { cleanTitle } from './title';
import { keysFor, othersOf } from './together';
import type { Screen } from './xterm';

/** The size of the terminal that was shown last: the best guess for one that is not on the screen yet. */
let lastSize: TerminalSize = { cols: 80, rows: 24, width: 0, height: 0 };

/** The size to open a session with. */
export function expectedSize(): TerminalSize {
  return lastSize;
}

/** The smallest letters that a terminal of another window's size is shown in, in pixels. */
const LEAST_FONT = 6;
/** In bright black, which themes keep readable: xterm.js draws faint text at half strength, whatever that leaves. */
const GAP_NOTE = '\r\n\x1b[0;90m[some output in between was not kept]\x1b[0m\r\n';

export class TerminalView {
  /** The title that the program set; cleaned, and never more than a subtitle. */
  title = $state('');
  /** The folder that the shell says it is in; null if it says nothing. */
  folder = $state<string | null>(null);
  /** The bell rang since the pane last had the focus. */
  rang = $state(false);
  /** Something was put out, now or before the UI was loaded. */
  hasOutput = $state(false);
  /** Old output is read: the terminal shows what the session shows. */
  live = $state(false);
  /** The colour of its background, for the room around it. */
  background = $state('');
  /** The stream is up. */
  connected = $state(false);
  size = $state.raw<TerminalSize>(lastSize);
  readonly finder = new Finder();
  readonly clipboard = new Clipboard();
  readonly #highlighter = new Highlighter();
  /** Holds the terminal; moved from pane to pane. */
  readonly element = document.createElement('div');

  #screen: Screen | null = null;
  #stream: SessionStream | null = null;
  #replaying = false;
  /** The computer that the first report of a folder came from. */
  #folderHost: string | null = null;
  #mounted: HTMLElement | null = null;
  #undraw: (() => void) | null = null;
  #label = 'Terminal';
  #accepts = false;
  #wantsFocus = false;
  #stop: (() => void) | null = null;
  #gone = false;
  /** What comes next comes from the wheel. */
  #wheel = false;
  /** The size it has whatever room there is: that of somebody else's window. */
  #held: { cols: number; rows: number } | null = null;
  readonly #fitting = new ResizeObserver(() => this.fit());

  constructor(readonly id: SessionId) {
    this.element.className = 'terminal-host';
    this.element.dataset['testid'] = 'terminal';
    void this.#load();
  }

  /** Shows the terminal in an element. */
  mount(container: HTMLElement): void {
    this.#mounted = container;
    container.append(this.element);
    this.#fitting.observe(container);
    this.#stream?.show(true);
    this.#highlighter.show(true);
    this.#show();
  }

  /** Takes it off the screen again, unless it was shown somewhere else meanwhile. */
  unmount(container: HTMLElement): void {
    this.#fitting.unobserve(container);
    if (this.#mounted !== container) return;
    this.#mounted = null;
    this.#undraw?.();
    this.#undraw = null;
    this.element.remove();
    this.#stream?.show(false);
    this.#highlighter.show(false);
  }

  focus(): void {
    this.#wantsFocus = true;
    if (!this.#screen?.terminal.element || !this.#mounted) return;
    this.#wantsFocus = false;
    this.#screen.terminal.focus();
  }

  /** Its name for screen readers. */
  name(machine: string): void {
    this.#label = `Terminal of ${machine}`;
    this.#screen?.terminal.textarea?.setAttribute('aria-label', this.#label);
  }

  /** Whether what is typed is sent. */
  accept(input: boolean): void {
    this.#accepts = input;
    if (this.#screen) this.#screen.terminal.options.disableStdin = !input;
  }

  /** Fills the room there is. */
  fit(): void {
    const screen = this.#screen;
    if (!screen?.terminal.element || !this.#mounted || this.#mounted.clientWidth === 0) return;
    if (this.#held) {
      this.#shrink(screen, this.#held);
      return;
    }
    screen.fit.fit();
    const { cols, rows } = screen.terminal;
    const area = screen.terminal.element.querySelector('.xterm-screen');
    const size = { cols, rows, width: area?.clientWidth ?? 0, height: area?.clientHeight ?? 0 };
    this.size = lastSize = size;
    this.#stream?.resize(size);
  }

  /** Keeps it at a size; letters are as large as that leaves room for, and no larger than usual. */
  hold(size: { cols: number; rows: number }): void {
    if (this.#held?.cols === size.cols && this.#held.rows === size.rows) return;
    this.#held = size;
    this.#screen?.terminal.resize(size.cols, size.rows);
    this.fit();
  }

  #shrink({ terminal, fit }: Screen, { cols, rows }: { cols: number; rows: number }): void {
    const usual = settings.app.terminal.fontSize;
    terminal.options.fontSize = usual;
    const room = fit.proposeDimensions();
    if (!room) return;
    const scale = Math.min(1, room.cols / cols, room.rows / rows);
    terminal.options.fontSize = Math.max(LEAST_FONT, Math.floor(usual * scale * 2) / 2);
    if (terminal.cols !== cols || terminal.rows !== rows) terminal.resize(cols, rows);
  }

  /** Takes what was typed into another terminal, as this one's keys are. */
  type(data: string): void {
    const terminal = this.#screen?.terminal;
    if (!terminal || !this.#accepts) return;
    const keys = keysFor(data, terminal.modes.applicationCursorKeysMode);
    if (keys === null) return;
    this.#stream?.send(new TextEncoder().encode(keys));
    terminal.scrollToBottom();
  }

  /** Gives what was typed here to the terminals that belong together with this one. */
  #together(data: string): void {
    if (this.#wheel || this.clipboard.pasting) return;
    for (const other of othersOf(this.id)) other.type(data);
  }

  clear(): void {
    this.#screen?.terminal.clear();
  }

  selectAll(): void {
    this.#screen?.terminal.selectAll();
  }

  scroll(pages: number): void {
    this.#screen?.terminal.scrollPages(pages);
  }

  /** What is selected. */
  get selection(): string {
    return this.#screen?.terminal.getSelection() ?? '';
  }

  /** Everything there is to see as HTML, or only what is selected if anything is. */
  html(selected: boolean): string {
    if (!this.#screen) return '';
    const { terminal } = this.#screen;
    const range = selected ? terminal.getSelectionPosition() : undefined;
    return bufferHtml(terminal.buffer.active, terminal.options.theme ?? {}, range);
  }

  /** Everything there is to see. */
  text(): string {
    if (!this.#screen) return '';
    const { terminal } = this.#screen;
    const buffer = terminal.buffer.active;
    let text = '';
    for (let at = 0; at < buffer.length; at += 1) {
      const line = buffer.getLine(at);
      if (at > 0 && !line?.isWrapped) text += '\n';
      text += line?.translateToString(!buffer.getLine(at + 1)?.isWrapped) ?? '';
    }
    return `${text.trimEnd()}\n`;
  }

  /** The program follows the mouse: right and middle clicks are its own. */
  get programHasMouse(): boolean {
    return (this.#screen?.terminal.modes.mouseTrackingMode ?? 'none') !== 'none';
  }

  /** The program there knows pasted text from typed (mode 2004). */
  get bracketsPastes(): boolean {
    return this.#screen?.terminal.modes.bracketedPasteMode ?? false;
  }

  /** For good. */
  dispose(): void {
    this.#gone = true;
    this.#fitting.disconnect();
    this.#stop?.();
    this.#stream?.close();
    this.#highlighter.dispose();
    this.#undraw?.();
    this.#screen?.terminal.dispose();
    this.element.remove();
  }

  async #load(): Promise<void> {
    const font = fontFamily(settings.app.terminal.font);
    const [{ createScreen }] = await Promise.all([
      import('./xterm'),
      // Measured before the font is there, the cells would have the wrong size.
      document.fonts?.load(`${settings.app.terminal.fontSize}px ${font}`).catch(() => []),
    ]);
    if (this.#gone) return;
    const screen = createScreen(this.#looks(), (url) => void call('host_open_url', { url }));
    this.#screen = screen;
    screen.terminal.options.disableStdin = !this.#accepts;
    const { cols, rows } = this.#held ?? lastSize;
    screen.terminal.resize(cols, rows);
    this.#listen(screen);
    this.#follow(screen);
    this.#join(screen);
    this.#show();
  }

  #looks() {
    return looks(settings.app.terminal, settings.theme, documentTokens(), measureLine);
  }

  #listen({ terminal, search }: Screen): void {
    guardInput(terminal, {
      replaying: () => this.#replaying,
      send: (bytes) => this.#stream?.send(bytes),
      typed: (data) => this.#together(data),
    });
    // Turning the wheel is typing arrow keys in some programs, which only the one under the pointer wants.
    const capture = { capture: true, passive: true };
    this.element.addEventListener('wheel', () => (this.#wheel = true), capture);
    for (const kind of ['keydown', 'input', 'compositionend'])
      this.element.addEventListener(kind, () => (this.#wheel = false), capture);
    terminal.attachCustomKeyEventHandler((event) => handleKey(event, this));
    terminal.onTitleChange((title) => (this.title = cleanTitle(title)));
    terminal.onBell(() => this.#ring());
    terminal.parser.registerOscHandler(52, (data) => {
      const text = settings.app.terminal.osc52Write && !this.#replaying ? osc52Text(data) : null;
      if (text) void call('host_copy_text', { text });
      return true;
    });
    for (const code of [7, 9, 1337] as const) {
      terminal.parser.registerOscHandler(code, (data) => {
        const folder = reportedFolder(code, data);
        const host = reportedHost(code, data);
        this.#folderHost ??= host === '' ? null : host;
        // A shell on yet another machine, reached from this one: its folders are not here.
        const elsewhere = host !== '' && host !== this.#folderHost;
        if (folder !== null && !elsewhere) this.folder = folder;
        // What else these mean is somebody else's.
        return folder !== null;
      });
    }
    this.finder.attach(search, () => terminal.options.theme);
    this.clipboard.attach(terminal, this.element, () => othersOf(this.id));
    this.#highlighter.attach(
      terminal,
      (lines) => call('trigger_marks', { session: this.id, lines }),
      (color) => markColors(terminal.options.theme ?? {}, color),
    );
  }

  #follow({ terminal }: Screen): void {
    this.#stop = $effect.root(() => {
      $effect(() => {
        const looks = this.#looks();
        Object.assign(terminal.options, looks);
        this.background = looks.theme?.background ?? '';
        untrack(() => this.fit());
        // Marks have colours of the theme. No effect of their own: they come after it.
        void marking.version;
        this.#highlighter.want(marking.on);
      });
    });
  }

  #join({ terminal }: Screen): void {
    // Not at once: output that was written before must be parsed under the old rule.
    const replaying = (now: boolean) =>
      terminal.write('', () => {
        this.#replaying = now;
        if (!now) this.live = true;
      });
    const stream = new SessionStream(() => call('session_attach', { id: this.id }), {
      start: (gap) => {
        if (gap) terminal.write(GAP_NOTE);
        replaying(true);
      },
      output: (bytes, end) => {
        this.hasOutput = true;
        terminal.write(bytes, () => stream.consumed(end));
      },
      live: () => replaying(false),
      end: () => replaying(false),
      connected: (up) => (this.connected = up),
    });
    this.#stream = stream;
    stream.resize(this.size);
    stream.show(this.#mounted !== null);
  }

  /** Opens it in the document if it never was, and draws. */
  #show(): void {
    const screen = this.#screen;
    if (!screen || !this.#mounted) return;
    if (!screen.terminal.element) {
      screen.terminal.open(this.element);
      screen.terminal.textarea?.setAttribute('aria-label', this.#label);
    }
    this.#draw(screen);
    this.fit();
    if (this.#wantsFocus) this.focus();
  }

  #draw(screen: Screen): void {
    if (rendererChoice().renderer === 'webgl' && !this.#undraw) void this.#drawWithWebgl(screen);
    this.element.dataset['renderer'] = this.#undraw ? 'webgl' : 'dom';
  }

  async #drawWithWebgl({ terminal }: Screen): Promise<void> {
    const { drawWithWebgl } = await import('./xterm');
    if (!this.#mounted || this.#undraw || this.#gone) return;
    try {
      this.#undraw = drawWithWebgl(terminal, () => this.#fallBack('the graphics context was lost'));
      this.element.dataset['renderer'] = 'webgl';
    } catch {
      this.#fallBack('WebGL could not start');
    }
  }

  #fallBack(why: string): void {
    avoidWebgl(why);
    this.#undraw?.();
    this.#undraw = null;
    this.element.dataset['renderer'] = 'dom';
  }

  #ring(): void {
    if (this.#replaying) return;
    const { bell } = settings.app.terminal;
    if (bell === 'sound') ringBell();
    if (bell === 'visual' && !this.element.contains(document.activeElement)) this.rang = true;
  }
}
