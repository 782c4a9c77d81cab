/**
 * The folder that a shell says it is in: OSC 7 (`file://host/path`), OSC 9;9 (ConEmu, Windows Terminal) and
 * OSC 1337;CurrentDir= (iTerm2). Whatever runs in the terminal can say so, so it is hostile text: it is only ever the
 * path of a folder to list.
 *
 * A byte that is no UTF-8 becomes the character that stands for it in paths of files (`lib/files/names.ts`).
 */

/** Linux takes 4096 bytes; three characters each when they are written with percent signs. */
const LONGEST = 4096;
/** A byte that is no UTF-8 stands as the character this far up. */
const BYTES = 0xf700;

/** The folder that the data of an OSC sequence names; null if they name none. */
export function reportedFolder(code: 7 | 9 | 1337, data: string): string | null {
  if (data.length > LONGEST * 3 + 300) return null;
  const path =
    code === 7 ? ofUrl(data) : code === 9 ? after(data, '9;') : after(data, 'CurrentDir=');
  if (path === null || path.length > LONGEST || /[\x00-\x1f\x7f]/.test(path)) return null;
  return path.startsWith('/') ? path : null;
}

function after(data: string, begin: string): string | null {
  if (!data.startsWith(begin)) return null;
  // Windows Terminal allows quotes around it.
  return data.slice(begin.length).replace(/^"(.*)"$/s, '$1');
}

/** Not `URL`: it would normalise what is no UTF-8, and resolve dots. */
function ofUrl(data: string): string | null {
  const path = /^(?:file|kitty-shell-cwd):\/\/[^/]*(\/.*)$/s.exec(data)?.[1];
  if (path === undefined) return null;
  return data.startsWith('kitty') ? path : decoded(path);
}

/** The computer that OSC 7 names; empty if it names none. */
export function reportedHost(code: 7 | 9 | 1337, data: string): string {
  return code === 7 ? (/^[a-z-]+:\/\/([^/]{1,253})\//.exec(data.slice(0, 300))?.[1] ?? '') : '';
}

/** Percent signs taken away; null if one is not followed by two hexadecimal digits. */
function decoded(text: string): string | null {
  if (/%(?![0-9a-f]{2})/i.test(text)) return null;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const part of text.split(/(%[0-9a-f]{2})/i)) {
    if (part.startsWith('%')) bytes.push(parseInt(part.slice(1), 16));
    else bytes.push(...encoder.encode(part));
  }
  return nameOf(Uint8Array.from(bytes));
}

/** Bytes as the core writes them: UTF-8, and a stand-in for every byte that is none. */
export function nameOf(bytes: Uint8Array): string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let character = '';
    try {
      character = strict.decode(bytes.subarray(at, at + length));
    } catch {
      // It stays empty: no UTF-8.
    }
    const code = character.codePointAt(0) ?? 0;
    // What stands for bytes itself is written as its bytes, so that it comes back.
    const stands = code >= BYTES && code <= BYTES + 0xff;
    if (character === '' || stands) {
      const count = stands ? length : 1;
      for (const byte of bytes.subarray(at, at + count)) text += String.fromCharCode(BYTES + byte);
      at += count;
    } else {
      text += character;
      at += length;
    }
  }
  return text;
}

/** A path as one word for a POSIX shell, typed into it; null if it holds what cannot be typed. */
export function shellWord(path: string): string | null {
  // Bytes that are no UTF-8 cannot be typed, and control characters would act.
  if (/[\x00-\x1f\x7f-\x9f\uf700-\uf7ff]/.test(path)) return null;
  const word = path.startsWith('-') ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
