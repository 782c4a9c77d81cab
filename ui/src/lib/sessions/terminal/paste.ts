/**
 * What is done to text before it is pasted, and when a person is asked first.
 *
 * A pasted newline runs a command and a pasted escape sequence can end bracketed paste, so text
 * from elsewhere never reaches the terminal with either unseen.
 */

/** Text as it will be pasted, and why a person should look at it. */
export interface Paste {
  /** Without control characters other than tab and newline; newlines are LF. */
  text: string;
  /** The lines, as the person sees them; control characters that were removed show as symbols. */
  lines: string[];
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

/** Control characters as the symbols Unicode has for them, hidden ones as their number. */
function visible(line: string): string {
  return line
    .replace(CONTROL, (character) => {
      const code = character.charCodeAt(0);
      if (code === 0x7f) return '\u2421';
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\x${code.toString(16)}`;
    })
    .replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
