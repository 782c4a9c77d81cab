import { describe, expect, it } from 'vitest';
import { emptyForm } from './form';
import { fieldOf, firstError, formErrors, normalMac } from './validate';

const good = { ...emptyForm(), name: 'db', address: 'db.example.net' };

describe('what is wrong with a form', () => {
  it('is nothing when only an address is given', () => {
    expect(formErrors({ ...emptyForm(), address: 'fe80::1%eth0' }, false)).toEqual({});
  });

  it.each(['0', '65536', '22a', '-1', '2 2', '1e3'])('is a port of %s', (port) => {
    expect(formErrors({ ...good, port }, false).port).toBe(
      'A port is a whole number from 1 to 65535.',
    );
  });

  it.each([
    ['', /where the machine is/],
    ['ssh://db', /protocol/],
    ['root@db', /user goes/],
    ['db:22', /port goes/],
    ['[::1]:22', /port goes/],
    ['two words', /no spaces/],
    ['-oProxyCommand=x', /dash/],
  ])('is an address of "%s"', (address, words) => {
    expect(formErrors({ ...good, address }, false).address).toMatch(words);
  });

  it('is a folder without a name, and not its missing address', () => {
    expect(Object.keys(formErrors(emptyForm(), true))).toEqual(['name']);
  });

  it('is a tag of two words', () => {
    expect(formErrors({ ...good, tags: ['a b'] }, false).tags).toBe('A tag is one word.');
  });

  it('is a tag of signs, but not one in any script', () => {
    expect(formErrors({ ...good, tags: ['a,b'] }, false).tags).toMatch(/letters, digits/);
    expect(
      formErrors({ ...good, tags: ['eu-west/prod', 'Größe', '東京'] }, false).tags,
    ).toBeUndefined();
  });

  it('allows a keep-alive of 0, which is off, but no time-out of 0', () => {
    const errors = formErrors({ ...good, keepAlive: '0', connectTimeout: '0' }, false);
    expect(Object.keys(errors)).toEqual(['connectTimeout']);
  });

  it('is told about the field that stands first', () => {
    expect(firstError(formErrors({ ...good, terminalType: 'two words', port: 'x' }, false))).toBe(
      'port',
    );
  });
});

describe('a MAC address', () => {
  it.each(['aa:bb:cc:dd:ee:ff', 'AA-BB-CC-DD-EE-FF', 'aabb.ccdd.eeff', 'aabbccddeeff'])(
    'may be written %s',
    (mac) => {
      expect(normalMac(mac)).toBe('aa:bb:cc:dd:ee:ff');
    },
  );
  it.each(['aa:bb-cc:dd:ee:ff', 'aa:bb:cc:dd:ee', 'gg:bb:cc:dd:ee:ff'])('is not %s', (mac) => {
    expect(normalMac(mac)).toBeNull();
  });
});

it('finds the field an error of the core names', () => {
  expect(fieldOf('settings.connect_timeout')).toBe('connectTimeout');
  expect(fieldOf('draft.settings.port')).toBe('port');
  expect(fieldOf('address')).toBe('address');
  expect(fieldOf('parent')).toBeUndefined();
  expect(fieldOf(null)).toBeUndefined();
});
