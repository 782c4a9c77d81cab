import { describe, expect, it } from 'vitest';
import { webAddress } from './links';
import { osc52Text } from './osc52';
import { mayReply } from './replies';
import { cleanTitle } from './title';

describe('replies that may be sent', () => {
  it.each([
    '\x1b[?1;2c',
    '\x1b[>0;276;0c',
    '\x1b[0n',
    '\x1b[1;1R',
    '\x1b[50;132R',
    '\x1b[?24;80R',
    '\x1b[?2004;1$y',
    '\x1b[4;2$y',
    '\x1bP1$r0m\x1b\\',
    '\x1bP1$r1;24r\x1b\\',
    '\x1bP1$r2 q\x1b\\',
    '\x1bP1$r61;1"p\x1b\\',
    '\x1bP1$r0"q\x1b\\',
    '\x1bP0$r\x1b\\',
    '\x1b[8;24;80t',
    '\x1b[4;432;640t',
    '\x1b[6;18;8t',
    '\x1b]11;rgb:1717/1818/1c1c\x1b\\',
    '\x1b]4;255;rgb:ffff/ffff/ffff\x1b\\',
    '\x1b[I',
    '\x1b[O',
  ])('%j', (reply) => expect(mayReply(reply)).toBe(true));
});

describe('replies that may not', () => {
  it.each([
    ['nothing', ''],
    ['a title report', '\x1b]lrm -rf ~\x1b\\'],
    ['an icon report', '\x1b]Lx\x1b\\'],
    ['a clipboard read', '\x1b]52;c;c2VjcmV0\x1b\\'],
    ['the Linux console echo of a parameter', '1337c'],
    ['answer-back text', 'PuTTY'],
    ['a reply with a command after it', '\x1b[0n\nid\n'],
    ['a command before it', 'id\n\x1b[0n'],
    ['a trailing newline', '\x1b[0n\n'],
    ['two replies in one', '\x1b[0n\x1b[0n'],
    ['a position out of range', '\x1b[99999;1R'],
    ['a position of zero', '\x1b[0;1R'],
    ['a mode number of the asker’s choice', '\x1b[?31337;0$y'],
    ['a mode value that does not exist', '\x1b[?25;7$y'],
    ['a status string that echoes', '\x1bP0$rid\n\x1b\\'],
    ['a status string that is not closed', '\x1bP1$r0m'],
    ['a colour that is text', '\x1b]11;rgb:id/id/id\x1b\\'],
    ['a colour index out of range', '\x1b]4;256;rgb:0000/0000/0000\x1b\\'],
    ['a colour ended by BEL', '\x1b]11;rgb:0000/0000/0000\x07'],
    ['a window state report', '\x1b[1t'],
    ['three sizes', '\x1b[8;24;80;1t'],
    ['eight-bit CSI', '\u009b0n'],
    ['something very long', `\x1b[${'1'.repeat(5000)};1R`],
  ])('%s', (_, reply) => expect(mayReply(reply)).toBe(false));
});

describe('OSC 52', () => {
  it('reads text to copy', () => {
    expect(osc52Text('c;aMOpbGxv')).toBe('héllo');
    expect(osc52Text(';aGk=')).toBe('hi');
  });
  it.each(['c;?', 'c;', '?', 'c;a b', 'c;****', 'x;aGk=', 'c;/w==', `c;${'AAAA'.repeat(400_000)}`])(
    'ignores %.20s',
    (data) => expect(osc52Text(data)).toBeNull(),
  );
});

describe('titles', () => {
  it('lose control and direction characters', () => {
    expect(cleanTitle('a\x1b]0;b\x07\u202ec\n  d')).toBe('a ]0;b c d');
  });
  it('are cut at whole characters', () => {
    const title = cleanTitle('😀'.repeat(500));
    expect([...title]).toHaveLength(120);
    expect(title.endsWith('😀…')).toBe(true);
  });
});

describe('links', () => {
  it('opens the web only', () => {
    expect(webAddress('https://example.net/a?b=c#d')).toBe('https://example.net/a?b=c#d');
    expect(webAddress('http://[::1]:8080')).toBe('http://[::1]:8080/');
    for (const uri of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'ssh://host',
      'mailto:a@b',
      'x',
    ]) {
      expect(webAddress(uri)).toBeNull();
    }
    expect(webAddress(`https://example.net/${'a'.repeat(3000)}`)).toBeNull();
  });
});
