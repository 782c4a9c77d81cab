import { describe, expect, it } from 'vitest';
import { reportedFolder, reportedHost, shellWord } from './folder';

describe('the folder a shell reports', () => {
  it('is read from what shells send', () => {
    expect(reportedFolder(7, 'file://app-01/srv/orders')).toBe('/srv/orders');
    expect(reportedFolder(7, 'file:///home/ops/a%20b/caf%C3%A9')).toBe('/home/ops/a b/café');
    expect(reportedFolder(9, '9;"/srv/a b"')).toBe('/srv/a b');
    expect(reportedFolder(1337, 'CurrentDir=/srv/orders')).toBe('/srv/orders');
  });

  it('keeps bytes that are no UTF-8', () => {
    expect(reportedFolder(7, 'file://h/caf%e9')).toBe('/caf\uf7e9');
    expect(reportedFolder(7, 'file://h/%ff%C3%A9%e2%82')).toBe('/\uf7ffé\uf7e2\uf782');
    expect(reportedFolder(7, 'file://h/%EF%9F%A9')).toBe('/\uf7ef\uf79f\uf7a9');
  });

  it.each([
    [7, 'https://h/etc'],
    [7, 'file://h'],
    [7, 'file://h/a%0Ab'],
    [7, 'file://h/a%1b[31m'],
    [7, 'file://h/a%00'],
    [7, 'file://h/%zz'],
    [9, '4;1;50'],
    [9, '9;C:\\Users'],
    [1337, 'SetMark'],
    [1337, 'CurrentDir=relative'],
  ] as const)('is none in %i %j', (code, data) => {
    expect(reportedFolder(code, data)).toBeNull();
  });
});

describe('a report without end', () => {
  it('is not read', () => {
    expect(reportedFolder(7, `file://h/${'a'.repeat(5000)}`)).toBeNull();
    expect(reportedFolder(7, `file://h/${'%61'.repeat(10_000)}`)).toBeNull();
    expect(reportedFolder(1337, `CurrentDir=/${'a'.repeat(1_000_000)}`)).toBeNull();
  });
});

describe('the computer of a report', () => {
  it('is told by OSC 7 alone', () => {
    expect(reportedHost(7, 'file://app-01/srv')).toBe('app-01');
    expect(reportedHost(7, 'file:///srv')).toBe('');
    expect(reportedHost(1337, 'CurrentDir=/srv')).toBe('');
  });
});

describe('a path typed into a shell', () => {
  it('is one word, whatever is in it', () => {
    expect(shellWord('/srv/orders')).toBe('/srv/orders');
    expect(shellWord('/a b')).toBe("'/a b'");
    expect(shellWord("/it's $(id)")).toBe("'/it'\\''s $(id)'");
  });

  it('is refused if it would act by itself', () => {
    for (const path of ['/a\nid', '/a\x1b', '/caf\uf7e9', '/a\x03'])
      expect(shellWord(path)).toBeNull();
  });
});
