/**
 * OSC 52: programs that write the clipboard. Off unless the person turns it on; reading is refused
 * always, since the answer would hand whatever was copied last to the machine.
 */

/** The most text a program may put on the clipboard. */
const LIMIT = 1024 * 1024;

/** The text an OSC 52 sequence asks to copy, or `null` if it is a read or not well formed. */
export function osc52Text(data: string): string | null {
  const match = /^[cpsq0-7]*;([A-Za-z0-9+/]*={0,2})$/.exec(data);
  const encoded = match?.[1];
  if (!encoded || encoded.length > (LIMIT * 4) / 3) return null;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
