/** The tree commands over an array of nodes, siblings in order. */
import type {
  Args,
  EffectiveSettings,
  Entry,
  EntryDraft,
  Folder,
  FolderDraft,
  NodeDetail,
  Origin,
  Result,
  Settings,
  TreeRows,
} from '$lib/host';
import { PROTOCOLS } from '$lib/machines/protocols';
import { NO_ROWS } from '$lib/tree/model';
import { entryDraft, noSettings, type MemoryNode } from './machines';
import { problem } from './problem';

const builtIn: Required<{ [K in keyof Settings]: NonNullable<Settings[K]> | null }> = {
  port: 22,
  baud: 115_200,
  frame: { dataBits: 8, parity: 'none', stopBits: 1 },
  flowControl: 'none',
  enter: null,
  localEcho: 'auto',
  user: null,
  identities: [],
  jump: { kind: 'direct' },
  connectTimeout: 10,
  keepAlive: 30,
  legacyAlgorithms: false,
  compression: false,
  forwardAgent: false,
  forwardX11: false,
  terminalType: 'xterm-256color',
  startCommand: null,
  record: 'off',
  domain: null,
  shared: true,
  viewOnly: false,
  quality: 'auto',
  desktopSize: null,
  keyboardLayout: 0,
  shareClipboard: false,
  audio: false,
  drive: null,
  driveWritable: false,
  weakSignIn: false,
};

export class MemoryTree {
  revision = 1;
  #deleted = new Map<string, MemoryNode[]>();
  /** Machines that this computer may dial itself. */
  private direct: string[] = [];
  #next = 1;

  constructor(
    private nodes: MemoryNode[],
    private readonly changed: (revision: number) => void,
  ) {}

  rows(): TreeRows {
    const rows: TreeRows = { ...structuredClone(NO_ROWS), revision: this.revision };
    const children = groupByParent(this.nodes);
    const walk = (parent: string | null, depth: number, inherited: string[]) => {
      for (const node of children.get(parent) ?? []) {
        const tags = [...new Set([...inherited, ...node.draft.tags])];
        rows.ids.push(node.id);
        rows.depths.push(depth);
        rows.folders.push(node.folder ? 1 : 0);
        rows.protocols.push('protocol' in node.draft ? PROTOCOLS.indexOf(node.draft.protocol) : 0);
        rows.names.push(node.draft.name);
        rows.addresses.push('address' in node.draft ? node.draft.address : '');
        rows.tags.push(tags.join(' '));
        rows.icons.push(node.draft.icon ?? '');
        rows.colors.push(node.draft.color ?? '');
        if ('management' in node.draft && node.draft.management.length > 0) {
          const kinds = node.draft.management.map(({ kind }) => kind);
          rows.managed.push({ id: node.id, kinds: [...new Set(kinds)] });
        }
        if (node.folder) walk(node.id, depth + 1, tags);
      }
    };
    walk(null, 0, []);
    rows.direct = [...this.direct];
    return rows;
  }

  node(id: string): MemoryNode {
    const node = this.nodes.find((each) => each.id === id);
    if (!node)
      throw problem(
        'notFound',
        'That machine is no longer there.',
        'It may have been deleted in another window.',
      );
    return node;
  }

  detail(id: string): NodeDetail {
    const node = this.node(id);
    const above = this.#above(node);
    return {
      entry: node.folder ? null : asEntry(node),
      folder: node.folder ? asFolder(node) : null,
      effective: effective([...above, node]),
      inheritedTags: [...new Set(above.flatMap((each) => each.draft.tags))],
      path: above.map((each) => each.draft.name),
      ladder: [
        { origin: { kind: 'builtIn' }, values: 14, tags: [] },
        ...[...above, node].map((each) => ({
          origin: each === node ? ({ kind: 'here' } as const) : originOf(each),
          values: Object.values(each.draft.settings).filter((value) => value !== null).length,
          tags: each.draft.tags,
        })),
      ],
      openSessions: 0,
      version: versionOf(node),
    };
  }

