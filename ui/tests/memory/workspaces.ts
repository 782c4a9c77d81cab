/**
 * Team servers in the tree of a vault, in memory. What is asked of one goes to a MemoryServer. Addresses that begin with `public` have a
 * certificate that the computer trusts, `new` is not set up yet, and at `nowhere` nobody answers.
 */
import type {
  ApiError,
  Args,
  WorkspaceDoor,
  WorkspaceHandoff,
  WorkspaceInfo,
  WorkspaceInvitation,
  WorkspaceOffer,
  WorkspaceState,
} from '$lib/host';
import { openDoors, USER_CODE } from './doors';
import { entryDraft, folderDraft, type MemoryNode } from './machines';
import { problem } from './problem';
import { CODE, MemoryServer, PASSWORD } from './server';
import type { MemoryHost } from './index';

export const FINGERPRINT = `SHA256:${'3f9a07c4e1b85d26'.repeat(4)}`;
export const OTHER_FINGERPRINT = `SHA256:${'a0c7719e52d4f38b'.repeat(4)}`;

/** A program that asks to be let in, and what its person in a browser decides. */
interface Asking {
  door: WorkspaceDoor;
  answer: Promise<WorkspaceInfo>;
  allow: (info: WorkspaceInfo) => void;
  refuse: (why: ApiError) => void;
}

export class MemoryWorkspaces {
  list: WorkspaceInfo[] = [];
  /** What the servers show now. */
  shown: string | null = FINGERPRINT;
  /** Asks for a one-time password. */
  totp = false;
  readonly server: MemoryServer;
  /** Programs that ask to be let in, by the id of the request. */
  readonly asking = new Map<string, Asking>();
  #next = 1;

  constructor(private readonly host: MemoryHost) {
    this.server = new MemoryServer(host);
    openDoors(this.server);
  }

