import { Terminal } from '@xterm/xterm';
import { beforeEach, describe, expect, it } from 'vitest';
import { guardInput } from './gate';

const write = (terminal: Terminal, data: string) =>
  new Promise<void>((resolve) => terminal.write(data, resolve));

describe('the gate of a real terminal', () => {
  let sent: string[];
  let replaying: boolean;
  let terminal: Terminal;

  beforeEach(() => {
    sent = [];
    replaying = false;
    terminal = new Terminal({
      allowProposedApi: true,
      windowOptions: { getWinSizeChars: true, pushTitle: true, popTitle: true },
    });
    guardInput(terminal, {
      replaying: () => replaying,
      send: (bytes) => sent.push(new TextDecoder().decode(bytes)),
    });
  });

  it('lets through what a person types, whatever it looks like', () => {
    terminal.input('ls\r');
    terminal.input('\x1b]lanything\x1b\\');
    expect(sent).toEqual(['ls\r', '\x1b]lanything\x1b\\']);
  });

  it('lets through the answers on the list', async () => {
    await write(terminal, '\x1b[c\x1b[>c\x1b[5n\x1b[6n\x1b[?6n\x1b[?2004$p\x1b[4$p\x1b[18t');
    await write(
      terminal,
      '\x1bP$qm\x1b\\\x1bP$qr\x1b\\\x1bP$q q\x1b\\\x1bP$q"p\x1b\\\x1bP$q"q\x1b\\\x1bP$qz\x1b\\',
    );
    expect(sent).toEqual([
      '\x1b[?1;2c',
      '\x1b[>0;276;0c',
      '\x1b[0n',
      '\x1b[1;1R',
      '\x1b[?1;1R',
      '\x1b[?2004;2$y',
      '\x1b[4;2$y',
      '\x1b[8;24;80t',
      '\x1bP1$r0m\x1b\\',
      '\x1bP1$r1;24r\x1b\\',
      '\x1bP1$r2 q\x1b\\',
      '\x1bP1$r61;1"p\x1b\\',
      '\x1bP1$r0"q\x1b\\',
      '\x1bP0$r\x1b\\',
    ]);
  });

  it('answers nothing that carries bytes of the asker', async () => {
    await write(terminal, '\x1b]2;rm -rf ~\x07\x1b[21t\x1b[20t\x1b[?31337$p\x05\x1bP+q544e\x1b\\');
    await write(terminal, '\x1b]52;c;?\x07\x1bP$qid\n\x1b\\');
    expect(sent).toEqual(['\x1bP0$r\x1b\\']);
  });

  it('stops an answer that is not on the list even if xterm.js would give it', () => {
    terminal.input('1337c', false);
    terminal.input('\x1b]lid\x1b\\', false);
    expect(sent).toEqual([]);
  });

  it('answers nothing while old output is replayed, and still passes typing on', async () => {
    replaying = true;
    await write(terminal, '\x1b[c\x1b[6n');
    terminal.input('x');
    expect(sent).toEqual(['x']);
    replaying = false;
    await write(terminal, '\x1b[5n');
    expect(sent).toEqual(['x', '\x1b[0n']);
  });

  it('does not take an answer for typing because typing came before', async () => {
    terminal.input('x');
    await write(terminal, '\x1b[5n');
    terminal.input('1337c', false);
    expect(sent).toEqual(['x', '\x1b[0n']);
  });
});
