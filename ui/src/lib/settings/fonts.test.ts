import { expect, it } from 'vitest';
import { installed } from './fonts';

it('offers what is shipped, and what is drawn otherwise than its stand-ins', () => {
  const widths: Record<string, number> = { serif: 10, 'sans-serif': 12 };
  const measure = (family: string): number => {
    if (family.startsWith('"Hack"')) return 11;
    return widths[family.split(', ').at(-1) ?? ''] ?? 0;
  };
  expect(installed(measure)).toEqual(['JetBrains Mono', 'Hack']);
});
