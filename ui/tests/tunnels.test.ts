/** The tunnels of a machine on the in-memory host, as a person goes through them. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { tabs } from '$lib/tabs/tabs.svelte';
import { accessible, eachInAWindow, type } from './person';

const MACHINE = 'node-db-primary';
const page = eachInAWindow();
const { called } = page;

describe('the tunnels of a machine', () => {
  it('are started, kept and stopped, and the status bar counts them', async () => {
    tabs.open({ kind: 'tunnels', entry: MACHINE });
    expect(await screen.findByText('No tunnels yet')).toBeTruthy();
    await accessible();

    await fireEvent.click(screen.getByTestId('tunnel-new'));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('tunnel-listen')));
    await fireEvent.click(screen.getByTestId('tunnel-go'));
    expect(screen.getByText(/Type a port such as 8080/)).toBeTruthy();
    expect(called('tunnel_start_new')).toHaveLength(0);

    await type('tunnel-listen', '22');
    await type('tunnel-to', 'db:5432');
    await fireEvent.click(screen.getByTestId('tunnel-go'));
    expect(await screen.findByText(/127.0.0.1:22 is taken/)).toBeTruthy();

    await type('tunnel-listen', '8080');
    await fireEvent.click(screen.getByTestId('tunnel-go'));
    expect(await screen.findByText('127.0.0.1:8080')).toBeTruthy();
    expect(screen.queryByTestId('tunnel-fields')).toBeNull();
    await waitFor(() =>
      expect(screen.getByTestId('tunnels-button').textContent).toContain('1 tunnel'),
    );
    await accessible();

    await fireEvent.click(screen.getByTestId('tunnel-keep'));
    await waitFor(() => expect(screen.queryByTestId('tunnel-keep')).toBeNull());
    expect(called('entry_save')[0]).toMatchObject({
      id: MACHINE,
      draft: { tunnels: [{ kind: 'local', to: { address: 'db', port: 5432 } }] },
    });

    await fireEvent.click(screen.getByTestId('tunnel-stop'));
    expect(await screen.findByTestId('tunnel-start')).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId('tunnels-button')).toBeNull());
    actions.run('tunnels.startAll');
    expect(await screen.findByTestId('tunnel-stop')).toBeTruthy();
    actions.run('tunnels.stopAll');
    expect(await screen.findByTestId('tunnel-start')).toBeTruthy();
  });

  it('are edited with the machine', async () => {
    tabs.open({ kind: 'editor', nodeId: MACHINE });
    await fireEvent.click(await screen.findByTestId('tunnel-add'));
    await fireEvent.click(screen.getByTestId('editor-save'));
    expect(screen.getByText(/Tunnel 1:/)).toBeTruthy();
    expect(called('entry_save')).toHaveLength(0);
    await type('tunnel-listen', '*:8080');
    await type('tunnel-to', '/run/app.sock');
    expect(screen.getByText(/Other computers can connect/)).toBeTruthy();
    await accessible();
    await fireEvent.click(screen.getByRole('switch', { name: 'Agent forwarding' }));
    await fireEvent.click(screen.getByTestId('editor-save'));
    await waitFor(() => expect(called('entry_save')).toHaveLength(1));
    expect(called('entry_save')[0]).toMatchObject({
      draft: {
        settings: { forwardAgent: true, forwardX11: null },
        tunnels: [
          {
            listen: { kind: 'port', address: '*', port: 8080 },
            to: { kind: 'socket', path: '/run/app.sock' },
          },
        ],
      },
    });
  });
});
