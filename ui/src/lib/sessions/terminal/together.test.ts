import { Terminal } from '@xterm/xterm';
import { describe, expect, it } from 'vitest';
import { Clipboard } from './clipboard.svelte';
import { guardInput } from './gate';
import { keysFor } from './together';

const write = (terminal: Terminal, data: string) =>
  new Promise<void>((resolve) => terminal.write(data, resolve));

describe('what was typed elsewhere', () => {
  it.each([
    ['ls -l\r', 'ls -l\r'],
    ['\x03', '\x03'],
    ['\x1b[15~', '\x1b[15~'],
    ['\x1b[1;5C', '\x1b[1;5C'],
    ['ü', 'ü'],
  ])('%j stays as it is', (typed, sent) => {
    expect(keysFor(typed, false)).toBe(sent);
    expect(keysFor(typed, true)).toBe(sent);
  });

  it('is the cursor key that the program there asked for', () => {
    for (const key of ['A', 'B', 'C', 'D', 'F', 'H']) {
      for (const typed of [`\x1b[${key}`, `\x1bO${key}`]) {
        expect(keysFor(typed, true)).toBe(`\x1bO${key}`);
        expect(keysFor(typed, false)).toBe(`\x1b[${key}`);
      }
    }
  });

  it('is no mouse and no focus', () => {
    for (const report of ['\x1b[<0;12;3M', '\x1b[<0;12;3m', '\x1b[32;12;3M', '\x1b[M !!', '\x1b[I'])
      expect(keysFor(report, false), report).toBeNull();
  });
});

describe('a paste into terminals that belong together', () => {
  /** A terminal with its clipboard, and what it sent. */
  function terminal(others: () => readonly { clipboard: Clipboard }[] = () => []) {
    const screen = new Terminal({ allowProposedApi: true });
    const clipboard = new Clipboard();
    const sent: string[] = [];
    const typed: string[] = [];
    guardInput(screen, {
      replaying: () => false,
      send: (bytes) => sent.push(new TextDecoder().decode(bytes)),
      typed: (data) => {
        if (!clipboard.pasting) typed.push(data);
      },
    });
    clipboard.attach(screen, document.createElement('div'), others);
    return { screen, clipboard, sent, typed };
  }

  it('is bracketed where the program wants it, and nowhere else', async () => {
    const plain = terminal();
    const brackets = terminal(() => [plain]);
    await write(brackets.screen, '\x1b[?2004h');
    brackets.clipboard.requestPaste('uptime');
    expect(brackets.sent).toEqual(['\x1b[200~uptime\x1b[201~']);
    expect(plain.sent).toEqual(['uptime']);
    expect([...brackets.typed, ...plain.typed], 'it is not typed once more').toEqual([]);
  });

  it('asks once, if any of them would run its lines', async () => {
    const plain = terminal();
    const brackets = terminal(() => [plain]);
    await write(brackets.screen, '\x1b[?2004h');
    brackets.clipboard.requestPaste('a\nb');
    expect(brackets.clipboard.asking).not.toBeNull();
    expect(plain.clipboard.asking).toBeNull();
    brackets.clipboard.answer('paste');
    expect(brackets.sent).toEqual(['\x1b[200~a\rb\x1b[201~']);
    expect(plain.sent).toEqual(['a\rb']);
  });

  it('leaves out one that takes no input', () => {
    const closed = terminal();
    closed.screen.options.disableStdin = true;
    const open = terminal(() => [closed]);
    open.clipboard.requestPaste('x');
    expect([open.sent, closed.sent]).toEqual([['x'], []]);
  });
});
