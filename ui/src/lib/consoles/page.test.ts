/** The ports of a console server in the whole window, as a person goes through them. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { CONSOLES, PDU, SWITCH } from '../../../tests/memory/managed';
import { problem } from '../../../tests/memory/problem';
import { accessible, eachInAWindow, type } from '../../../tests/person';

const page = eachInAWindow();
const { called } = page;

const ports = () => screen.queryAllByTestId('console-port');

describe('the ports of a console server', () => {
  it('are found from the machine, with their state and what hangs on them', async () => {
    tree.selectOnly(CONSOLES);
    await waitFor(() =>
      expect(actions.available.some(({ id }) => id === 'device.consoles')).toBe(true),
    );
    actions.run('device.consoles');
    await waitFor(() => expect(ports()).toHaveLength(16));
    expect(screen.getByText(/Dominion SX16, 5 of 16 in use/)).toBeTruthy();
    expect(ports()[1]?.textContent).toMatch(/sw-core-01\s*busy\s*Serial/);
    await accessible();
    // What it is is known by then: it is offered no other page.
    await waitFor(() => expect(screen.queryByTestId('to-outlets')).toBeNull());
    await type('console-filter', 'pve-02');
    await waitFor(() => expect(ports()).toHaveLength(1));
  });

  it('are opened by the machine that leads there, and not where none does', async () => {
    tabs.open({ kind: 'consoles', entry: CONSOLES });
    await waitFor(() => expect(ports()).toHaveLength(16));
    expect(screen.getAllByTestId('console-open')).toHaveLength(2);
    await fireEvent.click(screen.getByRole('button', { name: 'Open the console of port 4' }));
    await waitFor(() =>
      expect(called('session_open')[0]).toMatchObject({
        target: { kind: 'entry', id: 'node-console-a2' },
      }),
    );
  });

  it('are asked for again', async () => {
    tabs.open({ kind: 'consoles', entry: CONSOLES });
    await waitFor(() => expect(ports()).toHaveLength(16));
    page.host.managed.consoles.ports = page.host.managed.consoles.ports.slice(0, 8);
    await fireEvent.click(screen.getByTestId('device-refresh'));
    await waitFor(() => expect(ports()).toHaveLength(8));
    expect(called('console_ports')).toMatchObject([{ refresh: false }, { refresh: true }]);
  });

  it('are not there where a power unit or a switch answers, which is said', async () => {
    tabs.open({ kind: 'consoles', entry: PDU });
    expect(await screen.findByText('pdu-a2 is a power unit')).toBeTruthy();
    tabs.open({ kind: 'consoles', entry: SWITCH });
    expect(await screen.findByText('sw-core-01 is a switch')).toBeTruthy();
    tabs.open({ kind: 'outlets', entry: CONSOLES });
    expect(await screen.findByText('lab-14 is a console server')).toBeTruthy();
  });

  it('say what is wrong', async () => {
    const refused = 'lab-14 refused the community.';
    page.host.managed.consoles.refuses = problem('authFailed', refused, 'Edit it.');
    tabs.open({ kind: 'consoles', entry: CONSOLES });
    expect(await screen.findByText(refused)).toBeTruthy();
    page.host.managed.consoles.refuses = null;
    await fireEvent.click(screen.getByTestId('device-retry'));
    await waitFor(() => expect(ports()).toHaveLength(16));
  });
});
