import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  useHost,
  type HostKeyQuestion,
  type Prompt,
  type SessionInfo,
  type TlsCertificate,
} from '$lib/host';
import { MemoryHost } from '../../../tests/memory';
import PasteDialog from './PasteDialog.svelte';
import PromptCard from './PromptCard.svelte';
import { preparePaste } from './terminal/paste';
import TrustCard from './TrustCard.svelte';

const session: SessionInfo = {
  id: 's1',
  title: 'db-primary',
  subtitle: 'ops@192.0.2.41',
  target: { kind: 'localShell' },
  protocol: null,
  state: { kind: 'open' },
  steps: [],
  log: [],
  opened: 0,
  latency: null,
  recording: null,
  agent: null,
  x11: null,
  sharing: null,
  direct: null,
  workspace: null,
  desktop: null,
};
const FINGERPRINT = 'SHA256:Zr61uBfWp8dKqLxE3sVhTn0CyMa4JgRo7NiXk5PtUeQ';
const question = (standing: HostKeyQuestion['standing']): HostKeyQuestion => ({
  machine: 'db-primary',
  host: 'db.example.net',
  standing,
  presented: {
    algorithm: 'ssh-ed25519',
    fingerprint: FINGERPRINT,
    picture: '+--+',
    openssh: 'ssh-ed25519 AAAA',
    tls: null,
  },
  certificate: null,
  onRecord:
    standing === 'unknown'
      ? []
      : [
          {
            id: 'k',
            host: 'db.example.net',
            authority: false,
            algorithm: 'ssh-ed25519',
            fingerprint: 'SHA256:other',
            picture: '+--+',
            source: 'This vault',
            firstSeen: 0,
            lastSeen: 0,
            times: 3,
            tls: null,
          },
        ],
  alsoAt: [],
});

let host: MemoryHost;
const made = (name: string) =>
  host.calls.filter((call) => call.name === name).map((call) => call.args);
beforeEach(() => {
  host = new MemoryHost();
  useHost(host);
});

const tls = (subject: string): TlsCertificate => ({
  subject,
  issuer: subject,
  names: ['db.example.net'],
  from: Date.UTC(2026, 0, 2),
  until: Date.UTC(2027, 0, 2),
  fault: 'is signed by itself, so nobody vouches for it',
});

describe('the trust card of a machine that a team server knows', () => {
  const direct: SessionInfo = { ...session, direct: 'workspace-1' };

  it('puts nothing on record here', () => {
    render(TrustCard, { session: direct, question: question('unknown'), paneId: 'p' });
    expect(screen.queryByTestId('trust')).toBeNull();
    expect(screen.getByTestId('only-once').textContent).toContain('connect through it');
  });

  it('trusts another key once, after its end was typed', async () => {
    render(TrustCard, { session: direct, question: question('changed'), paneId: 'p' });
    expect(screen.getByTestId('replace-key').textContent).toContain('Trust it once…');
    await fireEvent.click(screen.getByTestId('replace-key'));
    await screen.findByText('Trust another key of db-primary once?');
  });
});

describe('the trust card of a certificate', () => {
  const certificate = (standing: HostKeyQuestion['standing']): HostKeyQuestion => {
    const asked = question(standing);
    return {
      ...asked,
      presented: { ...asked.presented, picture: '', tls: tls('CN=db') },
      onRecord: asked.onRecord.map((record) => ({ ...record, picture: '', tls: tls('CN=old') })),
    };
  };

  it('shows what the certificate says of itself, and why that is not enough', () => {
    render(TrustCard, { session, question: certificate('unknown'), paneId: 'p' });
    const { textContent: text } = screen.getByTestId('trust-card');
    expect(text).toContain('No certificate is on record');
    expect(text).toContain('CN=db');
    expect(text).toContain('2 Jan 2026 to 2 Jan 2027');
    expect(screen.getByTestId('tls-fault').textContent).toContain('signed by itself');
    expect(text).not.toMatch(/host key|ssh-keygen/);
  });

  it('is red for another one, says what differs, and wants the end of the fingerprint', () => {
    render(TrustCard, { session, question: certificate('changed'), paneId: 'p' });
    const { textContent: text } = screen.getByTestId('trust-card');
    expect(text).toContain('The certificate of db-primary has changed');
    expect(text).toContain('whom it is made out for, who issued it');
    expect(text).not.toContain('when it is valid.');
    expect(screen.queryByTestId('trust')).toBeNull();
    expect(screen.getByTestId('replace-key').textContent).toContain('Replace the certificate');
  });
});

