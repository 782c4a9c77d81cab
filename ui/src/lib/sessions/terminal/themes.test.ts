import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TerminalTheme } from '$lib/host';
import { contrast, mix, parseColor, readable } from './color';
import { searchColors, terminalTheme } from './themes';

const css = readFileSync('src/styles/tokens.css', 'utf8');
const token = (theme: 'light' | 'dark', name: string): string => {
  const block = css.slice(css.indexOf(`[data-theme='${theme}']`));
  return new RegExp(`${name}:\\s*([^;]+);`).exec(block)?.[1]?.trim() ?? '';
};

const THEMES: [TerminalTheme, 'light' | 'dark'][] = [
  ['window', 'light'],
  ['window', 'dark'],
  ['light', 'dark'],
  ['dark', 'light'],
  ['solarizedDark', 'dark'],
  ['solarizedLight', 'light'],
  ['highContrast', 'dark'],
];

describe.each(THEMES)('the theme %s in a %s window', (name, window) => {
  const theme = terminalTheme(name, window, token);
  const background = theme.background ?? '';

  it.each([
    'foreground',
    'cursor',
    'red',
    'green',
    'yellow',
    'blue',
    'magenta',
    'cyan',
    'white',
    'brightBlack',
    'brightRed',
    'brightGreen',
    'brightYellow',
    'brightBlue',
    'brightMagenta',
    'brightCyan',
    'brightWhite',
  ] as const)('has readable %s', (color) => {
    expect(contrast(theme[color] ?? background, background)).toBeGreaterThanOrEqual(4.5);
  });

  it('has readable text in a selection and in what was found', () => {
    const foreground = theme.brightWhite ?? '';
    expect(contrast(foreground, theme.selectionBackground ?? foreground)).toBeGreaterThanOrEqual(
      4.5,
    );
    expect(contrast(foreground, searchColors(theme).matchBackground)).toBeGreaterThanOrEqual(4.5);
  });

  it('gives every colour as #rrggbb', () => {
    for (const value of [...Object.values(theme), ...Object.values(searchColors(theme))]) {
      expect(value).toMatch(/^#[0-9a-f]{6}$/i);
    }
  });
});

describe('colours', () => {
  it('are read in the forms style sheets give', () => {
    expect(parseColor('#fff')).toEqual([255, 255, 255]);
    expect(parseColor('#17181c')).toEqual([23, 24, 28]);
    expect(parseColor('rgb(1, 2, 3)')).toEqual([1, 2, 3]);
  });
  it('have the contrast WCAG gives them', () => {
    expect(contrast('#000', '#fff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 1);
  });
  it('are moved only as far as needed', () => {
    expect(readable('#ffffff', '#000000')).toBe('#ffffff');
    expect(contrast(readable('#dc322f', '#002b36'), '#002b36')).toBeLessThan(5);
    expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080');
  });
});
