/**
 * What a terminal may answer by itself.
 *
 * A program can ask a terminal questions, and the answer arrives as if it had been typed. If the
 * asker can choose bytes of the answer, a file that is merely shown can run commands. So an answer
 * leaves only if all of it matches one of these patterns, none of which has room for chosen text.
 * Deliberately absent: title and icon reports, answer-back, OSC 52 reads, DA answers that echo.
 */

const ALLOWED: readonly RegExp[] = [
  /^\x1b\[\?1;2c$/, // DA1: VT100 with advanced video
  /^\x1b\[>0;276;0c$/, // DA2: xterm 276
  /^\x1b\[0n$/, // DSR: ready
  /^\x1b\[\??[1-9]\d{0,3};[1-9]\d{0,3}R$/, // CPR, DECXCPR: where the cursor is
  /^\x1b\[\??\d{1,4};[0-4]\$y$/, // DECRPM: whether a mode is set
  /^\x1bP1\$r(?:[01]"q|61;1"p|0m|[1-6] q|[1-9]\d{0,3};[1-9]\d{0,3}r)\x1b\\$/, // DECRPSS
  /^\x1bP0\$r\x1b\\$/, // DECRPSS: no such setting
  /^\x1b\[[468];\d{1,5};\d{1,5}t$/, // sizes: window and cell in pixels, window in characters
  /^\x1b\](?:10|11|12|4;(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]));rgb:[0-9a-f]{4}\/[0-9a-f]{4}\/[0-9a-f]{4}\x1b\\$/, // colours
  /^\x1b\[[IO]$/, // focus gained, lost
];

/** The longest reply that is looked at; a longer one is refused unread. */
const LONGEST = 64;

/** Whether this reply, byte for byte, may be sent. */
export function mayReply(data: string): boolean {
  return data.length <= LONGEST && ALLOWED.some((pattern) => pattern.test(data));
}
