/**
 * xterm.js with the addons Patchbay uses, in one piece that is loaded when the first terminal is
 * needed. What it may do is set here, and what it looks like in `looks.ts`.
 */

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { SerializeAddon } from '@xterm/addon-serialize';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal, type ITerminalOptions } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { webAddress } from './links';

/** A terminal with its addons. */
export interface Screen {
  terminal: Terminal;
  fit: FitAddon;
  search: SearchAddon;
  serialize: SerializeAddon;
}

/** Reports only sizes, and titles may be kept and brought back; nothing may move or name the window. */
const WINDOW_OPTIONS = {
  getWinSizePixels: true,
  getCellSizePixels: true,
  getWinSizeChars: true,
  pushTitle: true,
  popTitle: true,
};

const HIGHLIGHTS = 1000;

/** Makes a terminal that is not on the screen yet. */
export function createScreen(looks: ITerminalOptions, openUrl: (url: string) => void): Screen {
  const follow = (event: MouseEvent, uri: string) => {
    const url = event.ctrlKey || event.metaKey ? webAddress(uri) : null;
    if (url !== null) openUrl(url);
  };
  const terminal = new Terminal({
    allowProposedApi: true,
    macOptionIsMeta: true,
    rightClickSelectsWord: false,
    cursorInactiveStyle: 'outline',
    drawBoldTextInBrightColors: false,
    rescaleOverlappingGlyphs: true,
    smoothScrollDuration: 0,
    logLevel: 'off',
    windowOptions: WINDOW_OPTIONS,
    // As wide as the scroll bar is without: beside it stands where something was found or marked.
    overviewRuler: { width: 14 },
    linkHandler: { activate: follow, allowNonHttpProtocols: false },
    ...looks,
  });
  const fit = new FitAddon();
  const search = new SearchAddon({ highlightLimit: HIGHLIGHTS });
  const serialize = new SerializeAddon();
  for (const addon of [
    fit,
    search,
    serialize,
    new UnicodeGraphemesAddon(),
    new WebLinksAddon(follow),
  ]) {
    terminal.loadAddon(addon);
  }
  return { terminal, fit, search, serialize };
}

/** Draws a terminal with WebGL; the returned function goes back to elements. Throws if it cannot. */
export function drawWithWebgl(terminal: Terminal, lost: () => void): () => void {
  const addon = new WebglAddon();
  addon.onContextLoss(lost);
  terminal.loadAddon(addon);
  return () => addon.dispose();
}
