/** The fleet in the whole window, as a person goes through it. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';

import { problem } from '../../../tests/memory/problem';
import { accessible, eachInAWindow, type } from '../../../tests/person';

const page = eachInAWindow();
const { called } = page;

const click = (testid: string) => fireEvent.click(screen.getByTestId(testid));

const rows = () =>
  screen.queryAllByTestId('fleet-row').map((row) => row.getAttribute('aria-label')?.split(',')[0]);
const pick = async (...names: string[]) => {
  for (const name of names) {
    const row = screen
      .getAllByTestId('fleet-row')
      .find((each) => each.getAttribute('aria-label')?.startsWith(`${name},`));
    await fireEvent.click(row!);
  }
};
const power = async (name: RegExp) => {
  await click('fleet-power');
  await fireEvent.click(await screen.findByRole('menuitem', { name }));
};

describe('the fleet', () => {
  beforeEach(async () => {
    actions.run('fleet.open');
    await waitFor(() => expect(rows()).toContain('pve-02'));
  });

  it('lists the machines that can be managed, and what is wrong with them', async () => {
    expect(rows()).toEqual(['lab-01', 'lab-14', 'pdu-a2', 'pve-01', 'pve-02', 'sw-core-01']);
    expect(screen.getByText(/3 sensors out of range, 8 ports down/)).toBeTruthy();
    await accessible();
    await type('fleet-filter', 'pve');
    await waitFor(() => expect(rows()).toEqual(['pve-01', 'pve-02']));
    await click('fleet-refresh');
    await waitFor(() => expect(called('fleet_list').at(-1)).toEqual({ refresh: true }));
  });

  it('does something with many, so many at a time, after the guard', async () => {
    await pick('pve-02');
    await power(/^Force off/);
    await type('fleet-at-once', '0');
    expect(screen.getByTestId('fleet-go')).toHaveProperty('disabled', true);
    await type('fleet-at-once', '3');
    await click('fleet-go');
    await screen.findByTestId('power-guard');
    await accessible();
    expect(called('fleet_power')).toHaveLength(0);
    const { name } = page.host.devices.guard({ entries: ['node-pve-02'], action: 'off' });
    await type('power-guard-name', name ?? '');
    await click('power-guard-go');
    expect(await screen.findByText('Force off: 1 done')).toBeTruthy();
    expect(called('fleet_power')).toEqual([
      { entries: ['node-pve-02'], action: 'off', atOnce: 3, confirmed: name },
    ]);
    await accessible();
  });

  it('tells what came of each, and selects what failed', async () => {
    page.host.devices.refuses = page.host.devices.status('node-pve-02').ways.map(({ id }) => id);
    await pick('pve-02', 'pve-01');
    await power(/^Turn on/);
    await click('fleet-go');
    expect(await screen.findByText(/1 failed/)).toBeTruthy();
    await click('fleet-failed');
    await waitFor(() => expect(rows()).toEqual(['pve-02']));
    expect(screen.getByText('1 selected')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    await waitFor(() => expect(rows()).toHaveLength(6));
  });

  it('says what is wrong', async () => {
    page.host.handlers.fleet_list = () =>
      Promise.reject(problem('storage', 'The vault cannot be read.'));
    await click('fleet-refresh');
    expect(await screen.findByText('The vault cannot be read.')).toBeTruthy();
  });
});
