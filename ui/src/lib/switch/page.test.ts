/** The ports of a switch in the whole window, as a person goes through them. */
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

const rows = () => screen.queryAllByTestId('port-row').map((row) => row.getAttribute('aria-label'));
const choose = async (name: string) => {
  await waitFor(() => expect(rows().length).toBeGreaterThan(5));
  const row = screen
    .getAllByTestId('port-row')
    .find((each) => each.getAttribute('aria-label')?.startsWith(`${name},`));
  await fireEvent.click(row!);
  await screen.findByTestId('port-panel');
};
const part = (name: string) => fireEvent.click(screen.getByRole('radio', { name }));

describe('the ports of a switch', () => {
  it('are found from the machine and listed with what they carry', async () => {
    tree.selectOnly(SWITCH);
    await waitFor(() =>
      expect(actions.available.some(({ id }) => id === 'device.ports')).toBe(true),
    );
    actions.run('device.ports');
    await waitFor(() => expect(rows()[6]).toContain('ge-0/0/7, app-01, up, VLAN 20, app-01, in'));
    await accessible();
    await type('port-filter', 'pve');
    await waitFor(() => expect(rows()).toHaveLength(2));
    await type('port-filter', '');
    await part('Addresses');
    expect((await screen.findAllByTestId('station')).length).toBeGreaterThan(5);
    await accessible();
  });

  it('are changed by a plan that is shown, applied, and kept in time from any tab', async () => {
    tabs.open({ kind: 'ports', entry: SWITCH });
    await choose('ge-0/0/12');
    await accessible();
    expect(screen.getByTestId('port-plan')).toHaveProperty('disabled', true);
    await type('port-alias', 'spare');
    await click('port-plan');
    const lines = await screen.findByTestId('plan-lines');
    expect(lines.textContent).toContain('description "spare"');
    expect(called('switch_apply')).toHaveLength(0);
    await accessible();
    await type('plan-seconds', '5');
    expect(screen.getByTestId('plan-apply')).toHaveProperty('disabled', true);
    await type('plan-seconds', '90');
    await click('plan-apply');
    expect((await screen.findByTestId('switch-change')).textContent).toMatch(/Reverts in 90 s/);
    expect(called('switch_apply')[0]).toMatchObject({
      plan: 'plan-1',
      seconds: 90,
      confirmed: null,
    });
    tabs.close(tabs.active!);
    await waitFor(() => expect(screen.queryByTestId('ports-page')).toBeNull());
    await accessible();
    await click('change-keep');
    await waitFor(() => expect(screen.queryByTestId('switch-change')).toBeNull());
    expect(screen.getByTestId('notice').textContent).toContain('kept');
  });

  it('go down only by name where a machine hangs on them, and come back', async () => {
    tabs.open({ kind: 'ports', entry: SWITCH });
    await choose('ge-0/0/7');
    await click('port-up');
    await click('port-plan');
    await screen.findByTestId('plan-lines');
    await click('plan-apply');
    await screen.findByTestId('power-guard');
    await type('power-guard-name', 'ge-0/0/7');
    await click('power-guard-go');
    await screen.findByTestId('change-revert');
    await waitFor(() => expect(rows()[6]).toContain('disabled'));
    await click('change-revert');
    await waitFor(() => expect(rows()[6]).toContain('app-01, up'));
    expect(screen.getByTestId('notice').textContent).toContain('taken back');
  });

  it('of a switch that is stuck say what has to be mended by hand', async () => {
    page.host.emit({
      kind: 'switchChange',
      change: {
        id: 'plan-9',
        entry: SWITCH,
        name: 'sw-core-01',
        diff: [],
        started: Date.now(),
        state: {
          kind: 'stuck',
          why: 'It does not answer.',
          left: [{ new: true, text: 'VLAN 30' }],
        },
      },
    });
    expect((await screen.findByTestId('switch-change')).textContent).toContain('Mend it by hand');
    await fireEvent.click(screen.getByRole('button', { name: 'Show lines' }));
    expect((await screen.findByTestId('plan-lines')).textContent).toContain('VLAN 30');
  });

  it('are in VLANs that are made and removed the same way', async () => {
    tabs.open({ kind: 'ports', entry: SWITCH });
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    await part('VLANs');
    expect(await screen.findAllByTestId('vlan')).toHaveLength(4);
    await accessible();
    await click('vlan-new');
    await type('vlan-number', '20');
    expect(screen.getByText('There is a VLAN 20 already.')).toBeTruthy();
    await type('vlan-number', '40');
    await type('vlan-name', 'voice');
    await click('vlan-go');
    expect((await screen.findByTestId('plan-lines')).textContent).toContain('VLAN 40 "voice"');
    expect(called('switch_plan')[0]).toMatchObject({
      wishes: [{ kind: 'create', vlan: 40, name: 'voice' }],
    });
  });

  it('are changed by a command line that is shown, and so are addresses of VLANs', async () => {
    page.host.managed.switch.line = true;
    tabs.open({ kind: 'ports', entry: SWITCH });
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    expect(screen.queryByRole('radio', { name: 'Addresses' })).toBeNull();
    await part('VLANs');
    await fireEvent.click(screen.getByRole('button', { name: 'Addresses of VLAN 10…' }));
    await accessible();
    expect(screen.getByTestId('addresses-go')).toHaveProperty('disabled', true);
    await type('addresses', '10.0.10.1');
    expect(screen.getByText(/“10.0.10.1” is no address with its prefix/)).toBeTruthy();
    await type('addresses', '10.0.10.1/24\n2001:db8:10::1/64');
    await click('addresses-go');
    await screen.findByTestId('plan-lines');
    expect(called('switch_plan')[0]).toMatchObject({
      wishes: [{ kind: 'addresses', vlan: 10, addresses: ['10.0.10.1/24', '2001:db8:10::1/64'] }],
    });
    const commands = screen.getByTestId('plan-commands');
    expect(commands).toHaveProperty('open', false);
    expect(commands.textContent).toContain('What is typed at the switch (1)');
    expect(commands.textContent).toContain('set VLAN 10 addresses 10.0.10.1/24');
    expect(screen.getByTestId('plan').textContent).toContain('without this computer');
    await accessible();
  });

  it('cannot be changed where one may only read', async () => {
    page.host.managed.switch.writable = false;
    tabs.open({ kind: 'ports', entry: SWITCH });
    await choose('ge-0/0/7');
    expect(screen.queryByTestId('port-plan')).toBeNull();
    expect(screen.getByText(/may only read/)).toBeTruthy();
  });

  it('are not there where a power unit answers, which is said', async () => {
    tabs.open({ kind: 'ports', entry: PDU });
    expect(await screen.findByText('pdu-a2 is a power unit')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'Show its outlets' }));
    expect(await screen.findByTestId('outlets-page')).toBeTruthy();
  });

  it('say what is wrong', async () => {
    page.host.managed.switch.refuses = problem(
      'timedOut',
      'sw-core-01 did not answer.',
      'Is it on?',
    );
    tabs.open({ kind: 'ports', entry: SWITCH });
    expect(await screen.findByText('sw-core-01 did not answer.')).toBeTruthy();
    page.host.managed.switch.refuses = null;
    await click('device-retry');
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
  });
});
