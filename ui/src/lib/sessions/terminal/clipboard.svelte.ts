/**
 * Copying from and pasting into one terminal. Everything that is pasted, by whatever key, button or
 * menu, goes through `requestPaste`.
 */

import { call } from '$lib/host';
import { settings } from '$lib/settings/settings.svelte';
import type { Terminal } from '@xterm/xterm';
import { asOneLine, preparePaste, shouldAsk, type Paste } from './paste';

/** What was selected last in any terminal: what a middle click pastes where the desktop has no selection of its own. */
let selected = '';

export class Clipboard {
  /** A paste that waits for the person's decision. */
  asking = $state.raw<Paste | null>(null);
  /** Whether there is something to copy. */
  canCopy = $state(false);

  /** What the terminal sends right now is pasted and not typed. */
  pasting = false;

  #terminal: Terminal | null = null;
  #others: () => readonly { clipboard: Clipboard }[] = () => [];
  #pastedByWebview = false;
  #middleDone = false;

  /** `others` are the terminals that get what is pasted here, too. */
  attach(
    terminal: Terminal,
    element: HTMLElement,
    others: () => readonly { clipboard: Clipboard }[] = () => [],
  ): void {
    this.#terminal = terminal;
    this.#others = others;
    terminal.onSelectionChange(() => {
      this.canCopy = terminal.hasSelection();
      if (this.canCopy) selected = terminal.getSelection();
    });
    const capture = { capture: true };
    element.addEventListener('paste', (event) => this.#onPaste(event), capture);
    element.addEventListener(
      'mousedown',
      () => (this.#pastedByWebview = this.#middleDone = false),
      capture,
    );
    element.addEventListener('mouseup', () => this.#onSelected());
    element.addEventListener('auxclick', (event) => this.#onMiddleClick(event), capture);
  }

  /** Copies what is selected. */
  copy(): void {
    const text = this.#terminal?.getSelection() ?? '';
    if (text !== '') void call('host_copy_text', { text });
  }

  /** Pastes what is on the clipboard. */
  async paste(): Promise<void> {
    const { text } = await call('host_read_clipboard');
    this.requestPaste(text);
  }

  /** Pastes, or asks first if there is something to look at. */
  requestPaste(raw: string): void {
    const terminal = this.#terminal;
    if (!terminal || raw === '' || terminal.options.disableStdin) return;
    const paste = preparePaste(raw);
    const rules = {
      confirmLines: settings.app.terminal.confirmPaste,
      // One that runs each line at once is reason enough to ask, and one question is enough for all.
      bracketed: this.#brackets && this.#others().every(({ clipboard }) => clipboard.#brackets),
    };
    if (shouldAsk(paste, rules)) this.asking = paste;
    else this.#pasteEverywhere(paste.text);
  }

  get #brackets(): boolean {
    return this.#terminal?.modes.bracketedPasteMode ?? true;
  }

  /** Each terminal brackets it the way its own program asked for. */
  #pasteEverywhere(text: string): void {
    this.#pasteHere(text);
    for (const { clipboard } of this.#others()) clipboard.#pasteHere(text);
  }

  #pasteHere(text: string): void {
    const terminal = this.#terminal;
    if (!terminal || terminal.options.disableStdin) return;
    this.pasting = true;
    if (terminal.textarea) terminal.paste(text);
    // One that was never on the screen cannot paste by itself.
    else terminal.input(this.#brackets ? `\x1b[200~${lines(text)}\x1b[201~` : lines(text));
    this.pasting = false;
  }

  /** What the person decided about the paste that waits. */
  answer(decision: 'paste' | 'oneLine' | 'cancel'): void {
    const paste = this.asking;
    this.asking = null;
    if (paste && decision !== 'cancel') {
      this.#pasteEverywhere(decision === 'oneLine' ? asOneLine(paste.text) : paste.text);
    }
    this.#terminal?.focus();
  }

  #onPaste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#middleDone) return;
    this.#pastedByWebview = true;
    this.requestPaste(event.clipboardData?.getData('text/plain') ?? '');
  }

  #onSelected(): void {
    if (!this.canCopy) return;
    void call('host_select_text', { text: selected });
    if (settings.app.terminal.copyOnSelect) this.copy();
  }

  /** Some webviews paste the selection by themselves on a middle click, others do nothing. */
  #onMiddleClick(event: MouseEvent): void {
    if (event.button !== 1 || this.#programHasMouse(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#pastedByWebview) return;
    this.#middleDone = true;
    void this.#pasteSelection();
  }

  async #pasteSelection(): Promise<void> {
    const { text } = await call('host_read_selection');
    if (text || selected) this.requestPaste(text || selected);
    else await this.paste();
  }

  /** Programs that follow the mouse get its buttons, unless Shift is held. */
  #programHasMouse(event: MouseEvent): boolean {
    return this.#terminal?.modes.mouseTrackingMode !== 'none' && !event.shiftKey;
  }
}

/** Lines end as Enter does. */
function lines(text: string): string {
  return text.replaceAll('\n', '\r');
}
