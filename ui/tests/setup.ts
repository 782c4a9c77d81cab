/** What jsdom lacks and components use. */
import { configure } from '@testing-library/svelte';
import { afterAll, vi } from 'vitest';

// A page printed whole tells less than the line that failed. Machines that test may be slow.
configure({
  getElementError: (message) => new Error(message ?? 'not found'),
  asyncUtilTimeout: 20_000,
});

// Code that a page asked for while it ran must not arrive when the page is no more.
afterAll(() => vi.dynamicImportSettled());

// What Svelte warns of while a page runs is a fault that shows itself later, as a value that stands still.
const warn = console.warn;
console.warn = (...said: unknown[]) => {
  if (String(said[0]).includes('[svelte]')) throw new Error(said.join('\n'));
  warn(...said);
};

globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

if (typeof window !== 'undefined') {
  window.matchMedia ??= vi.fn().mockImplementation((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }));
  // Nothing is painted here, but terminals insist on something to paint their ruler with.
  const painter = new Proxy(
    {},
    { get: (_, name) => () => (name === 'measureText' ? { width: 0 } : undefined) },
  );
  HTMLCanvasElement.prototype.getContext = ((kind: string) =>
    kind === '2d' ? painter : null) as typeof HTMLCanvasElement.prototype.getContext;
  Element.prototype.scrollIntoView ??= () => undefined;
}

// The grapheme tables of xterm.js are read from the start of the buffer they are in, which is wrong for one that Node
// took from its pool, and then unpacking them never ends. Webviews have no such pool.
if (typeof Buffer !== 'undefined') Buffer.poolSize = 0;
