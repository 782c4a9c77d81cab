/** Guests in the tree, below the machine that leads to their cluster. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { frame } from '$lib/frame/layout.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { CLUSTER } from '../../../tests/memory/managed';
import { problem } from '../../../tests/memory/problem';
import { accessible, eachInAWindow } from '../../../tests/person';

const page = eachInAWindow();

/** What stands below the cluster. */
const below = () =>
  [...tree.visible].flatMap((row) => {
    const live = tree.liveAt(row);
    return row < 0 && live ? `${'  '.repeat(live.depth - 1)}${live.name}` : [];
  });
const press = (key: string) => fireEvent.keyDown(screen.getByTestId('tree'), { key });
const on = (name: string) => {
  const at = [...tree.visible.keys()].find((place) => tree.nameAt(place) === name);
  tree.selectOnly(tree.idAt(at ?? -1) ?? '');
};

async function opened(): Promise<void> {
  tree.reveal(CLUSTER);
  await press('ArrowRight');
  await waitFor(() => expect(below()).toContain('pve-01'));
}

describe('a cluster in the tree', () => {
  it('is asked once it is opened, and no more when it is closed', async () => {
    const { cluster } = page.host.managed;
    expect(below()).toEqual([]);
    expect(page.called('cluster_get')).toHaveLength(0);
    await opened();
    expect(cluster.watched.has(CLUSTER)).toBe(true);
    expect(below().slice(0, 5)).toEqual([
      'pve-01',
      '  web-01',
      '  web-02',
      '  mail-relay',
      '  ci-runner-4',
    ]);
    await press('ArrowLeft');
    expect(below()).toEqual([]);
    await waitFor(() => expect(cluster.watched.size).toBe(0));
  });

  it('follows guests that come, move and go', async () => {
    await opened();
    const { cluster } = page.host.managed;
    on('web-02');
    const [web, ...others] = cluster.guests.filter(({ id }) => id !== 102);
    cluster.guests = [{ ...web!, node: 'pve-02' }, ...others, { ...web!, id: 130, name: 'new-01' }];
    page.host.emit({ kind: 'cluster', entry: CLUSTER });
    await waitFor(() => expect(below()).toContain('  new-01'));
    expect(below()).not.toContain('  mail-relay');
    expect(below().indexOf('  web-01')).toBeGreaterThan(below().indexOf('pve-02'));
    expect(tree.nameAt(tree.placeOf(tree.selected.active))).toBe('web-02');
  });

  it('is walked with the keyboard, and what is in it is no machine of the vault', async () => {
    await opened();
    await press('ArrowRight');
    expect(tree.nameAt(tree.placeOf(tree.selected.active))).toBe('pve-01');
    await press('ArrowLeft');
    expect(below().slice(0, 2)).toEqual(['pve-01', 'pve-02']);
    await press('ArrowRight');
    await press('ArrowRight');
    expect(tree.selection).toEqual([]);
    expect(tree.selectedMachines).toEqual([]);
    await press('Delete');
    expect(page.called('nodes_delete')).toEqual([]);
    await press('ArrowLeft');
    await press('ArrowLeft');
    await press('ArrowLeft');
    expect(tree.selection).toEqual([CLUSTER]);
  });

  it('opens the console of a guest, and shows it by its menu', async () => {
    await opened();
    on('web-01');
    await press('Enter');
    await waitFor(() =>
      expect(sessions.list.map(({ target }) => target)).toContainEqual(
        expect.objectContaining({ kind: 'guest', guest: 100 }),
      ),
    );
    on('web-02');
    await fireEvent.keyDown(screen.getByTestId('tree'), { key: 'F10', shiftKey: true });
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Show the guest' }));
    expect(tabs.current?.spec).toMatchObject({ kind: 'guests', guest: 101 });
  });

  it('tells beside the tree what is known of a guest', async () => {
    frame.toggleInspector();
    await opened();
    on('debian-13-cloud');
    const details = await screen.findByTestId('inspector-live');
    expect(details.textContent).toContain('Node pve-02');
    expect(details.textContent).toContain('Tags template');
    await accessible();
    await fireEvent.click(screen.getByRole('button', { name: 'Show the guest' }));
    expect(tabs.current?.spec).toMatchObject({ kind: 'guests', guest: 900 });
    frame.toggleInspector();
  });

  it('is searched with everything else', async () => {
    await opened();
    tree.setFilter('db-replica-a');
    await waitFor(() => expect(below()).toEqual(['pve-02', '  db-replica-a']));
    const found = screen.getAllByTestId('tree-row').map((row) => row.getAttribute('aria-label'));
    expect(found).toContain('db-replica-a (110), running');
    await accessible();
    tree.setFilter('tag:postgres');
    await waitFor(() => expect(below()).toContain('  db-replica-a'));
    tree.setFilter('no such thing');
    await waitFor(() => expect(below()).toEqual([]));
  });

  it('says that it does not answer, above what was there', async () => {
    await opened();
    const { cluster } = page.host.managed;
    cluster.refuses = problem('unreachable', 'pve-01 does not answer.', 'Check the address.');
    page.host.emit({ kind: 'cluster', entry: CLUSTER });
    await waitFor(() => expect(below().slice(0, 2)).toEqual(['Does not answer', 'pve-01']));
    on('Does not answer');
    await press('Enter');
    expect(tabs.current?.spec).toMatchObject({ kind: 'guests', entry: CLUSTER });
  });

  it('leads to its certificate where nobody has looked at it', async () => {
    page.host.managed.cluster.refuses = problem('hostKey', 'It is not trusted yet.');
    tree.reveal(CLUSTER);
    await press('ArrowRight');
    await waitFor(() => expect(below()).toEqual(['Its certificate is not trusted yet']));
    await press('ArrowRight');
    await press('Enter');
    expect(tabs.current?.spec).toMatchObject({ kind: 'power', entry: CLUSTER });
  });
});