  look(address: string): WorkspaceOffer {
    const [, host = '', token = null] =
      /^(?:https:\/\/)?([^/#]+)(?:\/join#(.+)|.*)$/.exec(address.trim()) ?? [];
    if (host.startsWith('nowhere'))
      throw problem(
        'unreachable',
        `${host} does not answer.`,
        'Check the address, and that the server runs.',
      );
    return {
      address: `https://${host}`,
      name: this.list.find((each) => each.address === `https://${host}`)?.name ?? 'Operations hub',
      version: '0.1.0',
      setUp: !host.startsWith('new'),
      fingerprint: host.startsWith('public') ? null : this.shown,
      token,
    };
  }

  invitation(token: string): WorkspaceInvitation {
    if (token === 'bad') throw problem('notFound', 'There is no such invitation.', '');
    const expires = this.server.now + 3 * 24 * 3_600_000;
    return { organisation: 'Operations', by: 'Ada Byron', role: 'Operator', expires };
  }

  add({ address, fingerprint, entry }: Args<'workspace_add'>): WorkspaceInfo {
    if (entry.kind === 'signIn') this.#check(entry);
    else if (entry.name === 'grace')
      throw problem('invalid', 'There is an account of that name.', '', 'name');
    const display = entry.kind === 'join' ? entry.display : 'Ada Byron';
    return this.put('Operations hub', { address, fingerprint, name: entry.name, display });
  }

  signIn(args: Args<'workspace_sign_in'>): WorkspaceInfo {
    this.#check(args);
    return this.state(args.id, 'connected');
  }

  browserBegin({ door }: Args<'workspace_browser_begin'>): WorkspaceHandoff {
    const id = `handoff-${String(this.#next++)}`;
    let allow: Asking['allow'] = () => undefined;
    let refuse: Asking['refuse'] = () => undefined;
    const answer = new Promise<WorkspaceInfo>((yes, no) => {
      allow = yes;
      refuse = no;
    });
    // Somebody may give up before anybody waits.
    answer.catch(() => undefined);
    this.asking.set(id, { door, answer, allow, refuse });
    const address = door.kind === 'new' ? door.address : this.get(door.id).address;
    const link = `${address}/device#${USER_CODE}`;
    const client = 'Patchbay on workstation';
    return { id, code: USER_CODE, link, client, expires: Date.now() + 10 * 60_000 };
  }

  browserWait({ id }: Args<'workspace_browser_wait'>): Promise<WorkspaceInfo> {
    const asking = this.asking.get(id);
    if (!asking) throw problem('notFound', 'This request to sign in is not there any more.');
    return asking.answer;
  }

  browserCancel({ id }: Args<'workspace_browser_cancel'>): void {
    this.asking.get(id)?.refuse(problem('cancelled', 'Signing in was cancelled.'));
    this.asking.delete(id);
  }

  /** Somebody in a browser decides about the request that was begun last: lets it in, or lets it come to nothing. */
  decide(why: ApiError | null): void {
    const [id, { door, allow, refuse }] = [...this.asking].at(-1) ?? fail();
    this.asking.delete(id);
    if (why) refuse(why);
    else if (door.kind === 'known') allow(this.state(door.id, 'connected'));
    else allow(this.put('Operations hub', door));
  }

  trust({ id, fingerprint }: Args<'workspace_trust'>): WorkspaceInfo {
    this.list = this.list.map((each) => (each.id === id ? { ...each, fingerprint } : each));
    return this.state(id, 'connected');
  }

  remove(id: string): void {
    const { root } = this.get(id);
    this.list = this.list.filter((each) => each.id !== id);
    this.host.tree.prune(root);
    this.#tell();
  }

  async request({ method, path, body }: Args<'workspace_request'>): Promise<unknown> {
    const response = await this.server.fetch(`/api/v1${path}`, {
      method,
      headers: { 'X-Patchbay-Client': 'web' },
      ...(body == null ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok)
      throw { field: null, retryable: false, ...(answer as { error: object }).error };
    return answer;
  }

  /** Joins one, with a few machines in it. */
  put(
    name: string,
    more: { address?: string; fingerprint?: string | null; name?: string; display?: string } = {},
  ): WorkspaceInfo {
    const id = `workspace-${String(this.#next++)}`;
    const root = `${id}-root`;
    const info: WorkspaceInfo = {
      id,
      root,
      name,
      address: more.address ?? `https://${id}.example.net:7443`,
      fingerprint: more.fingerprint === undefined ? FINGERPRINT : more.fingerprint,
      account: {
        id: 'account-ada',
        name: more.name ?? 'ada',
        display: more.display ?? 'Ada Byron',
      },
      state: 'connected',
      problem: null,
      asOf: null,
    };
    this.list = [...this.list, info];
    this.host.tree.graft(branch(id, root, name));
    this.#tell();
    return info;
  }

  /** It stands otherwise from now on. */
  state(id: string, state: WorkspaceState, more: Partial<WorkspaceInfo> = {}): WorkspaceInfo {
    const asOf = state === 'connected' ? null : (more.asOf ?? Date.now());
    this.list = this.list.map((each) =>
      each.id === id ? { ...each, problem: null, ...more, state, asOf } : each,
    );
    this.#tell();
    return this.get(id);
  }

  /** The one that a machine is in, if it is in one. */
  of(node: string): string | null {
    return this.list.find(({ id }) => node.startsWith(`${id}-`))?.id ?? null;
  }

  get(id: string): WorkspaceInfo {
    const info = this.list.find((each) => each.id === id);
    if (!info) throw problem('notFound', 'That team server was left.', 'Add it again.');
    return info;
  }

  #check({ password, code }: { password: string; code?: string | null }): void {
    if (password !== PASSWORD)
      throw problem('authFailed', 'The name or the password is wrong.', '');
    if (!this.totp || code === CODE) return;
    if (code == null) throw problem('needsCode', 'A one-time password is needed.');
    throw problem('authFailed', 'That one-time password is wrong or was used.');
  }

  #tell(): void {
    this.host.emit({ kind: 'workspaces', workspaces: this.list });
  }
}

function fail(): never {
  throw new Error('nobody asks to be let in');
}

/** A folder with a few machines, as a server has them. */
function branch(id: string, root: string, name: string): MemoryNode[] {
  const at = (last: number) => `198.51.100.${String(last)}`;
  const machine = (parent: string, called: string, address: string): MemoryNode => ({
    id: `${id}-${called}`,
    parent,
    draft: entryDraft(called, address),
    folder: false,
  });
  const inside = `${id}-core`;
  return [
    { id: root, parent: null, draft: folderDraft(name), folder: true },
    { id: inside, parent: root, draft: folderDraft('Core'), folder: true },
    machine(inside, 'gate-01', at(201)),
    machine(inside, 'gate-02', at(202)),
    machine(root, 'build-01', at(210)),
  ];
}

/** A vault with four team servers in it, each of which stands otherwise. */
export function joinSome(host: MemoryHost): void {
  const { workspaces } = host;
  const hub = workspaces.put('Operations hub', { address: 'https://team.example.net:7443' });
  host.tree.letDial([`${hub.id}-gate-01`]);
  const away = workspaces.put('Field office');
  const out = workspaces.put('Laboratory', { fingerprint: null });
  const changed = workspaces.put('Customers east');
  const unreachable = problem('unreachable', 'The connection timed out.');
  workspaces.state(away.id, 'offline', { asOf: Date.now() - 47 * 60_000, problem: unreachable });
  workspaces.state(out.id, 'signedOut', { asOf: Date.now() - 26 * 3_600_000 });
  workspaces.state(changed.id, 'certificateChanged', { asOf: Date.now() - 3 * 3_600_000 });
  workspaces.shown = OTHER_FINGERPRINT;
}