  newDetail(parent: string | null | undefined): NodeDetail {
    const folder = parent ? this.node(parent) : null;
    const above = folder ? [...this.#above(folder), folder] : [];
    return {
      entry: null,
      folder: null,
      effective: effective(above),
      inheritedTags: [...new Set(above.flatMap((each) => each.draft.tags))],
      path: above.map((each) => each.draft.name),
      ladder: [
        { origin: { kind: 'builtIn' }, values: 14, tags: [] },
        ...above.map((each) => ({ origin: originOf(each), values: 0, tags: each.draft.tags })),
      ],
      openSessions: 0,
      version: '',
    };
  }

  save(args: Args<'entry_save'> | Args<'folder_save'>, folder: boolean): MemoryNode {
    if (!args.draft.name.trim() && folder)
      throw problem('invalid', 'A folder needs a name.', 'Type one.', 'name');
    if ('address' in args.draft && !args.draft.address.trim()) {
      throw problem(
        'invalid',
        'A machine needs an address.',
        'Type a host name or an IP address.',
        'address',
      );
    }
    let node = args.id ? this.node(args.id) : null;
    if (node && args.basedOn && args.basedOn !== versionOf(node))
      throw problem(
        'conflict',
        `Somebody else changed ${node.draft.name} meanwhile.`,
        'Look at what differs, then save again.',
      );
    if (node) node.draft = args.draft as EntryDraft | FolderDraft;
    else {
      node = {
        id: this.#newId(),
        parent: args.parent ?? null,
        draft: args.draft as EntryDraft | FolderDraft,
        folder,
      };
      this.nodes.push(node);
    }
    this.#bump();
    return node;
  }

  quickAdd(text: string): Entry {
    const found = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(\[[^\]]+\]|[^:\s]+)(?::(\d+))?\/?$/.exec(
      text.trim(),
    );
    if (!found)
      throw problem(
        'invalid',
        `“${text}” is not an address.`,
        'Write it as user@host or user@host:port.',
        'text',
      );
    const [, user, host = '', port] = found;
    const address = host.replace(/^\[|\]$/g, '');
    const settings = { ...noSettings, user: user ?? null, port: port ? Number(port) : null };
    return asEntry(
      this.save({ parent: null, draft: entryDraft(address, address, { settings }) }, false),
    );
  }

  /** Puts whole branches in at the end, as joining a team server does. */
  entries(): { id: string; draft: EntryDraft }[] {
    return this.nodes.flatMap(({ id, draft, folder }) =>
      folder ? [] : [{ id, draft: draft as EntryDraft }],
    );
  }

  graft(nodes: readonly MemoryNode[]): void {
    this.nodes.push(...nodes);
    this.#bump();
  }

