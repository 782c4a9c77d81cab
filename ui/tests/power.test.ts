/** The power and hardware of a machine on the in-memory host, as a person goes through them. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { devices } from '$lib/devices/devices.svelte';
import { ways } from '$lib/devices/ways.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { problem } from './memory/problem';
import { accessible, eachInAWindow, type } from './person';

const MACHINE = 'node-pve-02';
const page = eachInAWindow();
const { called } = page;

const press = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));

describe('the power page of a machine', () => {
  it('shows power, consoles, sensors and the event log', async () => {
    devices.show(MACHINE);
    expect((await screen.findByTestId('power-state')).textContent).toContain('On');
    expect(await screen.findByText('Supermicro SYS-620P-TRT')).toBeTruthy();
    expect(await screen.findByText('2 critical')).toBeTruthy();
    expect(await screen.findByText('Input lost. Redundancy degraded.')).toBeTruthy();
    await accessible();

    const ladder = await screen.findByTestId('console-ladder');
    expect(await within(ladder).findByText('refused')).toBeTruthy();
    await press('open-console');
    await waitFor(() =>
      expect(called('session_open')[0]).toMatchObject({
        target: { kind: 'serialOverLan', id: MACHINE, way: 'way-bmc', endStale: false },
      }),
    );
  });

  it('asks for the name before a machine goes down, and says which ways were tried', async () => {
    page.host.devices.refuses = ['way-bmc'];
    devices.show(MACHINE);
    await press('power-cycle');
    const go = await screen.findByTestId<HTMLButtonElement>('power-guard-go');
    expect(go.disabled).toBe(true);
    expect(screen.getByText('goes down, 8 consoles with it')).toBeTruthy();
    await accessible();
    await type('power-guard-name', 'pve-01');
    expect(go.disabled).toBe(true);
    await type('power-guard-name', 'pve-02');
    await fireEvent.click(go);
    const result = await screen.findByTestId('power-result');
    expect(result.textContent).toContain('done by outlet 7 of pdu-a2');
    expect(result.textContent).toContain('did not answer in time');
    expect(called('power_do')).toEqual([
      { entry: MACHINE, action: 'cycle', way: null, confirmed: 'pve-02' },
    ]);
    await waitFor(() => expect(screen.queryByTestId('power-guard')).toBeNull());
  });

  it('sends nothing if it is cancelled, and the softer thing if that is chosen', async () => {
    devices.show(MACHINE);
    await press('power-off');
    await screen.findByTestId('power-guard');
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(called('power_do')).toEqual([]);
    await press('power-off');
    await press('power-guard-instead');
    await waitFor(() => expect(called('power_guard')).toHaveLength(3));
    expect(called('power_guard')[2]).toMatchObject({ action: 'restart' });
  });

  it('asks nothing before something soft that nothing hangs on', async () => {
    devices.show('node-pve-01');
    await press('power-shutDown');
    await waitFor(() => expect(screen.getByTestId('power-state').textContent).toContain('Off'));
    expect(called('power_do')).toHaveLength(1);
    expect(screen.queryByTestId('power-guard')).toBeNull();
    // Off, it is turned on without a question.
    await press('power-on');
    await waitFor(() => expect(screen.getByTestId('power-state').textContent).toContain('On'));
    expect(called('power_guard')).toHaveLength(1);
  });

  it('ends a console that somebody else has, only when told to', async () => {
    const [, serial] = page.host.devices.rungs;
    if (!serial) throw new Error('no serial console');
    page.host.devices.rungs = [
      { ...serial, ready: false, problem: problem('conflict', 'Somebody else has it open.') },
    ];
    devices.show(MACHINE);
    await press('end-other');
    await waitFor(() =>
      expect(called('session_open')[0]).toMatchObject({ target: { endStale: true } }),
    );
  });

  it('keeps a certificate on record that was looked at', async () => {
    devices.show('node-lab-01');
    await screen.findByTestId('trust-card');
    expect(screen.queryByTestId('trust-once')).toBeNull();
    await press('trust');
    await waitFor(() => expect(screen.queryByTestId('trust-card')).toBeNull());
    expect(called('management_trust')[0]).toMatchObject({
      entry: 'node-lab-01',
      way: 'way-new',
      replace: false,
    });
    expect(await screen.findByText('2 critical')).toBeTruthy();
  });

  it('manages the users of the controller, and clears its log after its name was typed', async () => {
    devices.show(MACHINE);
    await fireEvent.click(await screen.findByRole('radio', { name: 'Users' }));
    await press('user-new');
    await type('user-name', 'monitor');
    await press('user-save');
    expect(await screen.findByText('Give it a password.')).toBeTruthy();
    await type('user-password', 'correct horse');
    await press('user-save');
    expect(await screen.findByText(/There is a user monitor already/)).toBeTruthy();
    await type('user-name', 'backup');
    await press('user-save');
    await waitFor(() => expect(screen.getAllByTestId('bmc-user')).toHaveLength(5));
    await accessible();

    await fireEvent.click(screen.getByRole('radio', { name: 'Health' }));
    await press('log-clear');
    await type('typed-name', 'pve-02');
    await press('typed-confirm');
    expect(await screen.findByText('The event log is empty')).toBeTruthy();
    expect(called('bmc_clear_log')[0]).toMatchObject({ confirmed: 'pve-02' });
  });

  it('is reached by name, and only where there is a way to manage the machine', async () => {
    tree.selectOnly('node-app-01');
    expect(actions.available.map(({ id }) => id)).not.toContain('power.open');
    tree.selectOnly(MACHINE);
    expect(actions.available.map(({ id }) => id)).toContain('power.shutDown');
    actions.run('power.open');
    expect(await screen.findByTestId('power-page')).toBeTruthy();
  });
});

describe('the ways to manage a machine', () => {
  it('are added, tested as they stand, and saved', async () => {
    tabs.open({ kind: 'editor', nodeId: 'node-app-01' });
    await press('way-add');
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Outlet of a power unit' }));
    await press('editor-save');
    expect(await screen.findByText('Choose the power unit.')).toBeTruthy();
    expect(called('entry_save')).toEqual([]);
    await press('way-remove');

    await press('way-add');
    await fireEvent.click(
      await screen.findByRole('menuitem', { name: 'Management controller (BMC)' }),
    );
    await type('way-address', '198.51.100.221');
    await press('way-test');
    expect(await screen.findByText(/It answers in 38 ms/)).toBeTruthy();
    expect(called('management_test')[0]).toMatchObject({
      id: 'node-app-01',
      draft: { management: [{ kind: 'bmc', address: '198.51.100.221' }] },
    });
    await accessible();
    await type('way-address', '198.51.100.240');
    await press('way-test');
    expect(await screen.findByText(/Save the machine first/)).toBeTruthy();
    expect(screen.queryByTestId('trust')).toBeNull();
    await press('editor-save');
    await waitFor(() => expect(called('entry_save')).toHaveLength(1));
    await press('trust');
    await waitFor(() => expect(called('management_trust')).toHaveLength(1));
    await waitFor(() => expect(ways.has('node-app-01')).toBe(true));
  });
});
