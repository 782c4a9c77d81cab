/** Invented files: this computer's, and every machine's the same. Changes of one machine stay with its session. */
import type { FileCount, FileEntry, FileListing, FilePlace, FilePreview } from '$lib/host';
import { problem } from './problem';

/** `mode owner size date name`; a folder ends with a slash, `->` leads on. */
const HERE: Record<string, string> = {
  '/home/ops': `
755 ops 0 11-21T22:40 ops/
755 ops 0 11-18T16:20 Downloads/
644 ops 1204 11-02T10:41 .bashrc
644 ops 3120 10-02T10:41 notes.md`,
  '/home/ops/Downloads': '',
  '/home/ops/ops': `
755 ops 0 11-18T16:20 ansible/
700 ops 0 11-22T03:14 dumps/
755 ops 0 10-02T10:41 firmware/
700 ops 0 09-14T09:08 keys.d/
755 ops 0 11-07T13:55 templates/
644 ops 14200 11-21T22:31 CHANGES.md
644 ops 3100 11-20T17:02 hosts.ini
644 ops 5800 11-22T03:02 nginx.conf
644 ops 84000000 11-14T11:26 release-4.18.1.tar.zst
644 ops 84100000 11-21T22:40 release-4.18.2.tar.zst
755 ops 1900 11-11T08:47 rollback.sh
644 ops 6420000000 11-07T13:58 vm-template-13.qcow2`,
  '/home/ops/ops/ansible': '644 ops 900 11-18T16:20 site.yml',
  '/home/ops/ops/dumps': '',
};

const MACHINE: Record<string, string> = {
  '/': `
755 root 0 11-01T08:00 etc/
755 root 0 11-01T08:00 home/
755 root 0 11-01T08:00 many/
700 root 0 11-01T08:00 root/
755 root 0 11-01T08:00 srv/
1777 root 0 11-22T03:11 tmp/`,
  '/home': '755 ops 0 11-01T08:00 ops/',
  '/home/ops': `
644 ops 220 11-01T08:00 .profile
755 ops 0 11-14T11:31 bin/`,
  '/home/ops/bin': '4755 root 31000 11-14T11:31 restart-orders',
  '/etc': '644 root 5800 11-22T03:02 nginx.conf',
  '/tmp': '',
  '/srv': '755 ops 0 11-22T02:00 orders/',
  '/srv/orders': `
750 ops 0 11-22T02:00 backups/
755 ops 0 11-21T22:43 config/
775 ops 0 11-22T03:15 log/
755 ops 0 11-14T11:31 releases/
770 ops 0 11-22T03:15 spool/
1777 ops 0 11-22T03:11 tmp/
777 ops 12 11-14T11:31 current -> releases/4.18.1
640 ops 412000000 11-21T00:00 access.log.4.zst
640 ops 398000000 11-20T00:00 access.log.5.zst
600 ops 2200 11-12T15:19 app.env
640 ops 3740000000 11-20T02:07 orders-2026-11-20.dump
640 ops 3770000000 11-21T02:07 orders-2026-11-21.dump
755 ops 8400 11-21T22:38 release
644 ops 1100 06-03T09:30 README`,
  '/srv/orders/config': '644 ops 700 11-21T22:43 app.toml',
  '/srv/orders/log': '640 ops 91000 11-22T03:15 app.log',
  // As a machine may name them that means no good.
  '/srv/orders/spool': `
644 ops 12 11-22T03:15 report\u202efdp.exe
644 ops 12 11-22T03:15 caf\uf7e9.txt
644 ops 12 11-22T03:15 \u001b[31mred`,
};

interface Node {
  entry: FileEntry;
  text?: string;
}

type Folders = Map<string, Map<string, Node>>;

export class MemoryFiles {
  readonly #here = plant(HERE);
  readonly #machines = new Map<string, Folders>();

  list(place: FilePlace, path: string | null): FileListing {
    const folders = this.#of(place);
    const at = path ?? '/home/ops';
    const folder = folders.get(at);
    if (at === '/root')
      throw problem('invalid', 'ops may not read /root.', 'Connect as another user.');
    if (!folder) throw problem('notFound', `There is no folder ${at}.`, 'Go to another one.');
    return {
      path: at,
      parent: at === '/' ? null : parentOf(at),
      entries: [...folder.values()].map(({ entry }) => entry),
      refused: 0,
      free: place.kind === 'here' ? 211e9 : 1.34e12,
    };
  }

