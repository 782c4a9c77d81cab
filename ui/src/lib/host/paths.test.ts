import { expect, test } from 'vitest';
import { shortPath } from './paths';

test.each([
  ['/home/ops/.ssh/config', '/home/ops', '~/.ssh/config'],
  ['C:\\Users\\ops\\a.vault', 'C:\\Users\\ops', '~\\a.vault'],
  ['/home/opsec/a', '/home/ops', '/home/opsec/a'],
  ['/srv/a', '/home/ops', '/srv/a'],
  ['/srv/a', undefined, '/srv/a'],
  ['/srv/a', '', '/srv/a'],
  ['/home/ops', '/home/ops', '~'],
])('%s, seen from %s, is %s', (path, home, short) => expect(shortPath(path, home)).toBe(short));
