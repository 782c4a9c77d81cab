/** The guests of a cluster in the whole window, as a person goes through them. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { tasks } from '$lib/files/tasks.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { CLUSTER } from '../../../tests/memory/managed';
import { problem } from '../../../tests/memory/problem';
import { accessible, eachInAWindow, type } from '../../../tests/person';

const page = eachInAWindow();
const { called } = page;

const rows = () =>
  screen.queryAllByTestId('guest-row').map((row) => row.getAttribute('aria-label'));
const click = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const choose = async (name: string) => {
  const row = (await screen.findAllByTestId('guest-row')).find((each) =>
    each.getAttribute('aria-label')?.startsWith(name),
  );
  await fireEvent.click(row!);
  await screen.findByTestId('guest-panel');
};
const part = (name: string) => fireEvent.click(screen.getByRole('radio', { name }));

beforeEach(() => {
  tasks.shown = false;
});

describe('the guests of a cluster', () => {
  it('are found from the machine, listed below their nodes, and followed', async () => {
    tree.selectOnly(CLUSTER);
    await waitFor(() =>
      expect(actions.available.some(({ id }) => id === 'device.guests')).toBe(true),
    );
    actions.run('device.guests');
    await waitFor(() => expect(rows()[0]).toBe('pve-01, node, online, 3 of 4 guests run'));
    expect(rows()).toContain('term-01 (113), running, locked: backup');
    expect(page.host.managed.cluster.watched.has(CLUSTER)).toBe(true);
    await accessible();

    await type('guest-filter', 'postgres');
    await waitFor(() => expect(rows()).toHaveLength(2));
    await type('guest-filter', '');

    page.host.managed.cluster.guests = page.host.managed.cluster.guests.slice(0, 1);
    page.host.emit({ kind: 'cluster', entry: CLUSTER });
    await waitFor(() => expect(rows()).toHaveLength(4));
    tabs.close(tabs.active!);
    await waitFor(() => expect(page.host.managed.cluster.watched.size).toBe(0));
  });

  it('are shown once the code of a second factor was typed, which is sent once', async () => {
    page.host.managed.cluster.code = '123456';
    tabs.open({ kind: 'guests', entry: CLUSTER });
    await screen.findByText('The cluster asks for a one-time password of ops@pve.');
    await accessible();
    expect(screen.getByTestId('code-go')).toHaveProperty('disabled', true);
    await type('code', '654321');
    await click('code-go');
    const refused = /The cluster refused the one-time password of ops@pve\. Wait for the next/;
    expect((await screen.findByRole('alert')).textContent).toMatch(refused);
    expect(screen.getByTestId('code')).toHaveProperty('value', '');
    expect(called('management_sign_in')).toHaveLength(1);
    await type('code', ' 123456 ');
    await click('code-go');
    await waitFor(() => expect(rows().length).toBeGreaterThan(4));
    expect(screen.queryByTestId('code-question')).toBeNull();
    expect(called('management_sign_in')).toMatchObject([
      { entry: CLUSTER, way: null, code: '654321' },
      { entry: CLUSTER, way: null, code: '123456' },
    ]);
  });

  it('wait for the code on the page of the power of their machine as well', async () => {
    page.host.managed.cluster.code = '123456';
    tabs.open({ kind: 'power', entry: CLUSTER });
    await screen.findByTestId('code-question');
    expect(screen.getByText('asks for a code')).toBeTruthy();
    await type('code', '123456');
    await click('code-go');
    await waitFor(() => expect(screen.queryByTestId('code-question')).toBeNull());
    expect(called('management_sign_in')).toMatchObject([{ entry: CLUSTER, way: 'way-pve' }]);
    expect(screen.getByText('answers')).toBeTruthy();
  });

  it('are shut down only after a question, and forced off only by name', async () => {
    tabs.open({ kind: 'guests', entry: CLUSTER, guest: 100 });
    await screen.findByTestId('guest-panel');
    await accessible();
    await click('guest-shutDown');
    await screen.findByTestId('power-guard');
    expect(called('guest_power')).toHaveLength(0);
    await click('power-guard-go');
    await waitFor(() => expect(screen.getByTestId('guest-start')).toBeTruthy());
    expect(called('guest_power')[0]).toMatchObject({ action: 'shutDown', confirmed: null });
    await waitFor(() => expect(screen.getByTestId('guest-task').textContent).toContain('done'));
    expect(screen.getByTestId('tasks-button')).toBeTruthy();

    await choose('web-02');
    await click('guest-more');
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Force off…' }));
    await screen.findByTestId('power-guard');
    expect(screen.getByTestId('power-guard-go')).toHaveProperty('disabled', true);
    await type('power-guard-name', 'web-02');
    await click('power-guard-go');
    await waitFor(() =>
      expect(called('guest_power').at(-1)).toMatchObject({ action: 'stop', confirmed: 'web-02' }),
    );
  });

  it('open a console in a tab', async () => {
    tabs.open({ kind: 'guests', entry: CLUSTER, guest: 102 });
    await fireEvent.click(await screen.findByTestId('guest-terminal'));
    await waitFor(() =>
      expect(called('session_open')[0]).toMatchObject({
        target: { kind: 'guest', id: CLUSTER, guest: 102, screen: false },
      }),
    );
  });

  it('are changed field by field, and not over the changes of somebody else', async () => {
    tabs.open({ kind: 'guests', entry: CLUSTER, guest: 100 });
    await screen.findByTestId('guest-panel');
    await part('Settings');
    await screen.findByTestId('guest-memory');
    await accessible();
    page.host.managed.cluster.changeElsewhere(100, { cores: 6 });
    await type('guest-memory', '8192');
    await click('guest-save');
    await fireEvent.click(await screen.findByTestId('guest-reread'));
    await waitFor(() => expect(screen.getByTestId('guest-cores')).toHaveProperty('value', '6'));
    expect(screen.getByTestId('guest-memory')).toHaveProperty('value', '8192');
    await click('guest-save');
    await waitFor(() =>
      expect(called('guest_change').at(-1)).toMatchObject({
        change: { digest: 'digest-2', memory: 8192, cores: null },
      }),
    );
    await waitFor(() => expect(screen.getByTestId('guest-save')).toHaveProperty('disabled', true));
  });

  it('are kept as snapshots and rolled back by name', async () => {
    tabs.open({ kind: 'guests', entry: CLUSTER, guest: 100 });
    await screen.findByTestId('guest-panel');
    await part('Snapshots');
    expect(await screen.findAllByTestId('snapshot')).toHaveLength(3);
    await accessible();
    await click('snapshot-take');
    await type('snapshot-name', 'before-upgrade');
    expect(screen.getByText(/already/)).toBeTruthy();
    await type('snapshot-name', 'after_upgrade');
    await click('take-snapshot-go');
    await waitFor(() =>
      expect(called('guest_take_snapshot')[0]).toMatchObject({
        snapshot: { name: 'after_upgrade', memory: false },
      }),
    );
    await fireEvent.click(screen.getAllByTestId('snapshot-roll-back')[1]!);
    const go = await screen.findByTestId('roll-back-go');
    expect(go).toHaveProperty('disabled', true);
    await type('typed-name', 'web-01');
    await fireEvent.click(go);
    await waitFor(() =>
      expect(called('guest_roll_back')[0]).toMatchObject({
        snapshot: 'before-upgrade',
        start: true,
        confirmed: 'web-01',
      }),
    );
  });

  it('have disks that grow and backups that are put back', async () => {
    tabs.open({ kind: 'guests', entry: CLUSTER, guest: 100 });
    await screen.findByTestId('guest-panel');
    await part('Disks');
    await fireEvent.click((await screen.findAllByTestId('disk-grow'))[0]!);
    await type('disk-by', '10');
    await click('disk-go');
    await waitFor(() =>
      expect(called('guest_grow_disk')[0]).toMatchObject({ slot: 'scsi0', gibibytes: 10 }),
    );
    await part('Backups');
    await fireEvent.click((await screen.findAllByTestId('backup-restore'))[0]!);
    await type('restore-id', '555');
    await click('restore-go');
    await waitFor(() =>
      expect(called('guest_restore')[0]).toMatchObject({
        confirmed: null,
        restore: { guest: 555, node: 'pve-01' },
      }),
    );
    await click('backup-new');
    await click('back-up-go');
    await waitFor(() =>
      expect(called('guest_back_up')[0]).toMatchObject({
        backup: { storage: 'local', mode: 'snapshot', compression: 'zstd' },
      }),
    );
  });

  it('tell of tasks that go on, failed, or are cancelled', async () => {
    page.host.managed.cluster.slow = true;
    tabs.open({ kind: 'guests', entry: CLUSTER, guest: 103 });
    await fireEvent.click(await screen.findByTestId('guest-start'));
    await waitFor(() => expect(screen.getByTestId('tasks-button').textContent).toContain('1 task'));
    tasks.shown = true;
    const row = await screen.findByTestId('cluster-task');
    const [task] = page.host.managed.cluster.tasks;
    page.host.managed.cluster.finish(task!.id, { done: 0.4, log: ['step one'] });
    await waitFor(() => expect(row.textContent).toContain('40%'));
    await fireEvent.click(within(row).getByTestId('cluster-task-log'));
    expect((await screen.findByTestId('cluster-log')).textContent).toContain('step one');
    await accessible();
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    const error = problem('storage', 'There is no room left on local-lvm.');
    page.host.managed.cluster.finish(task!.id, { state: { kind: 'failed', error } });
    expect((await screen.findByTestId('notice')).textContent).toContain('no room left');
    await waitFor(() => expect(screen.getByTestId('tasks-button').textContent).toContain('failed'));
  });

  it('say what is wrong, and are asked again', async () => {
    page.host.managed.cluster.refuses = problem(
      'timedOut',
      'pve-01 did not answer in time.',
      'Is it on?',
    );
    tabs.open({ kind: 'guests', entry: CLUSTER });
    expect(await screen.findByText('pve-01 did not answer in time.')).toBeTruthy();
    await accessible();
    page.host.managed.cluster.refuses = problem('hostKey', 'The certificate is not trusted.');
    await click('device-retry');
    expect(await screen.findByText(/No password was sent|no password was sent/)).toBeTruthy();
    page.host.managed.cluster.refuses = null;
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
  });

  it('lie on storages with what else is there', async () => {
    tabs.open({ kind: 'guests', entry: CLUSTER });
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    await part('Storage');
    expect(await screen.findByText('debian-13.1.0-amd64-netinst.iso')).toBeTruthy();
    await accessible();
    page.host.picks = '/home/ops/alpine.iso';
    await click('upload-iso');
    await waitFor(() =>
      expect(called('storage_upload')[0]).toMatchObject({ storage: 'local', content: 'iso' }),
    );
  });

  it('draw only those of 5,000 that are in sight', async () => {
    page.host.managed.cluster.fill(5000);
    tabs.open({ kind: 'guests', entry: CLUSTER });
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    expect(rows().length).toBeLessThan(80);
  });
});
