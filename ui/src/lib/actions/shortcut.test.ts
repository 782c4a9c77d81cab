import { describe, expect, it } from 'vitest';
import { allowedInTerminal, matches, ofTextFields } from './shortcut';

const press = (key: string, held: string[] = [], code = '') => ({
  key,
  code,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
});

describe('matches', () => {
  it('wants exactly the modifiers that are named', () => {
    expect(matches('Ctrl+K', press('k', ['ctrl']), false)).toBe(true);
    expect(matches('Ctrl+K', press('K', ['ctrl', 'shift']), false)).toBe(false);
    expect(matches('Ctrl+K', press('k'), false)).toBe(false);
    expect(matches('Ctrl+Shift+K', press('K', ['ctrl', 'shift']), false)).toBe(true);
  });

  it('takes Command for Ctrl on a Mac, and Control for Control', () => {
    expect(matches('Ctrl+K', press('k', ['meta']), true)).toBe(true);
    expect(matches('Ctrl+K', press('k', ['ctrl']), true)).toBe(false);
    expect(matches('Control+Tab', press('Tab', ['ctrl']), true)).toBe(true);
  });

  it('goes by the place of the key on a layout without Latin letters', () => {
    expect(matches('Ctrl+K', press('л', ['ctrl'], 'KeyK'), false)).toBe(true);
    expect(matches('Alt+1', press('¡', ['alt'], 'Digit1'), false)).toBe(true);
  });

  it('takes a plus sign as a key, with or without Shift', () => {
    expect(matches('Ctrl++', press('+', ['ctrl', 'shift']), false)).toBe(true);
    expect(matches('Ctrl++', press('+', ['ctrl']), false)).toBe(true);
  });
});

describe('allowedInTerminal', () => {
  it('leaves the shell its own keys', () => {
    for (const taken of [
      'Ctrl+K',
      'Ctrl+N',
      'Ctrl+I',
      'Ctrl+W',
      'F2',
      'Delete',
      'Ctrl+Enter',
      'Alt+B',
    ]) {
      expect(allowedInTerminal(taken, false), taken).toBe(false);
    }
  });

  it('takes the small documented set', () => {
    for (const taken of [
      'Ctrl+Shift+P',
      'Ctrl+Shift+K',
      'Ctrl+Tab',
      'Control+Shift+Tab',
      'Ctrl+PageUp',
      'Alt+3',
      'F6',
      'Ctrl++',
    ]) {
      expect(allowedInTerminal(taken, false), taken).toBe(true);
    }
  });

  it('takes Command on a Mac, where the shell has Control', () => {
    expect(allowedInTerminal('Ctrl+K', true)).toBe(true);
    expect(allowedInTerminal('Control+K', true)).toBe(false);
  });

  it('never takes Undo', () => {
    for (const mac of [true, false]) expect(allowedInTerminal('Ctrl+Z', mac)).toBe(false);
  });
});

describe('ofTextFields', () => {
  it('leaves editing to the field', () => {
    for (const own of ['Ctrl+A', 'Ctrl+Z', 'Delete', 'Enter', '/'])
      expect(ofTextFields(own), own).toBe(true);
    for (const ours of ['Ctrl+K', 'Ctrl+Shift+N', 'F6', 'Alt+1'])
      expect(ofTextFields(ours), ours).toBe(false);
  });
});
