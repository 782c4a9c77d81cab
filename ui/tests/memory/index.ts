/**
 * The host without a core: every command over invented machines in memory.
 *
 * For looking at screens (`npm run dev:memory`, tests/shot.mjs) and for Vitest. Never part of a release build: only
 * `vite --mode memory` and tests import it.
 */
import type {
  AgentStatus,
  AppEvent,
  AppSettings,
  Args,
  CommandName,
  Host,
  HostDrop,
  Identity,
  NamedLayout,
  Result,
  Trigger,
  VaultSettings,
  WindowEvent,
  WindowInfo,
} from '$lib/host';
import { DEFAULT_APP, DEFAULT_VAULT } from '$lib/settings/defaults';
import { MemoryDevices } from './devices';
import { MemoryEdits } from './edits';
import { MemoryFiles } from './files';
import { manyMachines, someMachines } from './machines';
import { MemoryManaged } from './managed';
import { picture, PictureSocket } from './picture';
import { problem } from './problem';
import { MemoryRecordings } from './recordings';
import { MemoryRuns } from './runs';
import { sampleHostKeys, sampleImport, sampleFormats } from './samples';
import { MemorySessions } from './sessions';
import { MemorySnippets } from './snippets';
import { MemoryTasks } from './tasks';
import { MemoryTree, asEntry, asFolder } from './tree';
import { MemoryTunnels } from './tunnels';
import { MemoryVault, RECOVERY_KEY } from './vault';
import { MemoryWorkspaces } from './workspaces';

export type MemoryState = 'first-run' | 'locked' | 'unlocked' | 'empty' | 'big';

type Handlers = { [N in CommandName]?: (args: Args<N>) => Result<N> | Promise<Result<N>> };

const ops: Identity = {
  id: 'identity-ops',
  name: 'ops, work key',
  user: 'ops',
  kind: 'key',
  hasPassword: false,
  hasPrivateKey: true,
  hasPassphrase: true,
  publicKey: {
    algorithm: 'ssh-ed25519',
    bits: 256,
    fingerprint: 'SHA256:qV4nT8mYk2ZcR1sLw0HxJd7fPu9EbGaXo5KiNtQyM3A',
    openssh: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== ops',
  },
  certificate: null,
  agentFingerprint: null,
  askOnUse: false,
  usedBy: 14,
  workspace: null,
};

/** What the memory host starts from; tests change it as they like. */
export class MemoryHost implements Host {
  #listeners = new Set<(event: AppEvent) => void>();
  readonly tree: MemoryTree;
  readonly vault: MemoryVault;
  readonly sessions: MemorySessions;
  readonly files = new MemoryFiles();
  /** Files of the system are dragged over the window. */
  drop: (drop: HostDrop) => void = () => undefined;
  readonly edits = new MemoryEdits(
    (session) => {
      const info = this.sessions.list().find(({ id }) => id === session);
      const node = info?.target.kind === 'files' ? info.target.id : '';
      return { node, machine: info?.title ?? '' };
    },
    (edit) => this.emit({ kind: 'edit', edit }),
    (id) => this.emit({ kind: 'editGone', id }),
  );
  readonly tasks = new MemoryTasks(
    this.files,
    (task) => this.emit({ kind: 'task', task }),
    (id) => this.emit({ kind: 'taskGone', id }),
    (place, folder) => {
      const session = (id: string) => this.sessions.list().find((info) => info.id === id);
      const target = place.kind === 'machine' ? session(place.session)?.target : undefined;
      return { machine: target?.kind === 'files' ? target.id : null, folder };
    },
  );
  triggers: Trigger[] = [];
  readonly snippets = new MemorySnippets();
  readonly runs = new MemoryRuns(
    () => this.tree.rows(),
    (run) => this.emit({ kind: 'run', run }),
    (id) => this.emit({ kind: 'runGone', id }),
    (id) => this.snippets.get(id).name,
  );
  readonly managed: MemoryManaged;
  readonly tunnels = new MemoryTunnels(
    (entry) => this.tree.detail(entry).entry?.tunnels ?? [],
    (machine) => this.emit({ kind: 'tunnels', machine }),
  );
  readonly devices = new MemoryDevices(
    () => this.tree.entries(),
    (status) => this.emit({ kind: 'machine', status }),
  );
  /** Every call, for tests to look at. */
  readonly calls: { name: string; args: object }[] = [];
  /** What `host_pick_file` answers. */
  picks: string | null = '/media/usb/operations.vault';
  recents: string[] = ['node-db-primary', 'node-app-01', 'node-lb-fra-01'];
  identities: Identity[] = [
    ops,
    {
      ...ops,
      id: 'identity-root',
      name: 'root password',
      user: 'root',
      kind: 'password',
      hasPassword: true,
      hasPrivateKey: false,
      hasPassphrase: false,
      publicKey: null,
      usedBy: 2,
    },
    {
      ...ops,
      id: 'identity-agent',
      name: 'SSH agent',
      user: null,
      kind: 'agent',
      hasPrivateKey: false,
      hasPassphrase: false,
      publicKey: null,
      usedBy: 0,
    },
  ];
  settings: AppSettings = structuredClone(DEFAULT_APP);
  vaultSettings: VaultSettings = structuredClone(DEFAULT_VAULT);
  hostKeys = sampleHostKeys();
  readonly recordings = new MemoryRecordings();
  readonly workspaces: MemoryWorkspaces;
  agent: AgentStatus = {
    serving: false,
    socket: null,
    line: null,
    problem: null,
    asks: [],
    uses: [],
    times: 0,
  };
  #layout = '';
  layouts: NamedLayout[] = [];
  /** The windows of the shell, and which is this one. */
  windows: WindowInfo[] = [{ label: 'main', number: 1, tabs: '', unsaved: 0 }];
  ownWindow = 'main';
  canKeep = true;
  /** Messages that wait for this window. */
  mail: string[] = [];
  readonly #windowListeners = new Set<(event: WindowEvent) => void>();

