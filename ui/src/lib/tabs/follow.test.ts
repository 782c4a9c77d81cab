import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followTo } from './follow';

const PANES =
  '<div data-pane="a" tabindex="-1"><input></div><div data-pane="b" tabindex="-1"></div>';
let frames: FrameRequestCallback[] = [];

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => frames.splice(id - 1, 1));
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.innerHTML = '';
});

/** Follows to pane a of a document and returns how to give up. */
function follow(html: string): () => void {
  document.body.innerHTML = html;
  return followTo(document.body, 'a');
}

function nextFrame(): void {
  frames.splice(0).forEach((frame) => frame(0));
}

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

const focused = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('[data-pane], [role]')?.outerHTML.slice(0, 18);

it('goes to the pane, or to what in it asks for it', () => {
  follow(PANES);
  expect(focused()).toContain('data-pane="a"');
  follow('<div data-pane="a" tabindex="-1"><input><button data-autofocus></button></div>');
  expect(document.activeElement?.localName).toBe('button');
});

it('leaves it to a dialog that is open', () => {
  follow(`<div role="dialog" data-state="open"><input autofocus></div>${PANES}`);
  expect(frames).toEqual([]);
  expect(document.activeElement).toBe(document.body);
});

it('waits for a dialog that goes away', () => {
  follow(`<div role="dialog" data-state="closed"></div>${PANES}`);
  nextFrame();
  expect(document.activeElement).toBe(document.body);
  document.querySelector('[role="dialog"]')?.remove();
  nextFrame();
  expect(focused()).toContain('data-pane="a"');
});

it('takes it from no field of the pane, but from another pane', () => {
  follow(`<div role="dialog" data-state="closed"></div>${PANES}`);
  focus('[data-pane="a"] input');
  document.querySelector('[role="dialog"]')?.remove();
  nextFrame();
  expect(document.activeElement?.localName).toBe('input');

  focus('[data-pane="b"]');
  followTo(document.body, 'a');
  expect(focused()).toContain('data-pane="a"');
});

it('gives up when it is told to', () => {
  follow(`<div role="dialog" data-state="closed"></div>${PANES}`)();
  expect(frames).toEqual([]);
});
