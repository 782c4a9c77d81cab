import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Action, actions } from './registry.svelte';

const undo: Action = { id: 'undo', title: 'Undo', group: 'Test', shortcut: 'Ctrl+Z', run: () => 0 };
const palette: Action = { ...undo, id: 'palette', shortcut: 'Ctrl+K', also: ['Ctrl+Shift+K'] };

let stop: () => void;
beforeEach(() => (stop = actions.register([undo, palette])));
afterEach(() => {
  stop();
  document.body.innerHTML = '';
});

/** What a press of Ctrl and a key asks for while the first element of some HTML has the focus. */
function found(html: string, key: string, shiftKey = false): string | undefined {
  document.body.innerHTML = html;
  const target = document.querySelector('[data-here]') ?? document.body;
  let action: Action | undefined;
  document.addEventListener('keydown', (event) => (action = actions.find(event)), { once: true });
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key, shiftKey, ctrlKey: true, bubbles: true }),
  );
  return action?.id;
}

it.each([
  '<input data-here>',
  '<textarea data-here></textarea>',
  '<div contenteditable="true" data-here></div>',
  '<div contenteditable><p data-here></p></div>',
  '<div class="xterm"><textarea data-here></textarea></div>',
])('leaves Ctrl+Z to %s', (field) => {
  expect(found(field, 'z')).toBeUndefined();
});

it('undoes from where nothing is typed', () => {
  expect(found('<div tabindex="0" data-here></div>', 'z')).toBe('undo');
  expect(found('<div contenteditable="false" data-here></div>', 'z')).toBe('undo');
  expect(found('<button data-here></button>', 'z')).toBe('undo');
});

it('takes what no field needs, and from a terminal only what no program can see', () => {
  expect(found('<input data-here>', 'k')).toBe('palette');
  const terminal = '<div class="xterm"><textarea data-here></textarea></div>';
  expect(found(terminal, 'k')).toBeUndefined();
  expect(found(terminal, 'K', true)).toBe('palette');
});

it('leaves the keyboard to a dialog', () => {
  expect(found('<div role="dialog"></div><div data-here></div>', 'k')).toBeUndefined();
  const closing = '<div role="dialog" data-state="closed"></div><div data-here></div>';
  expect(found(closing, 'k')).toBe('palette');
});