  constructor(state: MemoryState = 'unlocked') {
    const nodes =
      state === 'big'
        ? manyMachines(100_000)
        : state === 'empty' || state === 'first-run'
          ? []
          : someMachines();
    this.tree = new MemoryTree(nodes, (revision) => this.emit({ kind: 'tree', revision }));
    this.managed = new MemoryManaged(this.tree, (event) => this.emit(event));
    this.devices.asks = () => this.managed.cluster.asks;
    const phase = state === 'first-run' ? 'missing' : state === 'locked' ? 'locked' : 'unlocked';
    this.vault = new MemoryVault(phase, state === 'locked' ? 3 : 0, (status) =>
      this.emit({ kind: 'vault', status }),
    );
    if (state === 'empty' || state === 'first-run') this.recents = [];
    this.workspaces = new MemoryWorkspaces(this);
    this.sessions = new MemorySessions(
      (id) => {
        const { draft } = this.tree.node(id);
        const address = 'address' in draft ? draft.address : '';
        const protocol = 'protocol' in draft ? draft.protocol : 'ssh';
        return { name: draft.name, address, protocol, workspace: this.workspaces.of(id) };
      },
      (session) => {
        this.emit({ kind: 'session', session });
        this.#count();
      },
      (id) => {
        this.emit({ kind: 'sessionGone', id });
        this.#count();
      },
    );
  }

  async call(name: string, args: object): Promise<unknown> {
    this.calls.push({ name, args });
    const handler = (this.handlers[name as CommandName] ??
      this.managed.handlers[name as CommandName]) as ((args: object) => unknown) | undefined;
    if (!handler) throw problem('internal', `The memory host has no command “${name}”.`);
    const sealed = !/^(vault_|settings_|app_info|host_)/.test(name);
    if (sealed && this.vault.status.phase !== 'unlocked')
      throw problem('vaultLocked', 'The vault is locked.', 'Unlock it first.');
    // A copy, as from another process: nobody shares objects with the core.
    return structuredClone(await handler(args)) ?? null;
  }

