/** From the settings a person makes to the options of a terminal. */

import type { ITerminalOptions } from '@xterm/xterm';
import type { TerminalSettings } from '$lib/host';
import { terminalTheme, type TokenReader } from './themes';

const SHIPPED = 'JetBrains Mono';
const READABLE = 4.5;

/** The CSS font list for a typeface; the shipped one fills in for what it lacks. */
export function fontFamily(font: string): string {
  const shipped = `"${SHIPPED} Variable", "${SHIPPED}", ui-monospace, monospace`;
  const name = font.replace(/["\\;{}]/g, '').trim();
  return name === '' || name === SHIPPED ? shipped : `"${name}", ${shipped}`;
}

/**
 * xterm.js multiplies the font's own line height, the setting multiplies the font size. `natural` is
 * the first; below it lines would overlap.
 */
export function lineHeight(fontSize: number, factor: number, natural: number): number {
  // A hair more, so that the whole pixel that is meant survives being rounded down.
  return natural > 0 ? Math.max(1, (Math.round(fontSize * factor) + 0.02) / natural) : 1;
}

/** The options that may change while a terminal is open. */
export function looks(
  settings: TerminalSettings,
  window: 'light' | 'dark',
  token: TokenReader,
  measure: (font: string, size: number) => number,
): ITerminalOptions {
  const family = fontFamily(settings.font);
  return {
    fontFamily: family,
    fontSize: settings.fontSize,
    lineHeight: lineHeight(
      settings.fontSize,
      settings.lineHeight,
      measure(family, settings.fontSize),
    ),
    theme: terminalTheme(settings.theme, window, token),
    minimumContrastRatio: settings.raiseContrast ? READABLE : 1,
    cursorStyle: settings.cursor,
    cursorBlink: settings.cursorBlink,
    scrollback: settings.scrollback,
  };
}

/** The height of a line of a font as the browser would draw it, in pixels. */
export function measureLine(font: string, size: number): number {
  const probe = document.createElement('span');
  probe.textContent = 'W';
  probe.style.cssText = `position:absolute;visibility:hidden;line-height:normal;white-space:pre`;
  probe.style.fontFamily = font;
  probe.style.fontSize = `${size}px`;
  document.body.append(probe);
  const height = probe.offsetHeight;
  probe.remove();
  return height;
}
