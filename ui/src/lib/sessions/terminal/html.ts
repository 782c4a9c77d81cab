/** Output of a terminal as HTML, with its colours. Everything that was output is escaped: it is hostile text. */

import type { IBuffer, IBufferCell, ITheme } from '@xterm/xterm';

/** From a cell on to before another one; rows count from the beginning of the scrollback. */
export interface Range {
  start: { x: number; y: number };
  end: { x: number; y: number };
}

const NAMES = [
  'black',
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
] as const satisfies readonly (keyof ITheme)[];

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
}

const hex = (red: number, green: number, blue: number): string =>
  `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/** A colour of the 256: those of the theme, the cube of six, the greys. */
function paletteColor(index: number, theme: ITheme): string | undefined {
  const name = NAMES[index];
  if (name) return cssColor(theme[name]);
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (part: number): number => (part === 0 ? 0 : 55 + part * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** Only what cannot be anything but a colour goes into a style. */
function cssColor(color: string | undefined): string | undefined {
  return color !== undefined && /^#[0-9a-f]{3,8}$/i.test(color) ? color : undefined;
}

function colorOf(cell: IBufferCell, foreground: boolean, theme: ITheme): string | undefined {
  const value = foreground ? cell.getFgColor() : cell.getBgColor();
  if (foreground ? cell.isFgRGB() : cell.isBgRGB())
    return hex((value >> 16) & 255, (value >> 8) & 255, value & 255);
  if (foreground ? cell.isFgPalette() : cell.isBgPalette()) return paletteColor(value, theme);
  return undefined;
}

function styleOf(cell: IBufferCell, theme: ITheme): string {
  let [color, background] = [colorOf(cell, true, theme), colorOf(cell, false, theme)];
  if (cell.isInverse())
    [color, background] = [
      background ?? cssColor(theme.background),
      color ?? cssColor(theme.foreground),
    ];
  const lines = [
    ...(cell.isUnderline() ? ['underline'] : []),
    ...(cell.isOverline() ? ['overline'] : []),
    ...(cell.isStrikethrough() ? ['line-through'] : []),
  ];
  return [
    ...(color ? [`color:${color}`] : []),
    ...(background ? [`background:${background}`] : []),
    ...(cell.isBold() ? ['font-weight:bold'] : []),
    ...(cell.isItalic() ? ['font-style:italic'] : []),
    ...(cell.isDim() ? ['opacity:.6'] : []),
    ...(lines.length > 0 ? [`text-decoration:${lines.join(' ')}`] : []),
  ].join(';');
}

/** What is to be seen, or a part of it, as one `pre`. Lines that were wrapped are one again. */
export function bufferHtml(buffer: IBuffer, theme: ITheme, range?: Range): string {
  const from = range?.start.y ?? 0;
  const to = range ? range.end.y : buffer.length - 1;
  const rows: string[] = [];
  for (let y = from; y <= to; y += 1) {
    const line = buffer.getLine(y);
    if (!line) break;
    const wrapped = buffer.getLine(y + 1)?.isWrapped === true;
    const first = y === range?.start.y ? range.start.x : 0;
    const end = y === range?.end.y ? range.end.x : line.length;
    let [html, style, run] = ['', '', ''];
    const flush = (): void => {
      if (run !== '')
        html += style === '' ? escapeHtml(run) : `<span style="${style}">${escapeHtml(run)}</span>`;
      run = '';
    };
    for (let x = first; x < end; x += 1) {
      const cell = line.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      const next = styleOf(cell, theme);
      if (next !== style) flush();
      style = next;
      run += cell.isInvisible() ? ' ' : cell.getChars() || ' ';
    }
    // Blanks behind the last word are only the rest of the screen.
    if (style === '' && !wrapped) run = run.trimEnd();
    flush();
    if (y > from && line.isWrapped) rows.push(`${rows.pop() ?? ''}${html}`);
    else rows.push(html);
  }
  while (!range && rows.at(-1) === '') rows.pop();
  const colors = [
    cssColor(theme.foreground) ? `color:${theme.foreground}` : '',
    cssColor(theme.background) ? `background:${theme.background}` : '',
  ];
  const style = [...colors.filter(Boolean), 'font-family:monospace', 'white-space:pre'].join(';');
  return `<pre style="${style}">${rows.join('\n')}\n</pre>`;
}

/** A whole page around it, for a file. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${escapeHtml(title)}</title>\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}
