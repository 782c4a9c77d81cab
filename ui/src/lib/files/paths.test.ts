import { describe, expect, it } from 'vitest';
import { childOn, crumbs, joinPath, nameProblem, styleOf, typedPath } from './paths';

describe('paths of machines', () => {
  it('are joined with a slash', () => {
    expect(joinPath('/', 'etc', 'unix')).toBe('/etc');
    expect(joinPath('/srv', 'a\\b', 'unix')).toBe('/srv/a\\b');
  });

  it('are drawn folder by folder, from home if they are in there', () => {
    const names = (path: string) => crumbs(path, '/home/ops', 'unix').map(({ name }) => name);
    expect(names('/srv/orders')).toEqual(['/', 'srv', 'orders']);
    expect(names('/home/ops/ops')).toEqual(['~', 'ops']);
    expect(names('/home/opsx')).toEqual(['/', 'home', 'opsx']);
    expect(names('')).toEqual([]);
    expect(crumbs('/srv/orders', '', 'unix').map(({ path }) => path)).toEqual([
      '/',
      '/srv',
      '/srv/orders',
    ]);
  });

  it('tell which child of a folder leads to them', () => {
    expect(childOn('/srv', '/srv/orders/log', 'unix')).toBe('orders');
    expect(childOn('/', '/srv', 'unix')).toBe('srv');
    expect(childOn('/srv', '/srvx/a', 'unix')).toBeUndefined();
    expect(childOn('/srv', '/srv', 'unix')).toBeUndefined();
  });

  it('are understood as a person types them', () => {
    const typed = (text: string) => typedPath(text, '/srv', '/home/ops', 'unix');
    expect(typed('')).toBe('/home/ops');
    expect(typed('~/ops')).toBe('/home/ops/ops');
    expect(typed(' /etc ')).toBe('/etc');
    expect(typed('orders')).toBe('/srv/orders');
  });
});

describe('paths of a Windows', () => {
  it('are told by their drive or share', () => {
    expect(styleOf('C:\\Users')).toBe('windows');
    expect(styleOf('\\\\nas\\share\\x')).toBe('windows');
    expect(styleOf('/home')).toBe('unix');
  });

  it('have the drive at their top', () => {
    const found = crumbs('C:\\Data\\x', 'C:\\Users\\ops', 'windows');
    expect(found.map(({ name }) => name)).toEqual(['C:\\', 'Data', 'x']);
    expect(found.at(-1)?.path).toBe('C:\\Data\\x');
    const share = crumbs('\\\\nas\\share\\x', '', 'windows');
    expect(share.map(({ path }) => path)).toEqual(['\\\\nas\\share', '\\\\nas\\share\\x']);
    expect(typedPath('D:\\x', 'C:\\', '', 'windows')).toBe('D:\\x');
    expect(typedPath('x', 'C:\\', '', 'windows')).toBe('C:\\x');
  });
});

it('refuses names that lead elsewhere', () => {
  for (const name of ['', ' ', '.', '..', 'a/b']) expect(nameProblem(name, 'unix')).not.toBeNull();
  expect(nameProblem('a\\b', 'unix')).toBeNull();
  expect(nameProblem('a\\b', 'windows')).not.toBeNull();
  expect(nameProblem('.env', 'unix')).toBeNull();
});
