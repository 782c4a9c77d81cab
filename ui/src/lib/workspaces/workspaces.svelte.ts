/**
 * The team servers whose machines stand in the tree, as the core tells of them, and whose a machine is.
 *
 * The core connects and signs in; nothing here keeps a password or token. Only the desktop has workspaces: in a browser the list
 * stays empty.
 */
import { call, can, onEvent, type NodeId, type WorkspaceId, type WorkspaceInfo } from '$lib/host';
import { tree } from '$lib/tree/tree.svelte';
import { Teamwork } from './teamwork.svelte';

class Workspaces {
  list = $state.raw<readonly WorkspaceInfo[]>([]);
  /** False until the core has told of them for the first time. */
  loaded = $state(false);
  readonly #roots = $derived(new Map(this.list.map((each) => [each.root, each])));
  readonly #direct = $derived(new Set(tree.rows.direct));
  readonly #teams = new Map<WorkspaceId, Teamwork>();
  #heard = 0;

  /** Follows them; call once the vault is open. The returned function stops and forgets everything. */
  start(): () => void {
    if (!can('vault')) return () => undefined;
    const unlisten = onEvent((event) => {
      if (event.kind !== 'workspaces') return;
      this.#heard += 1;
      this.#take(event.workspaces);
    });
    void this.#load();
    return () => {
      unlisten();
      this.#heard += 1;
      this.#take([]);
      this.loaded = false;
    };
  }

  async #load(): Promise<void> {
    const asked = this.#heard;
    // Where that cannot be told there are none to be shown, and the tree says what is wrong.
    const list = await call('workspace_list').catch(() => []);
    if (asked === this.#heard) this.#take(list);
  }

  #take(list: readonly WorkspaceInfo[]): void {
    this.list = list;
    this.loaded = true;
    for (const id of [...this.#teams.keys()]) if (!this.get(id)) this.#teams.delete(id);
  }

  get(id: WorkspaceId | null | undefined): WorkspaceInfo | undefined {
    return this.list.find((each) => each.id === id);
  }

  /** The one whose folder in the tree this is. */
  atRoot(node: NodeId | null | undefined): WorkspaceInfo | undefined {
    return node ? this.#roots.get(node) : undefined;
  }

  /** Whose folder or machine this is; none if it is the vault's. */
  of(node: NodeId | null | undefined): WorkspaceInfo | undefined {
    if (this.list.length === 0 || !node) return undefined;
    const { shape } = tree;
    let row = shape.rowOf(node) ?? -1;
    for (let above = row; above >= 0; above = shape.parent[above] ?? -1) row = above;
    return this.atRoot(shape.rows.ids[row]);
  }

  /** Whether this computer may dial a machine of a team server itself. */
  mayDial(node: NodeId | null | undefined): boolean {
    return node != null && this.#direct.has(node) && this.of(node) !== undefined;
  }

  /** Whether recordings can be written to files of this computer: those of a team server stay there. */
  exportsRecordings(node: NodeId | null | undefined): boolean {
    return can('localFiles') && !this.of(node);
  }

  /** The folders of those that nothing can be changed in now. */
  get closedRoots(): NodeId[] {
    return this.list.filter(({ state }) => state !== 'connected').map(({ root }) => root);
  }

  /** Who the person is there; made when it is asked for. */
  teamOf(id: WorkspaceId): Teamwork {
    let team = this.#teams.get(id);
    if (!team) this.#teams.set(id, (team = new Teamwork(id, () => this.get(id))));
    return team;
  }

  /** Takes in what a command answered, before the event of it is heard. */
  put(info: WorkspaceInfo): WorkspaceInfo {
    const known = this.get(info.id) !== undefined;
    this.#take(
      known ? this.list.map((each) => (each.id === info.id ? info : each)) : [...this.list, info],
    );
    return info;
  }

  async retry(id: WorkspaceId): Promise<void> {
    await call('workspace_retry', { id });
  }

  async remove(id: WorkspaceId): Promise<void> {
    await call('workspace_remove', { id });
    this.#take(this.list.filter((each) => each.id !== id));
  }

  /** Whether something can be done with it now: it is the vault's, or its team server is there. */
  answers(node: NodeId | null | undefined): boolean {
    return (this.of(node)?.state ?? 'connected') === 'connected';
  }
}

export const workspaces = new Workspaces();
