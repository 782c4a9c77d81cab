/** The audit log and the reasons that an organisation asks for, in a browser at a team server. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { actions } from '$lib/actions';
import { notices } from '$lib/frame/notices.svelte';
import { useHost } from '$lib/host';
import { sessions } from '$lib/sessions/sessions.svelte';
import { tabs } from '$lib/tabs/tabs.svelte';
import { AuditLog } from '$lib/team/audit/log.svelte';
import { NO_FILTER } from '$lib/team/audit/words';
import { people, type Section } from '$lib/team/people.svelte';
import { team } from '$lib/team/team.svelte';
import { tree } from '$lib/tree/tree.svelte';
import { vault } from '$lib/vault/vault.svelte';
import App from '../src/App.svelte';
import { MemoryHost } from './memory';
import { MemoryServer, NO_RULES } from './memory/server';
import { accessible, type } from './person';

let server: MemoryServer;

async function openWindow(state = 'team'): Promise<void> {
  history.replaceState(null, '', '/');
  server = new MemoryServer(new MemoryHost('unlocked'), state);
  useHost(server.host);
  vault.status = null;
  vault.problem = null;
  team.me = null;
  team.ended = false;
  team.phase = 'asking';
  people.section = 'people';
  render(App);
  await screen.findByTestId('workbench');
  await waitFor(() => expect(tree.loaded && tree.rows.ids.length).toBeTruthy());
  await waitFor(() => expect(actions.get('team.audit')).toBeDefined());
}

const asked = (path: string) => server.calls.filter((one) => one.path.startsWith(`/api/v1${path}`));
const rpcs = (name: string) => server.calls.filter((one) => one.path === `/api/rpc/${name}`);
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const rows = () => within(screen.getByTestId('audit-list')).getAllByRole('option');

async function show(section: Section): Promise<void> {
  people.show(section, 'org-ops');
  await screen.findByTestId(section === 'rules' ? 'rules' : 'audit');
}

async function choose(testid: string, name: RegExp): Promise<void> {
  const trigger = screen.getByTestId(testid);
  trigger.focus();
  await fireEvent.keyDown(trigger, { key: 'Enter' });
  await fireEvent.pointerUp(await screen.findByRole('option', { name }));
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  vi.useRealTimers();
  for (const tab of tabs.list) {
    tabs.close(tab.id);
    if (tabs.closing) tabs.confirmClose();
  }
  cleanup();
  notices.clear();
  useHost(new MemoryHost('unlocked'));
});

describe('the audit log', () => {
  it('shows the newest, all about one, and what fits', async () => {
    await openWindow();
    await show('audit');
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    await accessible();
    const refused = rows().find((row) => row.textContent.includes('refused'));
    await fireEvent.click(refused!);
    const details = screen.getByTestId('audit-details');
    within(details).getByText('203.0.113.80');
    await choose('audit-outcome', /^Refused/);
    await waitFor(() => expect(asked('/audit/entries?outcome=refused')).toHaveLength(1));
    await waitFor(() =>
      expect(rows().every((row) => row.textContent.includes('refused'))).toBe(true),
    );
    await type('audit-text', 'no such thing');
    await screen.findByText('Nothing fits');
    await fireEvent.click(screen.getByRole('button', { name: 'Show everything' }));
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
  });

  it('is that of an organisation for those who administer it, and not there for others', async () => {
    await openWindow();
    await show('activity');
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    expect(asked('/organisations/org-ops/audit')).toHaveLength(1);
    expect(screen.queryByTestId('audit-proofs')).toBeNull();
    cleanup();
    await openWindow('team-member');
    people.show('activity', 'org-ops');
    await screen.findByTestId('people');
    expect(screen.queryByTestId('people-activity')).toBeNull();
    expect(screen.queryByTestId('audit')).toBeNull();
    expect(actions.get('team.audit')?.when?.()).toBe(false);
  });

  it('says how far a check is and what it found', async () => {
    await openWindow();
    await show('audit');
    await waitFor(() => expect(rows().length).toBeGreaterThan(5));
    screen.getByTestId('audit-proofs').focus();
    await fireEvent.keyDown(screen.getByTestId('audit-proofs'), { key: 'Enter' });
    const item = await screen.findByRole('menuitem', { name: 'Check the log now' });
    await fireEvent.pointerUp(item);
    await screen.findByText('Checking the log, 62 %');
    server.audit.ends({ kind: 'broken', seq: 17, how: 'what it says was altered' });
    await screen.findByText('The log was changed at record 17', {}, { timeout: 4000 });
    await accessible();
  });
});

describe('a log', () => {
  beforeEach(() => {
    server = new MemoryServer(new MemoryHost('unlocked'), 'team');
    useHost(server.host);
  });

  it('goes on by itself as long as nothing fits, and can be stopped', async () => {
    server.audit.stretch = 50;
    const log = new AuditLog(team.ask, null);
    await log.find({ ...NO_FILTER, who: 'server' });
    expect(log.next).toBeNull();
    expect(asked('/audit/entries')).toHaveLength(8);
    expect(log.lines.every(({ entry }) => entry.actor.kind === 'server')).toBe(true);
    const looking = log.find({ ...NO_FILTER, text: 'no such thing' });
    log.stop();
    await looking;
    expect(log.busy).toBe(false);
    expect(asked('/audit/entries').length).toBeLessThan(12);
  });

  it('has pages without gaps, and what is new on top', async () => {
    const log = new AuditLog(team.ask, null);
    await log.find(NO_FILTER);
    expect(log.lines).toHaveLength(100);
    await log.more();
    expect(log.lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, i) => 400 - i));
    server.audit.happens(0);
    await log.news();
    expect(log.lines[0]?.seq).toBe(401);
    expect(log.lines).toHaveLength(201);
    // What does not fit is seen, and not shown.
    await log.find({ ...NO_FILTER, who: 'server' });
    const before = log.lines.length;
    server.audit.happens(0);
    await log.news();
    expect(log.lines).toHaveLength(before);
    expect(log.exportPath('csv')).toBe('/api/v1/audit/export.csv?who=server');
  });

  it('drops an answer that was overtaken', async () => {
    const log = new AuditLog(team.ask, null);
    const first = log.find({ ...NO_FILTER, who: 'server' });
    const second = log.find({ ...NO_FILTER, who: 'nobody' });
    await Promise.all([first, second]);
    expect(log.lines.every(({ entry }) => entry.actor.kind === 'nobody')).toBe(true);
  });
});

describe('recordings that an organisation wants', () => {
  it('are demanded by its rules, with how long they are kept', async () => {
    await openWindow();
    await show('rules');
    await choose('rules-record', /^Terminals and desktops/);
    await type('rules-days', '0');
    await screen.findByText('Type a number from 1 to 3650.');
    await type('rules-days', '30');
    await accessible();
    await press('rules-save');
    const rules = {
      askReason: 0,
      record: 'everything',
      keepDays: 30,
      keepOffline: true,
      direct: false,
    };
    await waitFor(() => expect(team.me?.organisations[0]?.policy).toEqual(rules));
  });

  it('members’ computers keep the list, and dial nothing, unless the rules say otherwise', async () => {
    await openWindow();
    await show('rules');
    const checked = (id: string) => screen.getByTestId(id).getAttribute('aria-checked');
    expect([checked('rules-offline'), checked('rules-direct')]).toEqual(['true', 'false']);
    await press('rules-offline');
    await press('rules-direct');
    await screen.findByText(/another program could keep them/);
    await accessible();
    await press('rules-save');
    const rules = { ...NO_RULES, keepOffline: false, direct: true };
    await waitFor(() => expect(team.me?.organisations[0]?.policy).toEqual(rules));
  });

  it('stand apart from one’s own', async () => {
    await openWindow();
    const [one] = server.core.recordings.list;
    server.core.recordings.list.push({
      ...one!,
      id: 'recording-of-grace',
      title: 'app-01',
      organisation: 'org-ops',
      who: 'Grace Hopper',
    });
    tabs.open({ kind: 'recordings' });
    await screen.findByTestId('recordings-owner');
    const list = () => screen.getByTestId('recording-list').textContent;
    await waitFor(() => expect(list()).toContain('Upgrade of lb-fra-01'));
    expect(list()).not.toContain('Grace Hopper');
    await choose('recordings-owner', /organisation|Operations/);
    await waitFor(() => expect(list()).toContain('Grace Hopper'));
    expect(list()).not.toContain('Upgrade of lb-fra-01');
    await accessible();
  });

  it('are not stopped by whose session it is', async () => {
    await openWindow();
    const session = await sessions.begin({ kind: 'entry', id: 'node-db-primary' });
    tabs.open({ kind: 'session', sessionId: session.id });
    const recording = {
      id: 'r',
      since: Date.now(),
      keys: false,
      problem: null,
      rule: 'Operations',
    };
    const now = sessions.get(session.id) ?? session;
    server.core.emit({ kind: 'session', session: { ...now, state: { kind: 'open' }, recording } });
    await screen.findByText('Recorded by Operations');
    expect(actions.get('session.recordStop')?.when?.()).toBe(false);
    expect(screen.queryByTestId('recording-sign')).toBeNull();
  });
});

describe('reasons', () => {
  it('are asked for by the rules of an organisation', async () => {
    await openWindow();
    await show('rules');
    expect(screen.getByTestId('rules-save')).toHaveProperty('disabled', true);
    await press('rules-ask');
    await type('rules-least', '0');
    await screen.findByText('Type a number from 1 to 100.');
    await type('rules-least', '8');
    await accessible();
    await press('rules-save');
    await waitFor(() => expect(team.me?.organisations[0]?.policy.askReason).toBe(8));
  });

  it('are asked for, remembered for the machine, and sent again', async () => {
    await openWindow();
    server.me.organisations[0]!.policy = { ...NO_RULES, askReason: 8 };
    const opened = sessions.begin({ kind: 'entry', id: 'node-db-primary' });
    await screen.findByText('Why open db-primary?');
    await accessible();
    await type('reason', 'short');
    await press('reason-go');
    await waitFor(() =>
      expect(screen.getAllByText(/at least 8 characters/).length).toBeGreaterThan(1),
    );
    await type('reason', 'Ticket 4711');
    await press('reason-go');
    await opened;
    expect(rpcs('session_open').map(({ body }) => (body as { reason?: string }).reason)).toEqual([
      undefined,
      'short',
      'Ticket 4711',
    ]);
    await waitFor(() => expect(screen.queryByTestId('reason-dialog')).toBeNull());
    // Two at once get one answer; what was said last stands there.
    const both = ['node-db-primary', 'node-app-01'].map((id) =>
      sessions.begin({ kind: 'entry', id }),
    );
    await screen.findByText('Why open db-primary, and 1 more?');
    expect(screen.getByTestId('reason')).toHaveProperty('value', 'Ticket 4711');
    await press('reason-go');
    await Promise.all(both);
  });

  it('may be refused, which opens nothing and says nothing', async () => {
    await openWindow();
    server.me.organisations[0]!.policy = { ...NO_RULES, askReason: 8 };
    const opened = sessions.open({ kind: 'entry', id: 'node-db-primary' });
    await screen.findByTestId('reason-dialog');
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await opened).toBeUndefined();
    expect(notices.list).toHaveLength(0);
  });
});
