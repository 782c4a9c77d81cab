import { Terminal } from '@xterm/xterm';
import { describe, expect, it } from 'vitest';
import { bufferHtml, escapeHtml, htmlPage } from './html';

const THEME = { foreground: '#d5d8de', background: '#17181c', red: '#ff7d76' };

async function html(text: string, range?: Parameters<typeof bufferHtml>[2]): Promise<string> {
  const terminal = new Terminal({ cols: 10, rows: 4, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(text, done));
  const out = bufferHtml(terminal.buffer.active, THEME, range);
  terminal.dispose();
  return out.replace(/^<pre style="[^"]*">|\n<\/pre>$/g, '');
}

describe('output as HTML', () => {
  it('keeps colours and joins what was wrapped', async () => {
    expect(await html('a \x1b[31;1mred\x1b[0m b\r\n0123456789ab')).toBe(
      'a <span style="color:#ff7d76;font-weight:bold">red</span> b\n0123456789ab',
    );
    expect(await html('\x1b[38;2;1;2;3;48;5;16mx\x1b[38;5;244my')).toBe(
      '<span style="color:#010203;background:#000000">x</span><span style="color:#808080;background:#000000">y</span>',
    );
    expect(await html('\x1b[7mx\x1b[0m')).toBe(
      '<span style="color:#17181c;background:#d5d8de">x</span>',
    );
  });

  it('lets nothing that was output act as HTML', async () => {
    expect(await html('<b>&"\'')).toBe('&lt;b&gt;&amp;&quot;&#39;');
    // A mark on top of the bracket makes one cell of the two.
    expect(await html('<\u0301i>')).toBe('&lt;\u0301i&gt;');
    expect(escapeHtml('a\x00\x1b[1m')).toBe('a[1m');
    expect(htmlPage('</title><script>', '')).toContain('&lt;/title&gt;&lt;script&gt;');
  });

  it('leaves out what was hidden', async () => {
    expect(await html('a\x1b[8msecret\x1b[0mb')).not.toContain('secret');
  });

  it('takes a part', async () => {
    expect(await html('one\r\ntwo\r\nthree', { start: { x: 1, y: 0 }, end: { x: 2, y: 1 } })).toBe(
      'ne\ntw',
    );
  });
});
