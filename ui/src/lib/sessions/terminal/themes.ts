/**
 * The colours of terminals. Light and dark come from the window's tokens, so that a terminal is part
 * of the window; the others are palettes people know. Every text colour is moved, if it must be,
 * until it is readable (AA) on the background.
 */

import type { ITheme } from '@xterm/xterm';
import type { TerminalTheme, TriggerColor } from '$lib/host';
import { mix, readable } from './color';

/** Reads a token such as `--t-red` in the light or the dark theme. */
export type TokenReader = (theme: 'light' | 'dark', token: string) => string;

/** The colours a palette is made of. */
interface Base {
  background: string;
  foreground: string;
  strong: string;
  dim: string;
  cursor: string;
  selection: string;
  selectionInactive: string;
  black: string;
  hues: Record<'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan', string>;
}

const SOLARIZED_HUES = {
  red: '#dc322f',
  green: '#859900',
  yellow: '#b58900',
  blue: '#268bd2',
  magenta: '#d33682',
  cyan: '#2aa198',
};

const SOLARIZED_DARK: Base = {
  background: '#002b36',
  foreground: '#93a1a1',
  strong: '#eee8d5',
  dim: '#839496',
  cursor: '#eee8d5',
  selection: '#0b4a5a',
  selectionInactive: '#073642',
  black: '#073642',
  hues: SOLARIZED_HUES,
};

const SOLARIZED_LIGHT: Base = {
  background: '#fdf6e3',
  foreground: '#586e75',
  strong: '#073642',
  dim: '#657b83',
  cursor: '#073642',
  selection: '#dcd5bd',
  selectionInactive: '#eee8d5',
  black: '#073642',
  hues: SOLARIZED_HUES,
};

const HIGH_CONTRAST: Base = {
  background: '#000000',
  foreground: '#ffffff',
  strong: '#ffffff',
  dim: '#b8b8b8',
  cursor: '#ffffff',
  selection: '#1f4fbf',
  selectionInactive: '#444444',
  black: '#555555',
  hues: {
    red: '#ff8a84',
    green: '#5bff9d',
    yellow: '#ffe14d',
    blue: '#8fbcff',
    magenta: '#ff9cf5',
    cyan: '#5cf0ff',
  },
};

/** The theme as xterm.js takes it. */
export function terminalTheme(
  name: TerminalTheme,
  window: 'light' | 'dark',
  token: TokenReader,
): ITheme {
  return palette(base(name, window, token));
}

function base(name: TerminalTheme, window: 'light' | 'dark', token: TokenReader): Base {
  switch (name) {
    case 'window':
      return fromTokens(window, token);
    case 'light':
    case 'dark':
      return fromTokens(name, token);
    case 'solarizedDark':
      return SOLARIZED_DARK;
    case 'solarizedLight':
      return SOLARIZED_LIGHT;
    case 'highContrast':
      return HIGH_CONTRAST;
  }
}

function fromTokens(theme: 'light' | 'dark', token: TokenReader): Base {
  const read = (name: string) => token(theme, name);
  return {
    background: read('--bg-view'),
    foreground: read('--t-fg'),
    strong: read('--fg'),
    dim: read('--t-dim'),
    cursor: read('--t-cursor'),
    selection: read('--bg-select'),
    selectionInactive: read('--bg-mark'),
    black: theme === 'dark' ? read('--line-2') : read('--fg'),
    hues: {
      red: read('--t-red'),
      green: read('--t-green'),
      yellow: read('--t-yellow'),
      blue: read('--t-blue'),
      magenta: read('--t-magenta'),
      cyan: read('--t-cyan'),
    },
  };
}

function palette(base: Base): ITheme {
  const { background, strong } = base;
  const plain = (color: string) => readable(color, background);
  const bright = (color: string) => readable(mix(color, strong, 0.28), background);
  const { red, green, yellow, blue, magenta, cyan } = base.hues;
  return {
    background,
    foreground: plain(base.foreground),
    cursor: base.cursor,
    cursorAccent: background,
    selectionBackground: base.selection,
    selectionInactiveBackground: base.selectionInactive,
    scrollbarSliderBackground: `${mix(background, base.foreground, 0.22)}`,
    scrollbarSliderHoverBackground: `${mix(background, base.foreground, 0.38)}`,
    scrollbarSliderActiveBackground: `${mix(background, base.foreground, 0.5)}`,
    overviewRulerBorder: background,
    // Black is a background far more often than it is text.
    black: base.black,
    red: plain(red),
    green: plain(green),
    yellow: plain(yellow),
    blue: plain(blue),
    magenta: plain(magenta),
    cyan: plain(cyan),
    white: plain(base.foreground),
    brightBlack: plain(base.dim),
    brightRed: bright(red),
    brightGreen: bright(green),
    brightYellow: bright(yellow),
    brightBlue: bright(blue),
    brightMagenta: bright(magenta),
    brightCyan: bright(cyan),
    brightWhite: plain(strong),
  };
}

/** How found text is marked. */
export function searchColors(theme: ITheme) {
  const background = theme.background ?? '#000000';
  const yellow = theme.yellow ?? '#ffff00';
  return {
    matchBackground: mix(background, yellow, 0.3),
    matchOverviewRuler: mix(background, yellow, 0.7),
    activeMatchBackground: mix(background, yellow, 0.55),
    activeMatchBorder: yellow,
    activeMatchColorOverviewRuler: yellow,
  };
}

/** How what a trigger found is marked. */
export function markColors(theme: ITheme, color: TriggerColor) {
  const background = theme.background ?? '#000000';
  const hue = theme[color] ?? background;
  return { background: mix(background, hue, 0.35), ruler: mix(background, hue, 0.8) };
}

/** Reads tokens from the style sheets, of either theme whatever the window's is. */
export function documentTokens(): TokenReader {
  const styles = new Map<string, CSSStyleDeclaration>();
  return (theme, token) => {
    let style = styles.get(theme);
    if (!style) {
      const probe = document.createElement('div');
      probe.dataset['theme'] = theme;
      probe.hidden = true;
      document.body.append(probe);
      style = getComputedStyle(probe);
      styles.set(theme, style);
      // The declaration is live: it reads as empty once the element has left the document.
      queueMicrotask(() => {
        probe.remove();
        styles.delete(theme);
      });
    }
    return style.getPropertyValue(token).trim();
  };
}
