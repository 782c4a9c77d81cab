import { expect, it } from 'vitest';
import { unpressed } from './press';

it('goes on at once while nothing is pressed', async () => {
  await expect(unpressed()).resolves.toBeUndefined();
});

it.each(['pointerup', 'pointercancel'])('waits for %s, and for the click after it', async (end) => {
  document.body.innerHTML = '<button>Save</button>';
  const button = document.querySelector('button');
  const order: string[] = [];
  button?.addEventListener('click', () => order.push('click'));
  button?.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  const moved = unpressed().then(() => order.push('moved'));
  await Promise.resolve();
  expect(order).toEqual([]);
  button?.dispatchEvent(new Event(end, { bubbles: true }));
  button?.click();
  await moved;
  expect(order).toEqual(['click', 'moved']);
});
