import { describe, expect, it } from 'vitest';
import { entryDraft, emptyForm, formOf, folderDraft, inheritAgain, isOwn } from './form';
import { effective, entry, from, production } from './fixtures';
import { counts, sourceOf } from './inherit';
import {
  defaultSize,
  keyboardWords,
  sizeWords,
  applies,
  frameOf,
  FRAMES,
  frameWords,
  openWarning,
  protocolAt,
} from './protocols';
import { formErrors } from './validate';

const names = { machine: (id: string) => id, identity: (id: string) => id };

describe('protocols', () => {
  it('are numbers in the tree', () => {
    expect([0, 1, 2, 3, 4, 5, undefined, 9].map(protocolAt)).toEqual([
      'ssh',
      'telnet',
      'raw',
      'serial',
      'vnc',
      'rdp',
      'ssh',
      'ssh',
    ]);
  });
  it('warn where passwords can be read on the way', () => {
    expect(openWarning('telnet')).toMatch(/Telnet.*unencrypted/);
    expect(openWarning('raw')).toMatch(/unencrypted/);
    expect([openWarning('ssh'), openWarning('serial'), openWarning(null)]).toEqual([
      null,
      null,
      null,
    ]);
  });
  it('say of a desktop what its server said of itself', () => {
    expect([openWarning('vnc'), openWarning('rdp')]).toEqual([null, null]);
    expect(openWarning('vnc', true)).toMatch(/not encrypted/);
  });
  it('have a use for what they share with the machine only where they can', () => {
    expect(applies('rdp', 'drive') && applies('rdp', 'audio') && applies('rdp', 'domain')).toBe(
      true,
    );
    expect(applies('vnc', 'drive') || applies('vnc', 'audio') || applies('vnc', 'domain')).toBe(
      false,
    );
    expect(applies('vnc', 'shared') && !applies('rdp', 'shared')).toBe(true);
    for (const desktop of ['vnc', 'rdp'] as const) {
      expect(applies(desktop, 'identities') && applies(desktop, 'jump')).toBe(true);
      expect(applies(desktop, 'record')).toBe(true);
      expect(applies(desktop, 'terminalType')).toBe(false);
    }
    expect(applies('ssh', 'shareClipboard')).toBe(false);
  });
  it('write sizes and keyboards as people know them', () => {
    expect(sizeWords({ kind: 'fixed', width: 1920, height: 1080 })).toBe('1920 × 1080');
    expect([defaultSize('rdp').kind, defaultSize('vnc').kind]).toEqual(['tab', 'machine']);
    expect([keyboardWords(0x407), keyboardWords(0x1234)]).toEqual(['German', '0x1234']);
  });
  it('write frames as everybody does', () => {
    for (const words of FRAMES)
      expect(frameWords(frameOf(words) ?? { dataBits: 0, parity: 'none', stopBits: 0 })).toBe(
        words,
      );
    expect([frameOf('9N1'), frameOf('8N3'), frameOf('8n1')]).toEqual([null, null, null]);
  });
});

describe('the form of a desktop', () => {
  const desk = { ...formOf(entry), protocol: 'rdp' as const, domain: 'LAB', drive: '/srv/shared' };

  it('sends what its protocol uses, and nothing of this computer by itself', () => {
    expect(entryDraft(desk).settings).toMatchObject({ domain: 'LAB', drive: '/srv/shared' });
    const vnc = entryDraft({ ...desk, protocol: 'vnc' }).settings;
    expect(vnc).toMatchObject({ domain: null, drive: null, shareClipboard: null, audio: null });
  });
  it('says what cannot be right beside the field', () => {
    const wrong = {
      ...desk,
      drive: 'shared',
      desktopSize: { kind: 'fixed' as const, width: 10, height: 600 },
    };
    expect(formErrors(wrong, false)).toMatchObject({
      drive: expect.stringMatching(/whole path/) as string,
      desktopSize: expect.stringMatching(/200 to 8192/) as string,
    });
    expect(formErrors({ ...desk, drive: 'C:\\shared' }, false).drive).toBeUndefined();
  });
  it('says where its values come from', () => {
    const told = sourceOf(desk, effective({ desktopSize: from(null) }), 'desktopSize', names);
    expect(told).toMatchObject({ own: false, inherited: 'As the tab' });
  });
});

