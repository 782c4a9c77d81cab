/** An invented tree of machines, and 100,000 more on request. Addresses are from the ranges for documentation. */
import type { EntryDraft, FolderDraft, Protocol, Settings } from '$lib/host';

import { sampleManagement } from './devices';

export interface MemoryNode {
  id: string;
  parent: string | null;
  draft: EntryDraft | FolderDraft;
  folder: boolean;
}

export const noSettings: Settings = {
  port: null,
  baud: null,
  frame: null,
  flowControl: null,
  enter: null,
  localEcho: null,
  user: null,
  identities: null,
  jump: null,
  connectTimeout: null,
  keepAlive: null,
  legacyAlgorithms: null,
  compression: null,
  forwardAgent: null,
  forwardX11: null,
  terminalType: null,
  startCommand: null,
  record: null,
  domain: null,
  shared: null,
  viewOnly: null,
  quality: null,
  desktopSize: null,
  keyboardLayout: null,
  shareClipboard: null,
  audio: null,
  drive: null,
  driveWritable: null,
  weakSignIn: null,
};

export function folderDraft(name: string, more: Partial<FolderDraft> = {}): FolderDraft {
  return {
    name,
    tags: [],
    notes: '',
    icon: null,
    color: null,
    settings: { ...noSettings },
    ...more,
  };
}

export function entryDraft(
  name: string,
  address: string,
  more: Partial<EntryDraft> = {},
): EntryDraft {
  return {
    ...folderDraft(name),
    protocol: 'ssh',
    address,
    mac: null,
    tunnels: [],
    management: [],
    ...more,
  };
}

type Sketch = [folder: string, more: Partial<FolderDraft>, content: (Sketch | string)[]];

const sketch: Sketch[] = [
  [
    'Production',
    { tags: ['prod'], settings: { ...noSettings, user: 'ops', identities: ['identity-ops'] } },
    [
      [
        'Edge',
        { tags: ['edge'] },
        ['lb-fra-01 198.51.100.4', 'lb-fra-02 198.51.100.5', 'fw-fra-01 2001:db8:1::1'],
      ],
      [
        'Web',
        { tags: ['web', 'linux'] },
        [
          'app-01 192.0.2.21',
          'app-02 192.0.2.22',
          'app-03 192.0.2.23',
          'worker-01 192.0.2.31',
          'worker-02 192.0.2.32',
        ],
      ],
      [
        'Data',
        { tags: ['linux'] },
        [
          'db-primary 192.0.2.41 postgres',
          'db-replica-a 192.0.2.42 postgres,replica',
          'db-replica-b 2001:db8:41::43 postgres,replica',
          'cache-01 192.0.2.45',
          'backup-01 192.0.2.49',
          'archive s3.example.net',
        ],
      ],
    ],
  ],
  [
    'Office',
    {},
    [
      'dc-01 198.51.100.20',
      'term-01 198.51.100.23',
      'kiosk-lobby 198.51.100.61',
      'signage-02 198.51.100.64',
      'share 198.51.100.22',
    ],
  ],
  [
    'Rack A2',
    { tags: ['rack'] },
    [
      'pve-01 198.51.100.101 server',
      'pve-02 198.51.100.102 server',
      'sw-core-01 198.51.100.110 network',
      'pdu-a2 198.51.100.115',
      'console-a2 /dev/ttyUSB0 console',
    ],
  ],
  [
    'Lab',
    {},
    Array.from(
      { length: 14 },
      (_, i) => `lab-${String(i + 1).padStart(2, '0')} 198.51.100.${140 + i}`,
    ),
  ],
  [
    'Customers',
    {},
    ['north', 'south', 'west'].map((city): Sketch => [
      city,
      { tags: [city] },
      Array.from(
        { length: 6 },
        (_, i) => `${city}-web-${i + 1} web-${i + 1}.${city}.example.net web`,
      ),
    ]),
  ],
];

const icons: Record<string, string> = {
  'pve-01': 'server',
  'pve-02': 'server',
  'sw-core-01': 'network',
  'pdu-a2': 'plug',
};

const protocols: Record<string, Protocol> = {
  'pdu-a2': 'telnet',
  'console-a2': 'serial',
  'dc-01': 'rdp',
  'kiosk-lobby': 'vnc',
};

/** About sixty machines in ten folders. */
export function someMachines(): MemoryNode[] {
  const nodes: MemoryNode[] = [];
  const walk = (content: (Sketch | string)[], parent: string | null) => {
    for (const item of content) {
      if (typeof item === 'string') {
        const [name = '', address = '', tags = ''] = item.split(' ');
        const draft = entryDraft(name, address, {
          protocol: protocols[name] ?? 'ssh',
          tags: tags ? tags.split(',') : [],
          icon: icons[name] ?? null,
          management: structuredClone(sampleManagement[name] ?? []),
        });
        if (name === 'db-primary')
          draft.notes = 'Writes go here. Fail over with care: replica B lags by a second or two.';
        nodes.push({ id: `node-${name}`, parent, draft, folder: false });
      } else {
        const [name, more, inside] = item;
        const id = `folder-${name.toLowerCase().replaceAll(' ', '-')}`;
        nodes.push({ id, parent, draft: folderDraft(name, more), folder: true });
        walk(inside, id);
      }
    }
  };
  walk(sketch, null);
  return nodes;
}

/** `count` machines in folders of a hundred, in folders of fifty. */
export function manyMachines(count: number): MemoryNode[] {
  const nodes: MemoryNode[] = [];
  const roles = ['web', 'db', 'cache', 'queue', 'edge', 'build', 'mail', 'log'];
  for (let made = 0; made < count; made++) {
    const site = Math.floor(made / 5000);
    const rack = Math.floor(made / 100);
    if (made % 5000 === 0)
      nodes.push({
        id: `s${site}`,
        parent: null,
        draft: folderDraft(`Site ${site + 1}`),
        folder: true,
      });
    if (made % 100 === 0)
      nodes.push({
        id: `r${rack}`,
        parent: `s${site}`,
        draft: folderDraft(`Rack ${rack + 1}`),
        folder: true,
      });
    const role = roles[made % roles.length] ?? 'web';
    const address = `2001:db8:${site.toString(16)}:${rack.toString(16)}::${(made % 100).toString(16)}`;
    nodes.push({
      id: `m${made}`,
      parent: `r${rack}`,
      draft: entryDraft(`${role}-${made}`, address, { tags: [role] }),
      folder: false,
    });
  }
  return nodes;
}
