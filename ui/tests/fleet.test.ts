/** Snippets and runs on the in-memory host, as a person goes through them. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { runs } from '$lib/runs/runs.svelte';
import { sessions } from '$lib/sessions/sessions.svelte';
import { runSnippet } from '$lib/snippets/run';
import { snippetsPage } from '$lib/snippets/edit.svelte';
import { snippets } from '$lib/snippets/snippets.svelte';
import { tabs, type TabSpec } from '$lib/tabs/tabs.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { MemoryHost } from './memory';
import { accessible, openWindow, type } from './person';

let host: MemoryHost;

async function open(spec?: TabSpec): Promise<void> {
  host = new MemoryHost('unlocked');
  openWindow(host);
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length && snippets.loaded).toBeTruthy());
  if (spec) tabs.open(spec);
}

const called = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const options = () =>
  within(screen.getByTestId('run-machines'))
    .getAllByRole('option')
    .map((option) => option.textContent?.trim().split(/\s/)[0]);

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  snippetsPage.forget();
  cleanup();
  notices.clear();
});

describe('snippets', () => {
  it('are written with a parameter for each hole, and refused at the field that is wrong', async () => {
    await open({ kind: 'snippets' });
    await screen.findByTestId('snippet-name');
    await accessible();
    await fireEvent.click(screen.getByTestId('snippet-new'));
    await type('snippet-name', 'Restart');
    await fireEvent.click(screen.getByTestId('snippet-save'));
    expect(await screen.findByText(/The text is empty/)).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('snippet-body')));

    await type('snippet-body', 'systemctl restart {{unit}} # {{machine.name}}');
    await click('Ask for unit');
    expect(screen.queryByRole('button', { name: 'Ask for unit' })).toBeNull();
    await accessible();
    await fireEvent.click(screen.getByTestId('snippet-save'));
    await waitFor(() => expect(called('snippet_save')).toHaveLength(2));
    expect(called('snippet_save')[1]).toMatchObject({
      id: null,
      draft: {
        name: 'Restart',
        parameters: [{ name: 'unit', takes: { kind: 'text' }, raw: false }],
      },
    });
    await waitFor(() => expect(screen.getByRole('option', { name: /Restart/ })).toBeTruthy());
  });

  it('go to the terminal in front, with what they ask for and what they will send', async () => {
    await open();
    await sessions.connect('node-db-primary');
    await waitFor(() => expect(sessions.list[0]?.state.kind).toBe('open'));
    const id = sessions.list[0]?.id;
    const named = (name: string) => {
      const found = snippets.list.find((snippet) => snippet.name === name);
      if (!found) throw new Error(name);
      return found;
    };
    await runSnippet(named('Free space'));
    expect(called('snippet_send')).toEqual([
      { id: 'snippet-disk', values: {}, session: id, bracketed: false },
    ]);

    await runSnippet(named('Set a password'));
    await screen.findByTestId('snippet-run');
    await accessible();
    await fireEvent.click(screen.getByTestId('snippet-run-confirm'));
    await waitFor(() => expect(screen.getAllByText('Fill this in.')).toHaveLength(2));
    await type('value-user', 'ada');
    await type('value-password', 'hunter2');
    await waitFor(() =>
      expect(screen.getByTestId('snippet-preview').textContent).toBe(
        'echo ada:•••••• | sudo chpasswd\necho done on db-primary',
      ),
    );
    await fireEvent.click(screen.getByTestId('snippet-run-confirm'));
    await waitFor(() => expect(called('snippet_send')).toHaveLength(2));
    expect(called('snippet_send')[1]).toMatchObject({
      values: { user: 'ada', password: 'hunter2' },
    });
    await waitFor(() => expect(screen.queryByTestId('snippet-run')).toBeNull());
  });

  it('go to many machines where no terminal is in front', async () => {
    await open();
    const [first] = snippets.list.filter(({ name }) => name === 'Follow a log');
    if (first) await runSnippet(first);
    await screen.findByTestId('run');
    expect(screen.getByTestId<HTMLInputElement>('value-lines').value).toBe('50');
    runs.compose.targets = [{ kind: 'tag', tag: 'postgres' }];
    await waitFor(() => expect(screen.getByTestId('run-count').textContent).toMatch(/^Runs on \d/));
    await fireEvent.click(screen.getByTestId('run-start'));
    await waitFor(() => expect(called('run_start')).toHaveLength(1));
    expect(called('run_start')[0]).toMatchObject({
      command: { kind: 'snippet', id: 'snippet-log', values: { unit: 'nginx', lines: '50' } },
    });
  });
});

describe('triggers', () => {
  it('are made, say whether the pattern is one, and tell what they did', async () => {
    await open({ kind: 'settings', section: 'triggers' });
    await fireEvent.click(await screen.findByTestId('trigger-new'));
    await type('trigger-name', 'Out of memory');
    await type('trigger-pattern', 'oom(');
    expect(await screen.findByText(/no regular expression/)).toBeTruthy();
    await type('trigger-pattern', 'oom-kill');
    await type('trigger-line', 'kernel: oom-killer');
    expect(await screen.findByText('It is found.')).toBeTruthy();
    expect(screen.queryByText(/no regular expression/)).toBeNull();
    await accessible();
    await fireEvent.click(screen.getByTestId('trigger-save'));
    await waitFor(() => expect(screen.getByTestId('trigger').textContent).toContain('oom-kill'));
    expect(called('trigger_save')[0]).toMatchObject({
      id: null,
      draft: { pattern: 'oom-kill', action: { kind: 'notify' }, pause: 10, enabled: true },
    });
    await fireEvent.click(screen.getByRole('switch', { name: 'Look for Out of memory' }));
    await waitFor(() => expect(called('trigger_save')).toHaveLength(2));
    expect(called('trigger_save')[1]).toMatchObject({ draft: { enabled: false } });

    host.emit({
      kind: 'trigger',
      hit: {
        trigger: 'trigger-1',
        name: 'Out of memory',
        session: 'gone',
        title: 'db-primary',
        line: 'kernel: oom-killer',
        ran: 'Free space',
        problem: null,
        showLine: false,
      },
    });
    expect(await screen.findByText('Out of memory ran Free space on db-primary')).toBeTruthy();
  });
});

describe('running on many machines', () => {
  async function ran(): Promise<void> {
    await open();
    tree.selectOnly('folder-production');
    actions.run('runs.selected');
    await screen.findByTestId('run');
    await waitFor(() => expect(screen.getByTestId('run-count').textContent).toContain('Runs on'));
    await accessible();
    await type('run-command', 'sshd -T');
    await fireEvent.submit(screen.getByTestId('run').querySelector('form') ?? document.body);
    await screen.findByTestId('run-diff');
  }

  it('shows the odd one out first, against the usual answer', async () => {
    await ran();
    expect(options()[0]).toBe('worker-02');
    expect(screen.getByTestId('run-diff').textContent).toContain('maxauthtries 6');
    expect(called('run_diff').at(-1)).toMatchObject({ right: 'node-worker-02' });
    expect(screen.getByTestId('run-counts').textContent).toMatch(
      /went well, 1 failed, 1 needs you/,
    );
    expect(tabs.current?.title).toBe('Run: sshd -T');
    await accessible();
    await fireEvent.click(screen.getByLabelText('Side by side'));
    expect(screen.getByTestId('run-diff').textContent).toContain('passwordauthentication yes');
    await fireEvent.click(screen.getByLabelText('Full output'));
    await waitFor(() =>
      expect(screen.getByTestId('run-output').textContent).toContain('permitrootlogin no'),
    );
  });

  it('is gone through by keys, says what failed, and tries that again', async () => {
    await ran();
    const list = screen.getByTestId('run-machines');
    await fireEvent.keyDown(list, { key: 'End' });
    expect(await screen.findByText('cache-01 refused the connection.')).toBeTruthy();
    await fireEvent.keyDown(list, { key: 'ArrowUp' });
    expect(await screen.findByText(/host key of fw-fra-01/)).toBeTruthy();
    await fireEvent.click(screen.getByTestId('run-session'));
    await waitFor(() => expect(called('session_open')).toHaveLength(1));
    tabs.open({ kind: 'run', runId: 'run-1' });
    await fireEvent.click(await screen.findByTestId('run-retry'));
    await waitFor(() => expect(called('run_retry')).toEqual([{ id: 'run-1', machines: null }]));
    await waitFor(() =>
      expect(screen.getByTestId('run-counts').textContent).not.toContain('failed'),
    );
  });

  it('can be stopped, run again, and looked up later', async () => {
    await ran();
    host.runs.hold = true;
    await fireEvent.click(screen.getByTestId('run-start'));
    await waitFor(() => expect(called('run_again')).toEqual([{ id: 'run-1' }]));
    await fireEvent.click(await screen.findByTestId('run-stop'));
    await waitFor(() => expect(called('run_cancel')).toEqual([{ id: 'run-2', machine: null }]));
    await waitFor(() => expect(screen.getByTestId('run-counts').textContent).toContain('stopped'));
    actions.run('runs.open');
    const again = await screen.findAllByRole('button', { name: /^sshd -T/ });
    expect(again).toHaveLength(2);
    await accessible();
    if (again[1]) await fireEvent.click(again[1]);
    await screen.findByTestId('run-diff');
  });

  it('says at the command that there is none', async () => {
    await open({ kind: 'run' });
    await screen.findByTestId('run-command');
    runs.compose.targets = [{ kind: 'everything' }];
    await waitFor(() => expect(screen.getByTestId('run-count').textContent).toContain('Runs on'));
    await fireEvent.click(screen.getByTestId('run-start'));
    expect(await screen.findByText(/There is no command/)).toBeTruthy();
  });

  it('picks where it runs from one list', async () => {
    await open({ kind: 'run' });
    await fireEvent.click(await screen.findByTestId('run-where'));
    await screen.findByTestId('run-picker');
    await accessible();
    await type('run-picker-find', 'tag: postgres');
    await fireEvent.keyDown(screen.getByTestId('run-picker-find'), { key: 'Enter' });
    await type('run-picker-find', 'cache');
    await fireEvent.keyDown(screen.getByTestId('run-picker-find'), { key: 'Enter' });
    await fireEvent.click(screen.getByTestId('run-picker-done'));
    expect(runs.compose.targets).toEqual([
      { kind: 'tag', tag: 'postgres' },
      { kind: 'node', id: 'node-cache-01' },
    ]);
  });
});
