/** The lines of the editor for what is on or off. */
import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { useHost } from '$lib/host';
import { Editor } from './editor.svelte';
import { detail, entry } from './fixtures';
import LegacyRow from './LegacyRow.svelte';
import TunnelsSection from './TunnelsSection.svelte';

beforeEach(() => {
  useHost({
    call: (name) =>
      Promise.resolve(
        name === 'algorithm_policy'
          ? { legacy: [{ kind: 'Key exchange', names: ['dh-old'], risk: 'Can be broken.' }] }
          : detail(),
      ),
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
});

async function open(): Promise<Editor> {
  const editor = new Editor({ nodeId: entry.id });
  await editor.load();
  return editor;
}

it('say what is lent while it is, and are inherited again', async () => {
  const editor = await open();
  render(TunnelsSection, { editor, uid: 'u' });
  const row = screen.getByRole('switch', { name: 'Agent forwarding' });
  expect(screen.queryByText(/keys of your agent/)).toBeNull();
  await fireEvent.click(row);
  expect(editor.form.forwardAgent).toBe(true);
  expect(screen.getByText(/keys of your agent/)).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'Inherit agent forwarding again' }));
  expect(editor.form.forwardAgent).toBeNull();
  expect(screen.queryByText(/keys of your agent/)).toBeNull();
});

it('show what legacy algorithms lower when asked, and whenever they are on', async () => {
  const editor = await open();
  render(LegacyRow, { editor, uid: 'u' });
  const ask = () => screen.queryByRole('button', { name: 'What it lowers' });
  expect(screen.queryByTestId('legacy-lowers')).toBeNull();
  await fireEvent.click(ask()!);
  const lowers = await screen.findByText('dh-old');
  expect(lowers).toBeTruthy();
  await fireEvent.click(screen.getByRole('switch', { name: 'Legacy algorithms' }));
  expect(editor.form.legacyAlgorithms).toBe(true);
  expect(ask()).toBeNull();
  expect(within(screen.getByTestId('legacy-lowers')).getByText(/Offered to/)).toBeTruthy();
});
