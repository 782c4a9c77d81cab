/** Invented host keys and hosts of an OpenSSH configuration. */
import type { HostKeyRecord, ImportFormat, ImportPreview } from '$lib/host';

const DAY = 86_400_000;
const since = Date.UTC(2026, 2, 3, 12);

export function sampleHostKeys(): HostKeyRecord[] {
  const key = {
    algorithm: 'ssh-ed25519',
    authority: false,
    picture: '',
    source: 'This vault',
    firstSeen: since,
    lastSeen: since + 260 * DAY,
    times: 41,
    tls: null,
  };
  return [
    {
      ...key,
      id: 'hostkey-1',
      host: '192.0.2.41',
      fingerprint: 'SHA256:Zp3wQ8nVt1LxE7cRyU5mKd0hJaG4bFsXo2iTqW9vNkM',
    },
    {
      ...key,
      id: 'hostkey-2',
      host: '[192.0.2.42]:2222',
      fingerprint: 'SHA256:4uYtBz0PqLs9VxN6dHc2RjM8fKe1GwXa7oTiC5nEvQk',
      times: 1,
      tls: null,
    },
    {
      ...key,
      id: 'hostkey-3',
      host: 'lb-fra-01.example.net',
      algorithm: 'ecdsa-sha2-nistp256',
      fingerprint: 'SHA256:mT8vKq2LsY5xR1wZ9dN4cHj7bFg0PeUa3XoViC6tEkQ',
      times: 7,
      tls: null,
    },
    {
      ...key,
      id: null,
      host: 'git.example.net',
      algorithm: 'ssh-rsa',
      fingerprint: 'SHA256:Hj7bFg0PeUa3XoViC6tEkQmT8vKq2LsY5xR1wZ9dN4c',
      source: '/home/ops/.ssh/known_hosts',
      firstSeen: null,
      lastSeen: null,
      times: 0,
      tls: null,
    },
  ];
}

/** 18 machines, or as many as it takes to see a long list scroll. */
export function sampleImport(path: string, count = 18): ImportPreview {
  const rows = Array.from({ length: count }, (_, at) => {
    const name = `${['web', 'db', 'cache', 'lb'][at % 4] ?? 'web'}-${String(Math.floor(at / 4) + 1).padStart(2, '0')}`;
    return {
      key: name,
      kind: 'machine' as const,
      name,
      folder: '',
      summary: `deploy@${name}.example.net`,
      signIn: at % 3 === 0 ? ['/home/ops/.ssh/id_ed25519'] : [],
      jumps: at % 4 === 1 ? ['lb-01'] : [],
      there: at === 2 || at === 5 ? `Production/${name}` : null,
    };
  });
  return {
    path,
    format: 'openssh',
    formatName: 'OpenSSH configuration',
    lock: 'open',
    rows,
    table: null,
    remarks: [
      {
        file: path,
        line: 12,
        text: '    ProxyCommand nc -X 5 -x proxy:1080 %h %p',
        reason: 'Patchbay runs no program to connect. Use ProxyJump, or import it without.',
      },
      {
        file: `${path}.d/legacy`,
        line: 3,
        text: 'Match exec "test -e /tmp/office"',
        reason: 'A Match that runs a program is left out.',
      },
    ],
  };
}

/** Some of the formats there are. */
export const sampleFormats: ImportFormat[] = [
  {
    id: 'openssh',
    name: 'OpenSSH configuration',
    how: '~/.ssh/config, with the files it includes and the keys it names.',
    usualPath: '/home/ops/.ssh/config',
    folder: false,
  },
  {
    id: 'mremoteng',
    name: 'mRemoteNG',
    how: 'confCons.xml from %APPDATA%\\mRemoteNG, encrypted or not.',
    usualPath: null,
    folder: false,
  },
];
