import { describe, expect, it } from 'vitest';
import { holesIn, unknownHoles } from './holes';

describe('holes', () => {
  it('are found as the core finds them', () => {
    expect(holesIn('a {{b}} {{machine.name}} {{b}}')).toEqual(['b', 'machine.name']);
    expect(holesIn("docker ps --format '{{.Names}}' {{ json . }}")).toEqual([]);
    expect(holesIn('\\{{end}} ${{{x}}}')).toEqual(['x']);
    expect(holesIn('{{ü}} {{a b}} {{1}}')).toEqual([]);
  });

  it('are unknown without a parameter', () => {
    expect(unknownHoles('{{a}} {{b}} {{machine.user}} {{machine.colour}}', ['a'])).toEqual([
      'b',
      'machine.colour',
    ]);
  });
});