describe('the form of a machine that is not reached by SSH', () => {
  const typed = {
    ...formOf(entry),
    device: '/dev/ttyUSB0',
    baud: '9600',
    identities: ['i'],
    enter: 'lf' as const,
    mac: 'aa:bb:cc:dd:ee:ff',
  };

  it('sends what its protocol uses, and keeps the rest for when it is chosen again', () => {
    const serial = entryDraft({ ...typed, protocol: 'serial' });
    expect(serial).toMatchObject({ protocol: 'serial', address: '/dev/ttyUSB0', mac: null });
    expect(serial.settings).toMatchObject({
      port: null,
      baud: 9600,
      identities: null,
      enter: 'lf',
    });
    const ssh = entryDraft({ ...typed, protocol: 'ssh' });
    expect(ssh).toMatchObject({ address: '192.0.2.42', mac: 'aa:bb:cc:dd:ee:ff' });
    expect(ssh.settings).toMatchObject({ port: 2222, baud: null, identities: ['i'], enter: null });
  });

  it('comes back as it was saved', () => {
    const serial = entryDraft({ ...typed, protocol: 'serial' });
    const loaded = formOf({ id: 'x', parent: null, ...serial });
    expect(loaded).toMatchObject({ protocol: 'serial', device: '/dev/ttyUSB0', address: '' });
    expect(entryDraft(loaded)).toEqual(serial);
  });

  it('is called by its port where it has no name', () => {
    expect(entryDraft({ ...emptyForm(), protocol: 'serial', device: '/dev/ttyUSB0' }).name).toBe(
      'ttyUSB0',
    );
  });

  it('complains only of what is on the page', () => {
    const wrong = { ...typed, port: 'x', user: '\u0007', address: '' };
    expect(Object.keys(formErrors({ ...wrong, protocol: 'serial' }, false))).toEqual([]);
    expect(Object.keys(formErrors({ ...wrong, protocol: 'raw' }, false))).toEqual([
      'address',
      'port',
    ]);
    expect(formErrors({ ...typed, port: '', protocol: 'raw' }, false).port).toMatch(/no usual/);
    expect(formErrors({ ...typed, device: ' ', protocol: 'serial' }, false).device).toMatch(/port/);
    expect(formErrors({ ...typed, baud: '0', protocol: 'serial' }, false).baud).toBeTruthy();
  });

  it('inherits no port of SSH', () => {
    const all = effective({ port: from(2222, production) });
    const source = (protocol: 'ssh' | 'telnet' | 'raw') =>
      sourceOf({ ...emptyForm(), protocol }, all, 'port', names);
    expect(source('ssh')).toMatchObject({ from: 'Production', inherited: '2222' });
    expect(source('telnet')).toMatchObject({ from: 'built in', inherited: '23' });
    expect(source('raw')).toMatchObject({ from: 'built in', inherited: '' });
    const enter = sourceOf({ ...emptyForm(), protocol: 'telnet' }, all, 'enter', names);
    expect(enter.inherited).toBe('CR LF');
  });

  it('counts what it uses', () => {
    expect(counts({ ...typed, protocol: 'serial' }, false)).toEqual({ here: 4, inherited: 4 });
    expect(applies('telnet', 'keepAlive')).toBe(true);
  });

  it('gives choices back to the folder', () => {
    const chosen = { ...emptyForm(), flowControl: 'rtsCts' as const };
    expect(isOwn(chosen, 'flowControl')).toBe(true);
    expect(inheritAgain(chosen, 'flowControl').flowControl).toBeNull();
  });

  it('lets a folder pass everything down', () => {
    expect(folderDraft({ ...typed, name: 'Rack' }).settings).toMatchObject({
      port: 2222,
      baud: 9600,
      enter: 'lf',
    });
  });
});
