/** The files page is loaded when it is first needed, and the keyboard is on it once it is there. */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, it } from 'vitest';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { MemoryHost } from '../../../tests/memory';
import { openWindow } from '../../../tests/person';

afterEach(() => {
  for (const tab of tabs.list) tabs.close(tab.id);
  cleanup();
});

it('takes the keyboard when it comes', async () => {
  openWindow(new MemoryHost('unlocked'));
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  tree.selectOnly('node-app-01');
  screen.getByTestId('tree').focus();
  await fireEvent.keyDown(screen.getByTestId('tree'), { key: 'Enter', shiftKey: true });
  await screen.findByTestId('files-page');
  await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('files-machine')));
});
