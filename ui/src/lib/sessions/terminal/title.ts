/** Window titles that programs set (OSC 0 and 2): hostile text that is only ever shown. */

const LONGEST = 120;
const UNSEEN = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A title fit to be shown: no control or direction characters, one line, not too long. */
export function cleanTitle(raw: string): string {
  const clean = raw.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...clean];
  return characters.length <= LONGEST ? clean : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
