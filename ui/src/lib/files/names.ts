/**
 * Names of files as they may be shown: whoever owns a machine names its files, so a name is hostile text.
 *
 * What cannot be seen, or changes how its surroundings are read, is written out. The name itself stays as it is: it is
 * what leads back to the file.
 */

/** Control and direction characters, marks without width, and the stand-ins for bytes that are no UTF-8. */
const UNSEEN =
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\uf700-\uf7ff]/g;
/** The core writes a byte that is no UTF-8 as the character this far up. */
const BYTES = 0xf700;

/** A name or path to be shown. */
export function displayName(name: string): string {
  return name.replace(UNSEEN, written);
}

/** The text of a file to be shown: lines and tabs stay. */
export function displayText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (found) => (found === '\n' || found === '\t' ? found : written(found)));
}

function written(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  if (code < BYTES || code > BYTES + 0xff) return `\\u{${hex}}`;
  return `\\x${(code - BYTES).toString(16).padStart(2, '0')}`;
}

/** How much of a name a person means to change: without what tells its kind. */
export function stemLength(name: string): number {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? dot : name.length;
}