  listen(heard: (event: AppEvent) => void): Promise<() => void> {
    this.#listeners.add(heard);
    return Promise.resolve(() => this.#listeners.delete(heard));
  }

  listenToWindows(heard: (event: WindowEvent) => void): Promise<void> {
    this.#windowListeners.add(heard);
    return Promise.resolve();
  }

  /** Tells this window something about windows. */
  tellWindow(event: WindowEvent): void {
    for (const heard of this.#windowListeners) heard(event);
  }

  listenToDrops(heard: (drop: HostDrop) => void): Promise<() => void> {
    this.drop = heard;
    return Promise.resolve(() => undefined);
  }

  socket(url: string) {
    if (url.includes('picture')) return new PictureSocket();
    return this.sessions.socket(url);
  }

  emit(event: AppEvent): void {
    for (const heard of this.#listeners) heard(structuredClone(event));
  }

  #saveLayout(id: string | null, name: string, json: string): NamedLayout {
    if (this.layouts.some((other) => other.id !== id && same(other.name, name)))
      throw problem('invalid', `There is a layout called “${name}” already.`, '', 'name');
    const saved = { id: id ?? `layout-${this.layouts.length + 1}`, name, json, saved: Date.now() };
    this.layouts = [...this.layouts.filter((other) => other.id !== id), saved];
    this.emit({ kind: 'layouts' });
    return saved;
  }

  #count(): void {
    const running =
      this.sessions?.list().filter((session) => session.state.kind !== 'closed').length ?? 0;
    this.vault.set({ runningSessions: running });
  }

  #checkStatus(ids: string[]): void {
    const states = ['up', 'up', 'up', 'up', 'warning', 'up', 'up', 'down', 'up'] as const;
    this.emit({
      kind: 'status',
      reports: ids.map((id, at) => ({
        id,
        reachability: states[at % states.length] ?? 'up',
        detail: '12 ms',
      })),
    });
  }

