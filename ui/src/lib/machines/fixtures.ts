// A folder "Production" with a machine in it, as the core would tell them. For tests of this folder.

import { entryDraft, noSettings } from '../../../tests/memory/machines';
import type { Effective, EffectiveSettings, Entry, NodeDetail, Origin } from '../host/bindings';

export const builtIn: Origin = { kind: 'builtIn' };
export const production: Origin = { kind: 'folder', id: 'f-production', name: 'Production' };

export function from<T>(inherited: T, inheritedOrigin: Origin = builtIn): Effective<T> {
  return { value: inherited, origin: inheritedOrigin, inherited, inheritedOrigin };
}

export function effective(over: Partial<EffectiveSettings> = {}): EffectiveSettings {
  return {
    port: from(22),
    baud: from(115_200),
    frame: from({ dataBits: 8, parity: 'none', stopBits: 1 }),
    flowControl: from('none'),
    enter: from(null),
    localEcho: from('auto'),
    user: from<string | null>('ops', production),
    identities: from<string[]>(['i-ops'], production),
    jump: from({ kind: 'direct' }),
    connectTimeout: from(10),
    keepAlive: from(30),
    legacyAlgorithms: from(false),
    compression: from(false),
    forwardAgent: from(false),
    forwardX11: from(false),
    terminalType: from('xterm-256color'),
    startCommand: from<string | null>(null),
    record: from<EffectiveSettings['record']['value']>('off'),
    domain: from<string | null>(null),
    shared: from(true),
    viewOnly: from(false),
    quality: from<EffectiveSettings['quality']['value']>('auto'),
    desktopSize: from<EffectiveSettings['desktopSize']['value']>(null),
    keyboardLayout: from(0),
    shareClipboard: from(false),
    audio: from(false),
    drive: from<string | null>(null),
    driveWritable: from(false),
    weakSignIn: from(false),
    ...over,
  };
}

export const entry: Entry = {
  id: 'e-db',
  parent: 'f-production',
  ...entryDraft('db-replica-a', '192.0.2.42', {
    tags: ['replica'],
    settings: { ...noSettings, port: 2222 },
  }),
};

export function detail(over: Partial<NodeDetail> = {}): NodeDetail {
  return {
    entry,
    folder: null,
    effective: effective(),
    inheritedTags: ['linux'],
    path: ['Production'],
    ladder: [
      { origin: builtIn, values: 7, tags: [] },
      { origin: production, values: 2, tags: ['linux'] },
      { origin: { kind: 'here' }, values: 1, tags: ['replica'] },
    ],
    openSessions: 0,
    version: 'v1',
    ...over,
  };
}