describe('the trust card', () => {
  it('offers three answers to an unknown key, none of them the main one', async () => {
    render(TrustCard, { session, question: question('unknown'), paneId: 'p' });
    const card = screen.getByTestId('trust-card');
    card.focus();
    await fireEvent.keyDown(card, { key: 'Enter' });
    expect(made('session_host_key')).toEqual([]);
    for (const id of ['trust', 'trust-once', 'refuse']) {
      expect(screen.getByTestId(id).className).toMatch(/\bplain\b/);
      expect(screen.getByTestId(id).getAttribute('type')).toBe('button');
    }
    expect(screen.queryByTestId('replace-key')).toBeNull();
    await fireEvent.click(screen.getByTestId('trust-once'));
    expect(made('session_host_key')).toEqual([{ id: 's1', answer: { kind: 'once' } }]);
  });

  it('replaces a changed key only after the end of the fingerprint was typed', async () => {
    render(TrustCard, { session, question: question('changed'), paneId: 'p' });
    expect(screen.queryByTestId('trust')).toBeNull();
    await fireEvent.click(screen.getByTestId('replace-key'));
    const confirm = await screen.findByTestId<HTMLButtonElement>('replace-confirm');
    const field = screen.getByTestId('last-eight');
    expect(confirm.disabled).toBe(true);
    await fireEvent.input(field, { target: { value: FINGERPRINT.slice(-8).toLowerCase() } });
    expect(confirm.disabled).toBe(true);
    await fireEvent.input(field, { target: { value: FINGERPRINT.slice(-8) } });
    await waitFor(() => expect(confirm.disabled).toBe(false));
    await fireEvent.submit(field.closest('form')!);
    expect(made('session_host_key')).toEqual([
      { id: 's1', answer: { kind: 'replace', lastEight: FINGERPRINT.slice(-8) } },
    ]);
  });

  it('accepts a revoked key in no way', () => {
    render(TrustCard, { session, question: question('revoked'), paneId: 'p' });
    for (const id of ['trust', 'trust-once', 'replace-key'])
      expect(screen.queryByTestId(id)).toBeNull();
    expect(screen.getByTestId('refuse')).toBeTruthy();
  });
});

describe('the prompt card', () => {
  const prompt: Prompt = {
    id: 'p1',
    kind: 'keyboardInteractive',
    machine: 'lab-02',
    title: '<img src=x onerror=alert(1)>',
    instructions: 'Line one\nline two',
    questions: [
      { label: 'Password: ', echo: false },
      { label: '', echo: true },
    ],
    again: true,
  };

  it('shows what the server says as text, hides what may not be seen, and sends answers once', async () => {
    render(PromptCard, { session, prompt });
    expect(document.querySelector('img')).toBeNull();
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
    expect(screen.getByText(/did not accept/)).toBeTruthy();
    const [password, code] = [0, 1].map((at) =>
      screen.getByTestId<HTMLInputElement>(`prompt-answer-${at}`),
    );
    expect([password!.type, code!.type]).toEqual(['password', 'text']);
    expect(screen.getByLabelText('Password')).toBe(password);
    expect(screen.getByLabelText('Answer')).toBe(code);
    await fireEvent.input(password!, { target: { value: 'secret' } });
    await fireEvent.input(code!, { target: { value: '123456' } });
    await fireEvent.submit(screen.getByTestId('prompt-card'));
    expect(made('session_answer')).toEqual([
      { id: 's1', prompt: 'p1', answers: ['secret', '123456'] },
    ]);
    await waitFor(() => expect(password!.value).toBe(''));
  });

  it('can be cancelled', async () => {
    render(PromptCard, { session, prompt });
    await fireEvent.click(screen.getByTestId('prompt-cancel'));
    expect(made('session_cancel_prompt')).toEqual([{ id: 's1', prompt: 'p1' }]);
  });
});

describe('the paste dialog', () => {
  it('names the machine and shows every line, odd characters written out', async () => {
    const answers: string[] = [];
    render(PasteDialog, {
      paste: preparePaste('cd /\nrm\x1b[201~ -rf x\n'),
      machine: 'db-primary',
      onanswer: (answer: string) => answers.push(answer),
    });
    const dialog = await screen.findByTestId('paste-dialog');
    expect(dialog.textContent).toContain('Paste 2 lines into db-primary?');
    expect(dialog.textContent).toContain('rm^[[201~ -rf x');
    expect(dialog.textContent).toContain('1 control character in it will be left out.');
    await fireEvent.click(screen.getByTestId('paste-one-line'));
    expect(answers).toEqual(['oneLine']);
  });
});
