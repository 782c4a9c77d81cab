/** The outlets of a power unit in the whole window, as a person goes through them. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { PDU, SWITCH } from '../../../tests/memory/managed';
import { problem } from '../../../tests/memory/problem';
import { accessible, eachInAWindow, type } from '../../../tests/person';

const page = eachInAWindow();
const { called } = page;

const click = (testid: string) => fireEvent.click(screen.getByTestId(testid));

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

describe('the outlets of a power unit', () => {
  it('are found from the machine, with their load and what they feed', async () => {
    tree.selectOnly(PDU);
    await waitFor(() =>
      expect(actions.available.some(({ id }) => id === 'device.outlets')).toBe(true),
    );
    actions.run('device.outlets');
    expect(await screen.findAllByTestId('outlet')).toHaveLength(24);
    expect(screen.getByText('22 of 24')).toBeTruthy();
    await accessible();
    await type('outlet-filter', 'console');
    await waitFor(() => expect(screen.getAllByTestId('outlet')).toHaveLength(1));
  });

  it('go off only by the name of what they feed', async () => {
    tabs.open({ kind: 'outlets', entry: PDU });
    await screen.findAllByTestId('outlet');
    await press('Turn off outlet 7');
    await screen.findByTestId('power-guard');
    await accessible();
    expect(called('outlet_do')).toHaveLength(0);
    await type('power-guard-name', 'pve-02');
    await click('power-guard-go');
    await waitFor(() => expect(screen.queryByTestId('power-guard')).toBeNull());
    expect(called('outlet_do')).toMatchObject([
      { outlet: '7', action: 'off', confirmed: 'pve-02' },
    ]);
    expect(await screen.findByRole('button', { name: 'Turn on outlet 7' })).toBeTruthy();
  });

  it('go on without a question', async () => {
    tabs.open({ kind: 'outlets', entry: PDU });
    await screen.findAllByTestId('outlet');
    await press('Turn on outlet 9');
    expect(await screen.findByRole('button', { name: 'Turn off outlet 9' })).toBeTruthy();
    expect(screen.queryByTestId('power-guard')).toBeNull();
  });

  it('are not there where a switch answers, which is said', async () => {
    tabs.open({ kind: 'outlets', entry: SWITCH });
    expect(await screen.findByText('sw-core-01 is a switch')).toBeTruthy();
  });

  it('say what is wrong', async () => {
    page.host.managed.pdu.refuses = problem(
      'authFailed',
      'pdu-a2 refused the community.',
      'Edit it.',
    );
    tabs.open({ kind: 'outlets', entry: PDU });
    expect(await screen.findByText('pdu-a2 refused the community.')).toBeTruthy();
    page.host.managed.pdu.refuses = null;
    await click('device-retry');
    expect(await screen.findAllByTestId('outlet')).toHaveLength(24);
  });
});
