/**
 * What is done to text before it is pasted, and when a person is asked first.
 *
 * A pasted newline runs a command and a pasted escape sequence can end bracketed paste, so text
 * from elsewhere never reaches the terminal with either unseen.
 */

/** A part of a line; `odd` is written out, because it cannot be seen or will be left out. */
export interface Piece {
  text: string;
  odd: boolean;
}

/** Text as it will be pasted, and why a person should look at it. */
export interface Paste {
  /** Without control characters other than tab and newline; newlines are LF. */
  text: string;
  /** The lines, as the person sees them. */
  lines: Piece[][];
  /** How many control characters were removed. */
  removed: number;
  /** Characters that change what is seen but not what is run, such as direction overrides. */
  hidden: number;
}

/** When to ask. */
export interface PasteRules {
  /** The person wants to be asked about several lines. */
  confirmLines: boolean;
  /** The program on the other side brackets pastes, so that newlines run nothing. */
  bracketed: boolean;
}

const BRACKETS = /(?:\x1b\[|\x9b)20[01]~/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const ODD =
  /(?:(?:\x1b\[|\x9b)20[01]~|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff])+/g;
const HIDDEN = /[\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Prepares text for pasting. */
export function preparePaste(raw: string): Paste {
  const text = raw.replace(/\r\n?/g, '\n');
  const clean = text.replace(BRACKETS, '').replace(CONTROL, '');
  return {
    text: clean,
    lines: text.replace(/\n+$/, '').split('\n').map(visible),
    removed: count(text, CONTROL),
    hidden: count(clean, HIDDEN),
  };
}

/** Whether to ask before pasting. */
export function shouldAsk(paste: Paste, rules: PasteRules): boolean {
  if (paste.removed > 0 || paste.hidden > 0) return true;
  return rules.confirmLines && !rules.bracketed && paste.text.includes('\n');
}

/** The same text as one line: newlines and the indent after them become one space, none at the end. */
export function asOneLine(text: string): string {
  return text.replace(/\n+$/, '').replace(/[ \t]*\n[ \t]*/g, ' ');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** A line in pieces: control characters in caret notation, hidden ones by their number. */
function visible(line: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of line.matchAll(ODD)) {
    if (match.index > at) pieces.push({ text: line.slice(at, match.index), odd: false });
    pieces.push({ text: [...match[0]].map(written).join(''), odd: true });
    at = match.index + match[0].length;
  }
  if (at < line.length) pieces.push({ text: line.slice(at), odd: false });
  return pieces;
}

function written(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x20 && code < 0x7f) return character;
  if (code === 0x7f) return '^?';
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  return code < 0x100 ? `\\x${code.toString(16)}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
