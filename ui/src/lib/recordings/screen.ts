/** The terminal a recording is played on: nothing is typed into it, and nothing it would answer goes anywhere. */

import { call } from '$lib/host';
import { fontFamily, looks, measureLine } from '$lib/sessions/terminal/looks';
import { documentTokens, searchColors } from '$lib/sessions/terminal/themes';
import type { Screen } from '$lib/sessions/terminal/xterm';
import { settings } from '$lib/settings/settings.svelte';
import type { PlayerScreen } from './player.svelte';

const SMALLEST = 5;
const LARGEST = 24;
const SCROLLBACK = 1000;

export class CastScreen implements PlayerScreen {
  #fitting: ResizeObserver;

  private constructor(
    private readonly screen: Screen,
    private readonly room: HTMLElement,
  ) {
    this.#fitting = new ResizeObserver(() => this.fit());
    this.#fitting.observe(room);
  }

  /** Draws into `host`, in a size that fits into `room`. */
  static async open(host: HTMLElement, room: HTMLElement, label: string): Promise<CastScreen> {
    const font = fontFamily(settings.app.terminal.font);
    const [{ createScreen }] = await Promise.all([
      import('$lib/sessions/terminal/xterm'),
      document.fonts?.load(`${settings.app.terminal.fontSize}px ${font}`).catch(() => []),
    ]);
    const options = looks(settings.app.terminal, settings.theme, documentTokens(), measureLine);
    const screen = createScreen(
      { ...options, scrollback: SCROLLBACK, cursorBlink: false, disableStdin: true },
      (url) => void call('host_open_url', { url }),
    );
    screen.terminal.open(host);
    screen.terminal.textarea?.setAttribute('aria-label', label);
    return new CastScreen(screen, room);
  }

  get background(): string {
    return this.screen.terminal.options.theme?.background ?? '';
  }

  reset(cols: number, rows: number): void {
    this.screen.terminal.reset();
    this.resize(cols, rows);
  }

  resize(cols: number, rows: number): void {
    const { terminal } = this.screen;
    if (terminal.cols !== cols || terminal.rows !== rows) terminal.resize(cols, rows);
    this.fit();
  }

  write(text: string): Promise<void> {
    return new Promise((done) => this.screen.terminal.write(text, done));
  }

  snapshot(): string {
    return this.screen.serialize.serialize({ scrollback: SCROLLBACK });
  }

  /** Marks a text on the screen. */
  mark(text: string): void {
    const { search, terminal } = this.screen;
    if (text === '') search.clearDecorations();
    else search.findPrevious(text, { decorations: searchColors(terminal.options.theme ?? {}) });
  }

  /** What is selected. */
  get selection(): string {
    return this.screen.terminal.getSelection();
  }

  /** As large as fits: the recorded size stays what it was. */
  fit(): void {
    const { terminal } = this.screen;
    const drawn = terminal.element?.querySelector('.xterm-screen');
    const size = terminal.options.fontSize ?? 13;
    if (!drawn || drawn.clientWidth === 0 || this.room.clientWidth === 0) return;
    const factor = Math.min(
      this.room.clientWidth / drawn.clientWidth,
      this.room.clientHeight / drawn.clientHeight,
    );
    const fits = Math.floor(size * factor * 2) / 2;
    const next = Math.min(LARGEST, Math.max(SMALLEST, fits));
    if (next !== size) terminal.options.fontSize = next;
  }

  dispose(): void {
    this.#fitting.disconnect();
    this.screen.terminal.dispose();
  }
}