  /** Takes a branch out. */
  prune(id: string): void {
    const gone = new Set(this.#withInside([id]));
    this.nodes = this.nodes.filter((node) => !gone.has(node));
    this.#bump();
  }

  rename(id: string, name: string): void {
    if (!name.trim())
      throw problem(
        'invalid',
        'A name cannot be empty.',
        'Type one, or press Escape to keep the old one.',
        'name',
      );
    const node = this.node(id);
    node.draft = { ...node.draft, name };
    this.#bump();
  }

  duplicate(ids: string[]): string[] {
    const made = ids.map((id) => {
      const node = this.node(id);
      const copy = {
        ...node,
        id: this.#newId(),
        draft: { ...node.draft, name: `${node.draft.name} copy` },
      };
      this.nodes.splice(this.nodes.indexOf(node) + 1, 0, copy);
      return copy.id;
    });
    this.#bump();
    return made;
  }

  move({ ids, place }: Args<'nodes_move'>): void {
    const moving = ids.map((id) => this.node(id));
    const target = place.kind === 'endOf' ? place.folder : place.id;
    for (
      let at = target ? this.node(target) : null;
      at;
      at = at.parent ? this.node(at.parent) : null
    ) {
      if (moving.includes(at) && (place.kind === 'endOf' || at.id !== target)) {
        throw problem(
          'invalid',
          `“${at.draft.name}” cannot be moved into itself.`,
          'Pick another folder.',
        );
      }
    }
    this.nodes = this.nodes.filter((node) => !moving.includes(node));
    if (place.kind === 'endOf') {
      moving.forEach((node) => (node.parent = place.folder));
      this.nodes.push(...moving);
    } else {
      const beside = this.node(place.id);
      moving.forEach((node) => (node.parent = beside.parent));
      this.nodes.splice(
        this.nodes.indexOf(beside) + (place.kind === 'after' ? 1 : 0),
        0,
        ...moving,
      );
    }
    this.#bump();
  }

  preview(ids: string[]): Result<'nodes_delete_preview'> {
    const all = this.#withInside(ids);
    return {
      entries: all.filter((node) => !node.folder).length,
      folders: all.filter((node) => node.folder).length,
      openSessions: 0,
      names: all.slice(0, 20).map((node) => node.draft.name),
      usedAsJumpBy: [],
    };
  }

  delete(ids: string[]): string {
    const undo = this.#newId();
    this.#deleted.set(undo, this.nodes);
    const gone = new Set(this.#withInside(ids));
    this.nodes = this.nodes.filter((node) => !gone.has(node));
    this.#bump();
    return undo;
  }

  undelete(undo: string): void {
    this.nodes = this.#deleted.get(undo) ?? this.nodes;
    this.#bump();
  }

  tags(): string[] {
    return [...new Set(this.nodes.flatMap((node) => node.draft.tags))].sort();
  }

  #withInside(ids: string[]): MemoryNode[] {
    const wanted = new Set(ids);
    return this.nodes.filter(
      (node) => wanted.has(node.id) || this.#above(node).some((each) => wanted.has(each.id)),
    );
  }

  /** This computer may dial these machines itself from now on. */
  letDial(ids: string[]): void {
    this.direct = ids;
    this.#bump();
  }

  #above(node: MemoryNode): MemoryNode[] {
    return node.parent ? [...this.#above(this.node(node.parent)), this.node(node.parent)] : [];
  }

  #newId(): string {
    return `made-${this.#next++}`;
  }

  #bump(): void {
    this.changed(++this.revision);
  }
}

const originOf = (node: MemoryNode): Origin => ({
  kind: 'folder',
  id: node.id,
  name: node.draft.name,
});

const versionOf = (node: MemoryNode): string => JSON.stringify(node.draft);

export const asEntry = (node: MemoryNode): Entry => ({
  id: node.id,
  parent: node.parent,
  ...(node.draft as EntryDraft),
});
export const asFolder = (node: MemoryNode): Folder => ({
  id: node.id,
  parent: node.parent,
  ...(node.draft as FolderDraft),
});

function effective(path: MemoryNode[]): EffectiveSettings {
  const last = path.at(-1);
  const one = (key: keyof Settings) => {
    let value: unknown = builtIn[key];
    let origin: Origin = { kind: 'builtIn' };
    let inherited: unknown = value;
    let inheritedOrigin: Origin = origin;
    for (const node of path) {
      inherited = value;
      inheritedOrigin = origin;
      const own = node.draft.settings[key];
      if (own === null || own === undefined) continue;
      value = own;
      origin = node === last ? { kind: 'here' } : originOf(node);
    }
    return { value, origin, inherited, inheritedOrigin };
  };
  return Object.fromEntries(
    Object.keys(builtIn).map((key) => [key, one(key as keyof Settings)]),
  ) as unknown as EffectiveSettings;
}

function groupByParent(nodes: MemoryNode[]): Map<string | null, MemoryNode[]> {
  const groups = new Map<string | null, MemoryNode[]>();
  for (const node of nodes) {
    const group = groups.get(node.parent);
    if (group) group.push(node);
    else groups.set(node.parent, [node]);
  }
  return groups;
}
