// Keys on the page of identities, over the in-memory host.

import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryHost } from '../../../tests/memory';
import { useHost, type AgentAsk, type KeyInstalled, type SessionInfo } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { handsOn, needsLegacy } from '$lib/sessions/words';
import AgentAsks from './AgentAsks.svelte';
import { agent } from './agent.svelte';
import { IdentityEdit } from './edit.svelte';
import ExportPrivateKey from './ExportPrivateKey.svelte';
import { installing } from './install.svelte';
import { installedWords, makingWords, principalsOf, programWords } from './words';

let host: MemoryHost;
const called = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);

beforeEach(() => {
  host = new MemoryHost();
  useHost(host);
});
afterEach(() => {
  installing.close();
  cleanup();
});

describe('words about keys', () => {
  it('says what is going on while a key is made', () => {
    expect(makingWords('ed25519', 0)).toBe('Making the key…');
    expect(makingWords('rsa4096', 7)).toContain('RSA 4096 key');
    expect(makingWords('rsa4096', 7)).toContain('7 s');
  });
  it('names a program as far as the system does', () => {
    expect(programWords({ name: 'ssh', path: '/usr/bin/ssh', pid: 7 })).toBe('ssh (process 7)');
    expect(programWords({ name: '', path: '', pid: 7 })).toBe('process 7');
    expect(programWords({ name: '', path: '', pid: null })).toBe('A program');
  });
  it('takes user names apart', () => {
    expect(principalsOf(' ops, root\tweb,,')).toEqual(['ops', 'root', 'web']);
    expect(principalsOf(' ')).toEqual([]);
  });
  it('tells what became of an installed key', () => {
    const done: KeyInstalled = {
      machine: 'web-01',
      account: 'ops@web-01',
      path: '/home/ops/.ssh/authorized_keys',
      added: false,
      options: true,
      problem: null,
      notes: [],
    };
    expect(installedWords(done)).toMatchObject({ ok: true, title: 'web-01 lets this key in' });
    expect(installedWords(done).text).toContain('already, behind options');
    const problem = {
      code: 'authFailed' as const,
      message: 'No.',
      nextStep: '',
      field: null,
      retryable: false,
    };
    expect(installedWords({ ...done, problem })).toMatchObject({ ok: false });
  });
  it('knows when a hand or a switch is needed', () => {
    const step = { stage: 'signIn', state: 'running', ms: null } as const;
    expect(handsOn([{ ...step, detail: 'touch your security key' }])).toBe(
      'Touch your security key',
    );
    expect(handsOn([{ ...step, detail: 'ops' }])).toBeNull();
    const error = {
      code: 'noCommonAlgorithm' as const,
      message: '',
      nextStep: '',
      field: 'legacyAlgorithms',
      retryable: false,
    };
    expect(needsLegacy({ kind: 'failed', error })).toBe(true);
    expect(needsLegacy({ kind: 'failed', error: { ...error, field: null } })).toBe(false);
  });
});

describe('making a key', () => {
  it('can be stopped, and then says nothing', async () => {
    let stop!: () => void;
    host.handlers.identity_generate_key = () =>
      new Promise((_, reject) => {
        stop = () =>
          reject({ code: 'cancelled', message: 'x', nextStep: '', field: null, retryable: false });
      });
    host.handlers.identity_cancel_generate = () => (stop(), null);
    const edit = new IdentityEdit();
    edit.form.kind = 'key';
    edit.form.name = 'slow';
    edit.source = 'generated';
    edit.algorithm = 'rsa4096';
    edit.comment = ' ops@desk ';
    const saving = edit.save();
    await waitFor(() => expect(edit.making).not.toBeNull());
    const [made] = called('identity_generate_key') as { attempt: string; comment: string }[];
    expect(made?.comment).toBe('ops@desk');
    await edit.cancelMaking();
    expect(await saving).toEqual({ focus: undefined });
    expect(called('identity_cancel_generate')).toEqual([{ attempt: made?.attempt }]);
    expect(edit.problem).toBeNull();
    expect(edit.making).toBeNull();
  });
});

