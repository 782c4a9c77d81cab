import { expect, it } from 'vitest';
import { splitAddress } from './address';

it.each([
  ['ops@db.example.net:2222', { address: 'db.example.net', user: 'ops', port: '2222' }],
  ['ssh://ops@db.example.net/', { address: 'db.example.net', user: 'ops', protocol: 'ssh' }],
  ['[2001:db8::1]:22', { address: '2001:db8::1', port: '22' }],
  ['ssh://db', { address: 'db', protocol: 'ssh' }],
  ['telnet://sw-01:2001', { address: 'sw-01', port: '2001', protocol: 'telnet' }],
  ['TCP://[2001:db8::1]:7', { address: '2001:db8::1', port: '7', protocol: 'raw' }],
  ['serial:/dev/ttyUSB0?baud=9600', { address: '/dev/ttyUSB0', baud: '9600', protocol: 'serial' }],
  ['serial:///dev/ttyS0', { address: '/dev/ttyS0', protocol: 'serial' }],
  ['vnc://wall:5901', { address: 'wall', port: '5901', protocol: 'vnc' }],
  ['rdp://ops@win', { address: 'win', user: 'ops', protocol: 'rdp' }],
  ['vnc:///run/x.sock', { address: '/run/x.sock', protocol: 'vnc' }],
  ['unix:/run/x.sock', { address: '/run/x.sock', protocol: 'vnc' }],
  [' wss://wall:6080/x?y=z', { address: 'wss://wall:6080/x?y=z', protocol: 'vnc' }],
  ['serial:COM3', { address: 'COM3', protocol: 'serial' }],
])('takes %s apart', (pasted, parts) => {
  expect(splitAddress(pasted)).toEqual(parts);
});

it.each(['db.example.net', '192.0.2.1', '2001:db8::1', '', 'a b@c', 'https://db', '/run/x.sock'])(
  'leaves %s alone',
  (pasted) => {
    expect(splitAddress(pasted)).toBeNull();
  },
);
