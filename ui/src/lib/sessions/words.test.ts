import { describe, expect, it } from 'vitest';
import type { HostKeyQuestion, SessionInfo, Step } from '$lib/host';
import { bothKeys, counterpart, groups, hashName, keyFile, lastEight, tlsPlace } from './hostkey';
import { day, when } from './when';
import { allSteps, ending, report, stepDetail } from './words';

const FINGERPRINT = 'SHA256:Zr61uBfWp8dKqLxE3sVhTn0CyMa4JgRo7NiXk5PtUeQ';

describe('fingerprints', () => {
  it('are shown in groups of four, without the hash', () => {
    expect(groups(FINGERPRINT)).toHaveLength(11);
    expect(groups(FINGERPRINT).slice(0, 2)).toEqual(['Zr61', 'uBfW']);
    expect(groups(FINGERPRINT).at(-1)).toBe('UeQ');
    expect(hashName(FINGERPRINT)).toBe('SHA-256');
  });
  it('are confirmed by their last eight characters', () => {
    expect(lastEight(FINGERPRINT)).toBe('Xk5PtUeQ'.slice(-8));
  });
  it('say where openssl finds a certificate', () => {
    expect(tlsPlace('198.51.100.7')).toBe('198.51.100.7:443');
    expect(tlsPlace('[198.51.100.7]:8006')).toBe('198.51.100.7:8006');
    expect(tlsPlace('2001:db8::1')).toBe('[2001:db8::1]:443');
    expect(tlsPlace('[2001:db8::1]:8006')).toBe('[2001:db8::1]:8006');
  });

  it('name the file of the key on the server', () => {
    expect(keyFile('ssh-ed25519')).toBe('/etc/ssh/ssh_host_ed25519_key.pub');
    expect(keyFile('ecdsa-sha2-nistp256')).toContain('ecdsa');
    expect(keyFile('rsa-sha2-512')).toContain('rsa');
  });
});

describe('a question about a host key', () => {
  const record = {
    id: null,
    host: 'h',
    authority: false,
    fingerprint: 'SHA256:a',
    picture: '',
    source: 'f',
    firstSeen: null,
    lastSeen: null,
    times: 0,
    tls: null,
  };
  const question: HostKeyQuestion = {
    machine: 'm',
    host: 'h',
    standing: 'changed',
    presented: {
      algorithm: 'ssh-ed25519',
      fingerprint: FINGERPRINT,
      picture: '',
      openssh: 'ssh-ed25519 AAAA',
      tls: null,
    },
    certificate: null,
    onRecord: [
      { ...record, algorithm: 'ssh-rsa' },
      { ...record, algorithm: 'ssh-ed25519', fingerprint: 'SHA256:b' },
    ],
    alsoAt: [],
  };
  it('holds keys of the same kind against each other', () => {
    expect(counterpart(question)?.fingerprint).toBe('SHA256:b');
    expect(counterpart({ ...question, onRecord: [] })).toBeUndefined();
  });
  it('can be copied whole', () => {
    expect(bothKeys(question)).toContain(FINGERPRINT);
    expect(bothKeys(question)).toContain('SHA256:a (ssh-rsa)');
  });
});

describe('times', () => {
  const now = new Date(2026, 10, 22, 12).getTime();
  it('are near or far', () => {
    expect(when(new Date(2026, 10, 22, 1, 40).getTime(), now)).toBe('today 01:40');
    expect(when(new Date(2026, 10, 21, 23, 59).getTime(), now)).toBe('yesterday 23:59');
    expect(when(new Date(2025, 2, 4, 9, 12).getTime(), now)).toBe('4 Mar 2025, 09:12');
    expect(day(new Date(2025, 2, 4).getTime())).toBe('4 Mar 2025');
  });
});

describe('the strip of steps', () => {
  const steps = [
    { stage: 'name', state: 'done', detail: '192.0.2.45', ms: 2 },
    { stage: 'connect', state: 'failed', detail: 'refused', ms: 1500 },
  ] as const;
  it('has every part, reached or not', () => {
    const all = allSteps({
      steps: [...steps],
      target: { kind: 'entry', id: 'x' },
      protocol: 'ssh',
    });
    expect(all.map((step) => step.name)).toEqual([
      'Name',
      'Connect',
      'Handshake',
      'Host key',
      'Sign in',
      'Shell',
    ]);
    expect(all.map(stepDetail).slice(0, 3)).toEqual([
      '192.0.2.45, 2 ms',
      'refused, 1.5 s',
      'not reached',
    ]);
  });
});

describe('the steps of a line', () => {
  const target = { kind: 'entry', id: 'x' } as const;
  const names = (protocol: 'telnet' | 'raw' | 'serial', steps: Step[] = []) =>
    allSteps({ steps, target, protocol }).map((step) => step.name);
  it('are those that there are', () => {
    expect(names('telnet')).toEqual(['Name', 'Connect']);
    expect(names('raw')).toEqual(['Name', 'Connect']);
    expect(names('serial')).toEqual(['Open the port']);
  });
  it('are those of SSH while a jump host is being reached', () => {
    const handshake: Step = { stage: 'handshake', state: 'running', detail: '', ms: null };
    expect(names('telnet', [handshake])).toHaveLength(6);
  });
});

describe('endings', () => {
  const session = { title: 'app-01' };
  it('say what happened', () => {
    expect(ending(session, { kind: 'exited', code: 0 })).toMatchObject({ expected: true });
    expect(ending(session, { kind: 'exited', code: 130 }).title).toBe(
      'The session on app-01 ended with exit status 130',
    );
    expect(
      ending(session, { kind: 'signalled', signal: 'KILL', message: 'out of memory' }),
    ).toMatchObject({
      title: 'The session on app-01 was ended by the signal KILL',
      text: 'out of memory',
    });
  });
  it('are reported with code, steps and log', () => {
    const info: SessionInfo = {
      id: 's',
      title: 'app-01',
      subtitle: 'ops@192.0.2.21',
      target: { kind: 'localShell' },
      protocol: null,
      state: {
        kind: 'closed',
        reason: {
          kind: 'failed',
          error: {
            code: 'refused',
            message: 'No.',
            nextStep: 'Try.',
            field: null,
            retryable: true,
          },
        },
      },
      steps: [],
      log: ['line'],
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
    const text = report(info);
    for (const part of [
      'app-01 (ops@192.0.2.21)',
      'No\n',
      'Try.',
      'Code: refused',
      'Shell',
      'line',
    ]) {
      expect(text).toContain(part);
    }
  });
});