describe('exporting a private key', () => {
  it('wants the same passphrase twice, and that of the vault when it is stale', async () => {
    const [identity] = host.identities;
    if (!identity) throw new Error('no identity');
    let saved = '';
    host.picks = '/tmp/key';
    render(ExportPrivateKey, {
      identity,
      defaultName: 'ops',
      onsaved: (path: string) => (saved = path),
      onclose: () => undefined,
    });
    const type = (id: string, value: string) =>
      fireEvent.input(screen.getByTestId(id), { target: { value } });
    await type('export-passphrase', 'one');
    await type('export-again', 'two');
    await fireEvent.click(screen.getByTestId('export-confirm'));
    await waitFor(() => expect(screen.getByText('The two are not the same.')).toBeTruthy());
    expect(called('identity_export_private')).toHaveLength(0);
    await type('export-again', 'one');
    await fireEvent.click(screen.getByTestId('export-confirm'));
    await waitFor(() => expect(screen.getByTestId('export-vault')).toBeTruthy());
    await type('export-vault', 'open sesame');
    await fireEvent.click(screen.getByTestId('export-confirm'));
    await waitFor(() => expect(saved).toBe('/tmp/key'));
    // The file is asked for once.
    expect(called('host_pick_file')).toHaveLength(1);
    expect(called('identity_export_private').at(-1)).toMatchObject({
      newPassphrase: 'one',
      passphrase: 'open sesame',
    });
  });
});

describe('installing a key', () => {
  const session = (state: SessionInfo['state']): SessionInfo => ({
    id: 's1',
    title: 'db-primary',
    subtitle: 'ops@192.0.2.41',
    target: { kind: 'files', id: 'node-db-primary' },
    state,
    steps: [],
    log: [],
    opened: 0,
    latency: null,
    protocol: 'ssh',
    recording: null,
    agent: null,
    x11: null,
    sharing: null,
    direct: null,
    workspace: null,
    desktop: null,
  });

  it('waits for the session, installs, tells, and closes what it opened', async () => {
    const stop = sessions.start();
    host.handlers.session_open = () => session({ kind: 'connecting', stage: 'name', machine: 'x' });
    host.handlers.session_close = () => null;
    await installing.begin('identity-ops', 'node-db-primary');
    expect(installing.stage.kind).toBe('connecting');
    const open = session({ kind: 'open' });
    host.emit({ kind: 'session', session: open });
    installing.follow(sessions.get('s1'));
    await waitFor(() => expect(installing.stage.kind).toBe('done'));
    expect(called('identity_install_key')).toEqual([{ id: 'identity-ops', session: 's1' }]);
    await waitFor(() => expect(called('session_close')).toHaveLength(1));
    stop();
  });

  it('leaves a session that fails to its own page', async () => {
    const stop = sessions.start();
    host.handlers.session_open = () => session({ kind: 'connecting', stage: 'name', machine: 'x' });
    await installing.begin('identity-ops', 'node-db-primary');
    installing.follow(session({ kind: 'closed', reason: { kind: 'byPerson' } }));
    expect(installing.stage.kind).toBe('none');
    expect(called('identity_install_key')).toHaveLength(0);
    stop();
  });
});

describe('the agent', () => {
  const ask: AgentAsk = {
    id: 'ask-1',
    identity: 'work key',
    fingerprint: 'SHA256:abcd',
    program: { name: 'git', path: '/usr/bin/git', pid: 4711 },
    purpose: 'sign in as “git”',
    until: Date.now() + 60_000,
  };

  it('asks who it is for what, and denies when the dialog is left', async () => {
    const stop = agent.start();
    render(AgentAsks);
    host.agent = { ...host.agent, serving: true, asks: [ask] };
    await act(() => host.emit({ kind: 'agent', status: host.agent }));
    await waitFor(() => expect(screen.getByTestId('agent-ask')).toBeTruthy());
    expect(screen.getByText(/Let git \(process 4711\) use the key “work key”/)).toBeTruthy();
    expect(screen.getByText('It wants to sign in as “git”.')).toBeTruthy();
    await fireEvent.click(screen.getByTestId('agent-allow'));
    await waitFor(() => expect(called('agent_answer')).toEqual([{ id: 'ask-1', allow: true }]));
    await waitFor(() => expect(screen.queryByTestId('agent-ask')).toBeNull());

    host.agent = { ...host.agent, asks: [{ ...ask, id: 'ask-2' }] };
    await act(() => host.emit({ kind: 'agent', status: host.agent }));
    await waitFor(() => expect(screen.getByTestId('agent-ask')).toBeTruthy());
    await fireEvent.keyDown(screen.getByTestId('agent-ask'), { key: 'Escape' });
    await waitFor(() =>
      expect(called('agent_answer').at(-1)).toEqual({ id: 'ask-2', allow: false }),
    );
    stop();
  });
});
