/** The window on the in-memory host, and what a person does in it. */
import { fireEvent, render, screen } from '@testing-library/svelte';
import axe from 'axe-core';
import { expect } from 'vitest';
import { useHost } from '$lib/host';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import type { MemoryHost } from './memory';

/** Opens the window as at its first start. */
export function openWindow(host: MemoryHost): void {
  useHost(host);
  vault.status = null;
  vault.problem = null;
  render(App);
}

export const type = (testid: string, value: string) =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });

/** Fails for what a person with a screen reader or without a mouse would miss. */
export async function accessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    // Layout and colours are not known here; the pictures are checked for those.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
  ).toEqual([]);
}
