import { describe, expect, it } from 'vitest';
import { effective, entry, from } from './fixtures';
import { entryDraft, entryName, formOf } from './form';
import { counts } from './inherit';
import { usesPort } from './protocols';
import { formErrors } from './validate';
import { vncPlace } from './vnc';

const wall = { ...formOf(entry), protocol: 'vnc' as const, port: '5901' };
const error = (address: string) => formErrors({ ...wall, address }, false).address;

describe('the address of a VNC server', () => {
  it.each([
    ['wall', 'tcp'],
    ['wss', 'tcp'],
    [' /run/vnc.sock', 'socket'],
    ['UNIX:/run/vnc.sock', 'socket'],
    ['ws://wall', 'webSocket'],
    ['WSS://wall/x', 'webSocket'],
  ])('%s is %s', (address, place) => {
    expect(vncPlace(address)).toBe(place);
  });

  it.each([
    'wall.example.net',
    '2001:db8::1',
    '/run/vnc.sock',
    'unix:///run/vnc.sock',
    'ws://wall',
    'ws://wall:6080?token=a',
    'wss://[2001:db8::1]:6080/websockify?token=a/b',
  ])('may be %s', (address) => {
    expect(error(address)).toBeUndefined();
  });

  it.each([
    ['/', /whole path/],
    ['unix:vnc.sock', /whole path/],
    ['/run/', /whole path/],
    [`/${'x'.repeat(103)}`, /103 bytes/],
    [`/${'ä'.repeat(52)}`, /103 bytes/],
    ['ws://', /looks like/],
    ['ws://wall:0/', /looks like/],
    ['ws://wall:70000', /looks like/],
    ['ws://a b/', /looks like/],
    ['ws://wall/#x', /#/],
    ['wss://me@wall/', /user/],
    [`ws://wall/${'x'.repeat(2048)}`, /2048/],
    ['http://wall', /protocol/],
    ['wall:5901', /port goes/],
  ])('is not %s', (address, words) => {
    expect(error(address)).toMatch(words);
  });

  it('is one of VNC alone', () => {
    for (const protocol of ['ssh', 'rdp', 'telnet'] as const) {
      const errors = formErrors({ ...wall, protocol, address: 'ws://wall/' }, false);
      expect(errors.address).toMatch(/protocol/);
    }
  });

  it('has a port beside it where it is a host', () => {
    const draft = (address: string) => entryDraft({ ...wall, address });
    expect(draft('wall').settings.port).toBe(5901);
    expect(draft('/run/vnc.sock').settings.port).toBeNull();
    expect(draft('wss://wall/x').settings.port).toBeNull();
    expect(draft('unix:/run/vnc.sock').address).toBe('/run/vnc.sock');
    expect(usesPort('vnc', '/run/vnc.sock')).toBe(false);
    expect(usesPort('rdp', 'wall')).toBe(true);
    const hidden = { ...wall, address: '/run/vnc.sock', port: 'x' };
    expect(formErrors(hidden, false)).toEqual({});
    const [here, there] = ['wall', 'wss://wall/x'].map((address) =>
      counts({ ...wall, address }, false),
    );
    expect((here?.here ?? 0) - (there?.here ?? 0)).toBe(1);
    expect(effective({ port: from(22) }).port.value).toBe(22);
  });

  it('names the machine that has no other name', () => {
    const named = (address: string) => entryName({ ...wall, name: '', address });
    expect(named('wss://wall:6080/x')).toBe('wss://wall:6080/x');
    expect(named('unix:///run/vnc.sock')).toBe('/run/vnc.sock');
  });
});
