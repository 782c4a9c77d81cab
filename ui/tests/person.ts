/** The window on the in-memory host, and what a person does in it. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { notices } from '$lib/frame/notices.svelte';
import { useHost } from '$lib/host';
import { openEditors } from '$lib/machines/open-editors.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import { MemoryHost } from './memory';

/** Opens the window as at its first start. */
export function openWindow(host: MemoryHost): void {
  useHost(host);
  vault.status = null;
  vault.problem = null;
  render(App);
}

/** Each test of a file has a window of its own on an unlocked vault, and leaves nothing open. */
export function eachInAWindow() {
  let host: MemoryHost;
  beforeEach(async () => {
    localStorage.clear();
    host = new MemoryHost('unlocked');
    openWindow(host);
    await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  });
  afterEach(() => {
    for (const tab of tabs.list) {
      tabs.close(tab.id);
      if (tabs.closing) tabs.confirmClose();
    }
    openEditors.belongTo('nobody');
    cleanup();
    notices.clear();
  });
  return {
    get host() {
      return host;
    },
    /** What a command was called with, each time. */
    called: (name: string) =>
      host.calls.filter((call) => call.name === name).map((call) => call.args),
  };
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
