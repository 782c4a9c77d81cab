import { expect, it } from 'vitest';
import { caps, spoken } from './keys';

it('names the same key the same, whatever a Mac would have there', () => {
  expect(caps('Control+Tab', false)).toEqual(['Ctrl', 'Tab']);
  expect(caps('Ctrl+Shift+K', false)).toEqual(['Ctrl', 'Shift', 'K']);
  expect(spoken('Control+Shift+Tab', false)).toBe('Ctrl+Shift+Tab');
});

it('writes the signs of a Mac', () => {
  expect(caps('Control+Tab', true)).toEqual(['⌃', 'Tab']);
  expect(spoken('Ctrl+Shift+K', true)).toBe('⌘⇧K');
  expect(spoken('Alt+ArrowUp', true)).toBe('⌥↑');
});

it('shows a plus sign as a key', () => {
  expect(caps('Ctrl++', false)).toEqual(['Ctrl', '+']);
});
