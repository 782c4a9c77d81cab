/**
 * The gate between a terminal and its session: tells what a person typed from what the terminal
 * answered by itself, and lets through only what may go.
 *
 * xterm.js fires one `onData` for both. Its core fires `onUserInput` right before `onData`, in the
 * same turn, for everything that comes from a person (keys, paste, composition, mouse). That event
 * is not part of the public interface, so the rule is closed by default: without the mark it is a
 * reply and must be on the list. A test holds xterm.js to it.
 */

import type { Terminal } from '@xterm/xterm';
import { mayReply } from './replies';

interface Core {
  coreService: { onUserInput(listener: () => void): { dispose(): void } };
}

/** Where the gate leads. */
export interface GateOptions {
  /** Whether old output is being replayed: its questions were answered when it was new. */
  replaying(): boolean;
  /** Takes what may go. */
  send(bytes: Uint8Array): void;
  /** Hears what a person typed. */
  typed?(data: string): void;
}

/** Puts the gate up; it goes with the terminal. */
export function guardInput(terminal: Terminal, options: GateOptions): void {
  const { coreService } = (terminal as unknown as { _core: Core })._core;
  const encoder = new TextEncoder();
  let person = false;
  coreService.onUserInput(() => {
    person = true;
  });
  terminal.onData((data) => {
    const typed = person;
    person = false;
    if (typed || (!options.replaying() && mayReply(data))) options.send(encoder.encode(data));
    if (typed) options.typed?.(data);
  });
  // Mouse reports in the oldest encoding: one byte a character, above 127 not UTF-8.
  terminal.onBinary((data) => {
    options.send(Uint8Array.from(data, (character) => character.charCodeAt(0) & 0xff));
  });
}