  readonly handlers: Handlers = {
    vault_status: () => this.vault.status,
    vault_propose_recovery_key: () => ({ recoveryKey: RECOVERY_KEY }),
    vault_passphrase_strength: ({ passphrase }) => this.vault.strength(passphrase),
    vault_create: (args) => this.vault.create(args),
    vault_choose: ({ path }) => this.vault.choose(path),
    vault_unlock: ({ passphrase }) => this.vault.unlock(passphrase),
    vault_unlock_keyring: () => this.vault.unlockKeyring(),
    vault_recover: (args) => this.vault.recover(args),
    vault_lock: () => this.vault.lock(),
    vault_change_passphrase: (args) => (this.vault.changePassphrase(args.current, args.new), null),
    vault_replace_recovery_key: ({ passphrase }) => (
      this.vault.check(passphrase),
      { recoveryKey: RECOVERY_KEY }
    ),
    vault_rekey: ({ passphrase }) => (this.vault.check(passphrase), { recoveryKey: RECOVERY_KEY }),
    vault_keyring_offer: () => ({ available: true, reason: null }),
    vault_keyring_enable: ({ passphrase }) => (
      this.vault.check(passphrase),
      this.vault.set({ keyring: true })
    ),
    vault_keyring_disable: () => this.vault.set({ keyring: false }),
    vault_backup: () => null,
    vault_restore: ({ from, to }) => this.vault.choose(to ?? from),
    vault_touch: () => null,
    vault_save_recovery_key: () => null,
    tree_load: () => this.tree.rows(),
    node_get: ({ id }) => this.tree.detail(id),
    node_new_detail: ({ parent }) => this.tree.newDetail(parent),
    entry_save: (args) => asEntry(this.tree.save(args, false)),
    folder_save: (args) => asFolder(this.tree.save(args, true)),
    node_rename: ({ id, name }) => (this.tree.rename(id, name), null),
    nodes_duplicate: ({ ids }) => this.tree.duplicate(ids),
    nodes_move: (args) => (this.tree.move(args), null),
    nodes_delete_preview: ({ ids }) => this.tree.preview(ids),
    nodes_delete: ({ ids }) => this.tree.delete(ids),
    nodes_undelete: ({ undo }) => (this.tree.undelete(undo), null),
    recents_list: () => this.recents,
    tags_list: () => this.tree.tags(),
    entry_quick_add: ({ text }) => this.tree.quickAdd(text),
    snippet_list: () => this.snippets.list,
    snippet_save: (args) => this.snippets.save(args),
    snippet_delete: ({ id }) => (this.snippets.delete(id), null),
    snippet_preview: (args) => this.snippets.preview(args),
    snippet_send: () => null,
    recordings_expiring: ({ kept }) => ({
      count: kept.kind === 'forever' ? 0 : 1,
      bytes: kept.kind === 'forever' ? 0 : 1_204_000,
    }),
    trigger_list: () => ({ triggers: this.triggers, skipped: 0 }),
    trigger_save: ({ id, draft }) => {
      const saved = { id: id ?? `trigger-${this.triggers.length + 1}`, ...draft };
      this.triggers = [...this.triggers.filter((each) => each.id !== saved.id), saved];
      this.emit({ kind: 'triggers' });
      return saved;
    },
    trigger_delete: ({ id }) => {
      this.triggers = this.triggers.filter((each) => each.id !== id);
      this.emit({ kind: 'triggers' });
      return null;
    },
    trigger_marks: ({ lines }) =>
      this.triggers.flatMap(({ enabled, pattern, ignoreCase, action }) =>
        enabled && action.kind === 'highlight'
          ? lines.flatMap((text, line) =>
              [...text.matchAll(new RegExp(pattern, ignoreCase ? 'gi' : 'g'))].map((found) => ({
                line,
                start: found.index,
                end: found.index + found[0].length,
                color: action.color,
              })),
            )
          : [],
      ),
    trigger_try: ({ pattern, ignoreCase, line }) => {
      if (pattern.includes('('))
        throw {
          ...problem('invalid', 'This is no regular expression: unclosed group.', ''),
          field: 'pattern',
        };
      return new RegExp(pattern, ignoreCase ? 'i' : '').test(line);
    },
    run_targets: (args) => this.runs.targets(args),
    run_start: (args) => this.runs.start(args),
    run_list: () => this.runs.list(),
    run_get: ({ id }) => this.runs.get(id),
    run_output: (args) => this.runs.output(args),
    run_diff: (args) => this.runs.diff(args),
    run_group: (args) => (this.runs.group(args), null),
    run_retry: (args) => this.runs.retry(args),
    run_again: ({ id }) => this.runs.again(id),
    run_cancel: (args) => (this.runs.cancel(args), null),
    run_forget: ({ id }) => (this.runs.forget(id), null),
    run_export: () => null,
    identity_list: () => this.identities,
    identity_save: ({ draft }) => {
      const saved: Identity = {
        ...ops,
        ...draft,
        id: draft.id ?? `identity-${this.identities.length + 1}`,
        usedBy: 0,
        certificate: null,
      };
      this.identities = [...this.identities.filter((each) => each.id !== saved.id), saved];
      return saved;
    },
    identity_delete: ({ id }) => (
      (this.identities = this.identities.filter((each) => each.id !== id)),
      null
    ),
    identity_used_by: ({ id }) =>
      id === ops.id ? [{ id: 'folder-production', name: 'Production' }] : [],
    identity_inspect_key: () =>
      ops.publicKey ?? Promise.reject(problem('keyUnsupported', 'Not a key.')),
    identity_reveal: () => ({ text: 'correct horse battery staple' }),
    identity_generate_key: ({ name, user }) => ({
      ...ops,
      id: 'identity-new',
      name,
      user: user ?? null,
      usedBy: 0,
    }),
    agent_keys: () => (ops.publicKey ? [ops.publicKey] : []),
    identity_cancel_generate: () => null,
    identity_public_key: () => ops.publicKey ?? Promise.reject(problem('invalid', 'No key.')),
    identity_picture: () => ({ picture: '+--[ED25519 256]--+' }),
    identity_export_public: () => null,
    identity_export_private: ({ passphrase }) =>
      passphrase === null
        ? Promise.reject(problem('needsPassphrase', 'Type the passphrase again.'))
        : null,
    identity_certificate_request: ({ keyId, principals, validity }) => ({
      text: `ssh-keygen -s user_ca -I ${keyId} -n ${principals.join(',')} -V ${validity} key.pub`,
    }),
    identity_ask_on_use: ({ id, ask }) => {
      const changed = { ...(this.identities.find((each) => each.id === id) ?? ops), askOnUse: ask };
      this.identities = this.identities.map((each) => (each.id === id ? changed : each));
      return changed;
    },
    identity_install_key: () => ({
      machine: 'db-primary',
      account: 'ops@192.0.2.41',
      path: '/home/ops/.ssh/authorized_keys',
      added: true,
      options: false,
      problem: null,
      notes: [],
    }),
    agent_status: () => this.agent,
    agent_answer: ({ id }) => {
      this.agent = { ...this.agent, asks: this.agent.asks.filter((ask) => ask.id !== id) };
      this.emit({ kind: 'agent', status: this.agent });
      return null;
    },
    settings_get: () => this.settings,
    settings_set: ({ settings }) => {
      this.settings = settings;
      const socket = settings.serveAgent ? '/run/user/1000/patchbay/agent.sock' : null;
      const line = socket && `export SSH_AUTH_SOCK=${socket}`;
      this.agent = { ...this.agent, serving: settings.serveAgent, socket, line };
      this.emit({ kind: 'agent', status: this.agent });
      this.emit({ kind: 'settings', settings });
      return settings;
    },
    vault_settings_get: () => this.vaultSettings,
    vault_settings_set: ({ settings }) => (this.vaultSettings = settings),
    layout_get: () => ({ json: this.#layout }),
    layout_set: ({ layout }) => ((this.#layout = layout.json), null),
    layout_list: () => this.layouts,
    layout_save: ({ id, name, json }) => this.#saveLayout(id ?? null, name, json),
    layout_delete: ({ id }) => {
      this.layouts = this.layouts.filter((layout) => layout.id !== id);
      this.emit({ kind: 'layouts' });
      return null;
    },
    app_info: () => ({
      version: '0.1.0',
      os: 'linux',
      userName: 'ops',
      hostName: 'desk',
      shell: 'bash',
      homePath: '/home/ops',
      defaultVaultPath: '/home/ops/.local/share/patchbay/patchbay.vault',
      sshConfigHosts: 18,
      sshConfigPath: '/home/ops/.ssh/config',
    }),
    session_open: (args) => {
      if (args.target.kind !== 'localShell')
        this.recents = [...new Set([args.target.id, ...this.recents])].slice(0, 20);
      const info = this.sessions.open(args);
      this.#count();
      return info;
    },
    session_open_direct: ({ id }) => this.sessions.openDirect(id),
    session_list: () => this.sessions.list(),
    session_attach: ({ id }) => this.sessions.attach(id),
    session_answer: ({ id }) => (this.sessions.state(id, { kind: 'open' }), null),
    session_cancel_prompt: ({ id }) => (
      this.sessions.state(id, { kind: 'closed', reason: { kind: 'byPerson' } }),
      null
    ),
    session_host_key: (args) => (this.sessions.hostKey(args), null),
    session_reconnect: ({ id }) => this.sessions.state(id, { kind: 'open' }),
    session_disconnect: ({ id }) => (
      this.sessions.state(id, { kind: 'closed', reason: { kind: 'byPerson' } }),
      null
    ),
    session_close: ({ id }) => (this.sessions.close(id), null),
    session_signal: () => null,
    session_lend_files: ({ paths }) => paths.length,
    serial_ports: () => [{ path: '/dev/ttyUSB0', description: 'USB serial adapter' }],
    session_rename: (args) => this.sessions.rename(args),
    tunnel_list: ({ entry }) => this.tunnels.list(entry),
    tunnel_started: () => this.tunnels.started(),
    tunnel_start: ({ entry, tunnel }) => this.tunnels.startSaved(entry, tunnel),
    tunnel_start_new: ({ entry, tunnel }) => this.tunnels.start(entry, tunnel),
    tunnel_start_all: ({ entry }) => this.tunnels.startAll(entry),
    tunnel_stop: ({ entry, tunnel }) => this.tunnels.stop(entry, (id) => id === tunnel),
    tunnel_stop_all: ({ entry }) => this.tunnels.stop(entry, () => true),
    management_status: ({ entry }) => this.devices.status(entry),
    management_test: ({ draft, way }) => {
      const found = draft.management.find(({ id }) => id === way);
      if (!found) throw problem('notFound', 'That way to manage it is gone.');
      return this.devices.way(found);
    },
    management_trust: (args) => this.devices.trust(args),
    management_sign_in: ({ entry, way, code }) => {
      this.managed.cluster.signIn(code);
      return this.devices.anew(entry, way);
    },
    management_families: () => [
      ['apc', 'APC rack PDU'],
      ['raritanDominionPduMib1', 'Raritan PX'],
      ['sentry4', 'Server Technology Sentry 4'],
    ],
    console_ladder: ({ entry }) =>
      entry === 'node-pve-02' ? this.devices.rungs : this.devices.rungs.slice(0, 1),
    power_guard: (args) => this.devices.guard(args),
    power_do: (args) => this.devices.do(args),
    power_history: () => this.devices.events,
    fleet_list: () => this.devices.list(),
    fleet_power: ({ entries, action, confirmed }) =>
      entries.map((entry) => this.devices.doOne({ entry, action, confirmed: confirmed ?? null })),
    bmc_sensors: ({ way }) => this.devices.sensors(way),
    bmc_log: () => this.devices.log,
    bmc_clear_log: () => {
      this.devices.log = { ...this.devices.log, entries: [] };
      return null;
    },
    bmc_export_log: () => null,
    bmc_facts: ({ way }) => this.devices.factsOf(way),
    bmc_locate: ({ lit }) => {
      this.devices.facts = { ...this.devices.facts, located: lit };
      return null;
    },
    bmc_boot: ({ boot }) => {
      this.devices.facts = { ...this.devices.facts, boot };
      return null;
    },
    bmc_reset: () => null,
    bmc_users: () => this.devices.users,
    bmc_save_user: (args) => this.devices.saveUser(args),
    bmc_delete_user: ({ user }) => this.devices.deleteUser(user),
    bmc_insert_media: ({ media, image }) => this.devices.media(media, image),
    bmc_eject_media: ({ media }) => this.devices.media(media, null),
    bmc_raw: () => '20 01 01 02 51 02 bf',
    files_list: ({ place, path }) => this.files.list(place, path ?? null),
    files_count: ({ place, paths }) => this.files.count(place, paths),
    files_make_folder: ({ place, path }) => (this.files.makeFolder(place, path), null),
    files_rename: ({ place, from, to }) => (this.files.rename(place, from, to), null),
    files_set_mode: ({ place, paths, mode }) => (this.files.setMode(place, paths, mode), null),
    files_set_mode_inside: (args) => this.tasks.permissions(args),
    files_picture: ({ place, path }) => (this.files.require(place, path), picture()),
    files_edit: (args) => this.edits.edit(args),
    edit_list: () => this.edits.list(),
    edit_answer: ({ id }) => this.edits.state(id, { kind: 'saved' }),
    edit_stop: (args) => (this.edits.stop(args), null),
    host_edit_open: () => null,
    host_pick_files: () => ({ paths: ['/home/ops/chosen.txt', '/home/ops/other.txt'] }),
    host_pick_folder: () => ({ path: '/home/ops/chosen' }),
    files_preview: ({ place, path }) => this.files.preview(place, path),
    files_copy: (args) => this.tasks.copy(args),
    files_delete: (args) => this.tasks.delete(args),
    task_list: () => this.tasks.list(),
    task_cancel: ({ id }) => (this.tasks.end(id, { kind: 'cancelled' }), null),
    task_answer: (args) => (this.tasks.answer(args), null),
    task_retry: ({ id }) => this.tasks.retry(id),
    task_forget: ({ id }) => (this.tasks.forget(id), null),
    recording_list: () => this.recordings.list,
    recording_read: ({ id, from }) => this.recordings.read(id, from),
    recording_play: ({ id }) => this.recordings.play(id),
    recording_attach: ({ player }) => this.sessions.attach(player),
    recording_show: ({ at }) => this.recordings.show(at),
    // There are no pictures without a core.
    recording_picture: () => null,
    recording_leave: () => null,
    recording_search: (args) => this.recordings.search(args),
    recording_export: () => null,
    recording_rename: ({ id, title }) => this.recordings.rename(id, title),
    recording_delete: ({ id }) => (this.recordings.remove(id), null),
    session_record: ({ id, keys }) => this.sessions.record(id, keys),
    session_record_stop: ({ id }) => this.sessions.record(id, null),
    task_pause: ({ id }) => (this.tasks.pause(id, true), null),
    task_resume: ({ id }) => (this.tasks.pause(id, false), null),
    tasks_pause: () => (this.tasks.pauseAll(true), null),
    tasks_resume: () => (this.tasks.pauseAll(false), null),
    task_verify: ({ id }) => this.tasks.verify(id),
    workspace_list: () => this.workspaces.list,
    workspace_look: ({ address }) => this.workspaces.look(address),
    workspace_invitation: ({ token }) => this.workspaces.invitation(token),
    workspace_add: (args) => this.workspaces.add(args),
    workspace_sign_in: (args) => this.workspaces.signIn(args),
    workspace_browser_begin: (args) => this.workspaces.browserBegin(args),
    workspace_browser_wait: (args) => this.workspaces.browserWait(args),
    workspace_browser_cancel: (args) => (this.workspaces.browserCancel(args), null),
    workspace_sign_out: ({ id }) => (this.workspaces.state(id, 'signedOut'), null),
    workspace_remove: ({ id }) => (this.workspaces.remove(id), null),
    workspace_retry: ({ id }) => (this.workspaces.state(id, 'connected'), null),
    workspace_trust: (args) => this.workspaces.trust(args),
    workspace_request: (args) => this.workspaces.request(args),
    hostkey_list: () => this.hostKeys,
    hostkey_remove: ({ id }) => (
      (this.hostKeys = this.hostKeys.filter((each) => each.id !== id)),
      null
    ),
    hostkey_authority_add: ({ patterns, publicKey }) => {
      if (!publicKey.includes('ssh-'))
        throw problem('invalid', 'This is not a public key.', 'Paste the .pub line.', 'publicKey');
      const sample = this.hostKeys[0];
      if (!sample) throw problem('internal', 'There is no sample.');
      const added = { ...sample, id: 'authority-1', host: patterns, authority: true };
      this.hostKeys = [...this.hostKeys, added];
      return added;
    },
    algorithm_policy: () => ({
      safe: [{ kind: 'Ciphers', names: ['aes256-gcm@openssh.com'], risk: '' }],
      legacy: [{ kind: 'Ciphers', names: ['aes128-cbc'], risk: 'CBC can be guessed at.' }],
    }),
    status_check: ({ ids }) => (this.#checkStatus(ids), null),
    wake: () => null,
    import_formats: () => sampleFormats,
    import_preview: ({ source: { path } }) =>
      path?.includes('missing')
        ? Promise.reject(
            problem('notFound', `There is no file at ${path}.`, 'Check the path and read again.'),
          )
        : sampleImport(path ?? '/home/ops/.ssh/config', path?.includes('long') ? 2000 : 18),
    import_apply: ({ keys }) => ({
      machines: keys.length,
      folders: 0,
      hostKeys: 0,
      added: [],
      identities: [],
      remarks: [],
    }),
    export_write: ({ path }) => ({
      path,
      machines: 18,
      folders: 4,
      identities: 2,
      hostKeys: 3,
      remarks: [],
    }),
    host_pick_file: () => ({ path: this.picks }),
    host_open_url: () => null,
    host_drag_out: () => null,
    host_copy_identity_secret: () => ({ clearsIn: 30 }),
    host_copy_text: () => null,
    host_copy_html: () => null,
    host_save_text: () => ({ path: this.picks }),
    host_copy_png: () => null,
    host_save_png: () => ({ path: this.picks }),
    host_take_picture: () => ({ passed: true }),
    host_offer_picture: () => ({ passed: false }),
    host_read_clipboard: () => ({ text: '' }),
    host_read_selection: () => ({ text: '' }),
    host_select_text: () => null,
    host_window: () => null,
    host_windows: () => ({ own: this.ownWindow, windows: this.windows, canKeep: this.canKeep }),
    host_window_tell: ({ tabs, unsaved }) => {
      this.windows = this.windows.map((window) =>
        window.label === this.ownWindow ? { ...window, tabs, unsaved } : window,
      );
      return null;
    },
    host_window_new: ({ tabs }) => {
      const number = this.windows.length + 1;
      const label = `window-${number}`;
      this.windows = [...this.windows, { label, number, tabs, unsaved: 0 }];
      this.tellWindow({ kind: 'windows', to: null });
      return label;
    },
    host_window_send: ({ to }) => {
      if (!this.windows.some(({ label }) => label === to))
        throw problem('desktop', 'That window is not there any more.', 'Choose another.');
      return null;
    },
    host_window_take: () => ({ messages: this.mail.splice(0) }),
    host_window_close: () => null,
    host_ready: () => null,
  };
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
