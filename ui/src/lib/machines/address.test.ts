import { expect, it } from 'vitest';
import { splitAddress } from './address';

it.each([
  ['ops@db.example.net:2222', { address: 'db.example.net', user: 'ops', port: '2222' }],
  ['ssh://ops@db.example.net/', { address: 'db.example.net', user: 'ops' }],
  ['[2001:db8::1]:22', { address: '2001:db8::1', port: '22' }],
  ['ssh://db', { address: 'db' }],
])('takes %s apart', (pasted, parts) => {
  expect(splitAddress(pasted)).toEqual(parts);
});

it.each(['db.example.net', '192.0.2.1', '2001:db8::1', '', 'a b@c', 'https://db'])(
  'leaves %s alone',
  (pasted) => {
    expect(splitAddress(pasted)).toBeNull();
  },
);