  count(place: FilePlace, paths: string[]): FileCount {
    const count = { files: 0, folders: 0, bytes: 0, more: false };
    const walk = (path: string): void => {
      const node = this.node(place, path);
      if (node?.entry.kind === 'folder') {
        count.folders += 1;
        for (const name of this.#of(place).get(path)?.keys() ?? []) walk(`${path}/${name}`);
      } else if (node) {
        count.files += 1;
        count.bytes += node.entry.size;
      }
    };
    paths.forEach(walk);
    return count;
  }

  makeFolder(place: FilePlace, path: string): void {
    this.#free(place, path);
    this.put(place, path, { ...entryOf(`755 ops 0 11-22T03:17 ${nameOf(path)}/`) });
    this.#of(place).set(path, new Map());
  }

  rename(place: FilePlace, from: string, to: string): void {
    this.#free(place, to);
    const node = this.node(place, from);
    if (!node) throw problem('notFound', `There is no ${from} any more.`, 'Refresh the folder.');
    this.remove(place, from);
    this.put(place, to, { ...node.entry, name: nameOf(to) });
  }

  setMode(place: FilePlace, paths: string[], mode: number): void {
    for (const path of paths) {
      const node = this.node(place, path);
      if (node) this.put(place, path, { ...node.entry, mode });
    }
  }

  preview(place: FilePlace, path: string): FilePreview {
    const node = this.node(place, path);
    if (!node) throw problem('notFound', `There is no ${path} any more.`, 'Refresh the folder.');
    const text = /\.(zst|dump|qcow2)$/.test(path)
      ? null
      : `# ${nameOf(path)}\n\nlisten 443 ssl;\n\tserver_name app-01.example.net;\n`;
    return { text, size: node.entry.size, cut: node.entry.size > 60_000 };
  }

  require(place: FilePlace, path: string): void {
    if (!this.node(place, path))
      throw problem('notFound', `There is no ${path} any more.`, 'Refresh the folder.');
  }

  node(place: FilePlace, path: string): Node | undefined {
    return this.#of(place).get(parentOf(path))?.get(nameOf(path));
  }

  put(place: FilePlace, path: string, entry: FileEntry): void {
    this.#of(place).get(parentOf(path))?.set(nameOf(path), { entry });
  }

  remove(place: FilePlace, path: string): void {
    this.#of(place).get(parentOf(path))?.delete(nameOf(path));
  }

  #free(place: FilePlace, path: string): void {
    if (this.node(place, path))
      throw problem('invalid', `${path} is there already.`, 'Type another name.', 'path');
  }

  #of(place: FilePlace): Folders {
    if (place.kind === 'here') return this.#here;
    let folders = this.#machines.get(place.session);
    if (!folders) {
      folders = plant(MACHINE);
      folders.set('/many', many(100_000));
      this.#machines.set(place.session, folders);
    }
    return folders;
  }
}

function plant(sketch: Record<string, string>): Folders {
  const folders: Folders = new Map();
  for (const [path, lines] of Object.entries(sketch)) {
    const entries = lines.split('\n').filter(Boolean).map(entryOf);
    folders.set(path, new Map(entries.map((entry) => [entry.name, { entry }])));
    for (const { kind, name } of entries)
      if (kind === 'folder' && !(join(path, name) in sketch))
        folders.set(join(path, name), new Map());
  }
  return folders;
}

function entryOf(line: string): FileEntry {
  const [mode = '', owner = '', size = '', date = '', ...rest] = line.split(' ');
  const [name = '', goal = null] = rest.join(' ').split(' -> ');
  const folder = name.endsWith('/');
  return {
    name: folder ? name.slice(0, -1) : name,
    kind: folder ? 'folder' : goal ? 'link' : 'file',
    size: Number(size),
    modified: new Date(`2026-${date}:00`).getTime(),
    mode: parseInt(mode, 8),
    owner,
    group: owner,
    leadsTo: goal,
    end: goal ? 'folder' : null,
  };
}

function many(count: number): Map<string, Node> {
  const nodes = new Map<string, Node>();
  for (let at = 0; at < count; at++) {
    const name = `measurement-${String((at * 7919) % count)}.csv`;
    nodes.set(name, { entry: entryOf(`644 ops ${String(at * 37)} 11-21T02:07 ${name}`) });
  }
  return nodes;
}

const join = (path: string, name: string) => (path === '/' ? `/${name}` : `${path}/${name}`);
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';
