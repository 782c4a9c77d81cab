/** Searching the output of one terminal. */

import type { SearchAddon } from '@xterm/addon-search';
import type { ITheme } from '@xterm/xterm';
import { searchColors } from './themes';

export class Finder {
  /** Whether the search bar is shown. */
  open = $state(false);
  term = $state('');
  caseSensitive = $state(false);
  wholeWord = $state(false);
  regex = $state(false);
  /** How many were found, and which is shown; -1 if there are too many to tell. */
  found = $state.raw({ index: -1, count: 0 });
  /** The regular expression is not one. */
  readonly invalid = $derived(this.regex && !isRegex(this.term));

  #addon: SearchAddon | null = null;
  #theme: () => ITheme | undefined = () => undefined;

  attach(addon: SearchAddon, theme: () => ITheme | undefined): void {
    this.#addon = addon;
    this.#theme = theme;
    addon.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.found = { index: resultIndex, count: resultCount };
    });
  }

  /** Goes to the next or previous place; `typing` stays where it is if that still matches. */
  go(direction: 'next' | 'previous', typing = false): void {
    if (this.term === '' || this.invalid) {
      this.#clear();
      return;
    }
    const options = {
      caseSensitive: this.caseSensitive,
      wholeWord: this.wholeWord,
      regex: this.regex,
      incremental: typing,
      decorations: searchColors(this.#theme() ?? {}),
    };
    if (direction === 'next') this.#addon?.findNext(this.term, options);
    else this.#addon?.findPrevious(this.term, options);
  }

  show(): void {
    this.open = true;
  }

  close(): void {
    this.open = false;
    this.#clear();
  }

  #clear(): void {
    this.#addon?.clearDecorations();
    this.found = { index: -1, count: 0 };
  }
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
