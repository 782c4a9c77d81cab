// Written by `cargo run -p patchbay-commands --example bindings`. Do not edit.
/** A person's account on a team server. */
export type AccountId = string;

/** The answer to a program that waits. */
export type AgentAnswer = {
	/** The question. */
	id: PromptId,
	/** Let it use the key, this once. */
	allow: boolean,
};

/** A program waits to be allowed the use of a key. */
export type AgentAsk = {
	/** Names the question in the answer. */
	id: PromptId,
	/** The identity's name. */
	identity: string,
	/** The key's. */
	fingerprint: string,
	/** Who asks. */
	program: AgentProgram,
	/** What the signature is for, as the end of "It wants to …". */
	purpose: string,
	/** When it counts as denied. */
	until: Timestamp,
};

/** A program on this computer that uses the agent, as the operating system tells of it. */
export type AgentProgram = {
	/** "ssh", "git"; empty where the system does not say. */
	name: string,
	/** The file it runs from; empty where the system does not say. */
	path: string,
	/** Its process number. */
	pid: number | null,
};

/** Where the agent stands. */
export type AgentStatus = {
	/** Whether other programs can reach it. */
	serving: boolean,
	/** The socket, or the pipe. */
	socket: string | null,
	/** The line that tells a shell where it is. */
	line: string | null,
	/** Why it is not serving although it should be. */
	problem: ApiError | null,
	/** Who waits, oldest first. */
	asks: AgentAsk[],
	/** The last uses, latest first. */
	uses: AgentUse[],
	/** How often keys were used since Patchbay was started. */
	times: number,
};

/** A key was used, or its use was denied. */
export type AgentUse = {
	/** When. */
	at: Timestamp,
	/** The identity's name. */
	identity: string,
	/** By whom. */
	program: AgentProgram,
	/** What for, as the end of "It wants to …". */
	purpose: string,
	/** Whether it was allowed. */
	allowed: boolean,
};

/** Algorithms of one kind. */
export type AlgorithmGroup = {
	/** "Key exchange", "Cipher" and so on. */
	kind: string,
	/** As the protocol names them, the preferred first. */
	names: string[],
	/** What is lost by using them, as a sentence; empty for safe ones. */
	risk: string,
};

/** What is offered to machines, and what the switch for legacy devices adds to it. */
export type AlgorithmPolicy = {
	/** Offered to every machine. */
	safe: AlgorithmGroup[],
	/** Offered after those to machines with `legacyAlgorithms` only. */
	legacy: AlgorithmGroup[],
};

/** What went wrong, to which machine, why, and what to do. */
export type ApiError = {
	/** For programs. */
	code: ErrorCode,
	/** One sentence: what happened, to what. */
	message: string,
	/** The next step, one sentence; may be empty. */
	nextStep: string,
	/** The input field it is about. */
	field: string | null,
	/** Whether the same call may work later. */
	retryable: boolean,
};

/** Something changed. Events are small and rare: bytes of sessions never travel here. */
export type AppEvent =
/** The vault was opened, locked or moved, or its countdown was reset. */
{ kind: "vault";
/** Its new state. */
status: VaultStatus } |
/** The tree changed: load it again if your revision is older. */
{ kind: "tree";
/** The new revision. */
revision: number } |
/** A session is new or changed. */
{ kind: "session";
/** Its new state. */
session: SessionInfo } |
/** A session was closed and forgotten. */
{ kind: "sessionGone";
/** The session. */
id: SessionId } |
/**
 * A team server no longer has a session that it had: it was started anew, or somebody ended the session while nobody listened.
 * What it showed stays, and it can be opened anew.
 */
{ kind: "sessionLost";
/** The session. */
id: SessionId } |
/** A task is new or changed. */
{ kind: "task";
/** Its new state. */
task: TaskInfo } |
/** A task was forgotten. */
{ kind: "taskGone";
/** The task. */
id: TaskId } |
/** A file that is edited here is new or changed. */
{ kind: "edit";
/** Its new state. */
edit: EditInfo } |
/** A file is not edited here any more. */
{ kind: "editGone";
/** Which. */
id: EditId } |
/** Recordings were added, finished, renamed or deleted: list them again. */
{ kind: "recordings" } |
/** A command on many machines is new or changed. */
{ kind: "run";
/** Its new state. */
run: RunInfo } |
/** A command on many machines was forgotten. */
{ kind: "runGone";
/** Which. */
id: RunId } |
/** A trigger was saved or deleted, perhaps by another window: read them again. */
{ kind: "triggers" } |
/** Recordings were deleted because the vault keeps them only so long, or only so much. */
{ kind: "recordingsExpired";
/** How many. */
count: number } |
/** A trigger found what it looks for. */
{ kind: "trigger";
/** What, and where. */
hit: TriggerHit } |
/** Tunnels of a machine changed. */
{ kind: "tunnels";
/** All that are kept with it or were started. */
machine: MachineTunnels } |
/** Status checks came back. */
{ kind: "status";
/** Their results. */
reports: StatusReport[] } |
/** The ways to manage a machine were asked, or something was done with its power. */
{ kind: "machine";
/** What they say. */
status: MachineStatus } |
/** A cluster has other nodes, guests or storages than before, or they are elsewhere or in another state: read it again. */
{ kind: "cluster";
/** The machine with the way to it. */
entry: NodeId } |
/** A task of a cluster is new or changed. */
{ kind: "clusterTask";
/** Its new state. */
task: ClusterTask } |
/** A change of a switch is new or changed. */
{ kind: "switchChange";
/** Its new state. */
change: SwitchChange } |
/** Patchbay's own agent was asked, used, turned on or off. */
{ kind: "agent";
/** Where it stands. */
status: AgentStatus } |
/** A named layout was saved or deleted, perhaps by another window: read them again. */
{ kind: "layouts" } |
/** Settings were changed, perhaps by another window. */
{ kind: "settings";
/** All of them. */
settings: AppSettings } |
/** A team server was added or left, or stands otherwise than before. */
{ kind: "workspaces";
/** All of them. */
workspaces: WorkspaceInfo[] };

/** About this computer and this Patchbay. */
export type AppInfo = {
	/** Version of Patchbay. */
	version: string,
	/** "linux", "macos" or "windows". */
	os: string,
	/** The person's login name. */
	userName: string,
	/** Name of this computer. */
	hostName: string,
	/** Name of the person's shell. */
	shell: string,
	/** The person's home folder. */
	homePath: string,
	/** Where a vault is made unless the person says otherwise. */
	defaultVaultPath: string,
	/** Hosts in the person's OpenSSH client configuration. */
	sshConfigHosts: number,
	/** That file. */
	sshConfigPath: string,
};

/** Settings of this computer. Nothing in here is secret: it is read before any vault is open. */
export type AppSettings = {
	/** Light or dark. */
	theme: Theme,
	/** Terminals. */
	terminal: TerminalSettings,
	/** Open the tabs of the last time once the vault is unlocked. */
	restoreTabs: RestoreTabs,
	/** Let other programs use the vault's keys through Patchbay's own SSH agent while it is open. */
	serveAgent: boolean,
	/** What becomes of running sessions when the last window is closed. */
	closing: Closing,
	/**
	 *  The program that files of machines are edited with, and its arguments: split at blanks, `"` and `'` hold what
	 *  belongs together, and `{file}` is the file, which comes last if it is not named. Empty is what the system has.
	 */
	editor: string,
};

/** Whether to ask about each use of a key. */
export type AskOnUse = {
	/** The identity. */
	id: IdentityId,
	/** Ask. */
	ask: boolean,
};

/** How to reach the bytes of a session from the webview. */
export type Attachment = {
	/** `ws://127.0.0.1:PORT/stream`. */
	url: string,
	/** Good for one connection within ten seconds. */
	token: string,
};

/** An authority to put on record. */
export type AuthorityAdd = {
	/** The hosts it speaks for: patterns with `*` and `?`, separated by commas. */
	patterns: string,
	/** Its public key, or a `@cert-authority` line of a `known_hosts` file. */
	publicKey: string,
};

/** How a guest is while it is backed up. */
export type BackupMode =
/** It runs on. */
"snapshot" |
/** It stands still for a moment. */
"suspend" |
/** It is stopped and started again. */
"stop";

/** What the bell does. */
export type Bell =
/** Nothing. */
"off" |
/** Marks the tab. */
"visual" |
/** Sounds. */
"sound";

/** What a machine is to start from. */
export type BmcBoot = {
	/** From what. */
	device: BmcBootDevice,
	/** Whether that holds from now on, and not once. */
	persistent: boolean,
	/** UEFI or BIOS; none is as it is. */
	uefi: boolean | null,
};

/** What a machine starts from. */
export type BmcBootDevice =
/** What its firmware says. */
"none" |
/** Network. */
"network" |
/** Hard disk. */
"disk" |
/** CD or DVD, also a virtual one. */
"optical" |
/** USB or floppy. */
"removable" |
/** The set-up of the firmware. */
"setup" |
/** Diagnostic partition. */
"diagnostics";

/** What `bmc_boot` takes. */
export type BmcBootOf = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** From what. */
	boot: BmcBoot,
};

/** What `bmc_clear_log` takes. */
export type BmcClearLog = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** The machine's name, as it was typed. */
	confirmed: string,
};

/** What `bmc_delete_user` takes. */
export type BmcDeleteUser = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** Which. */
	user: string,
};

/** What `bmc_eject_media` takes. */
export type BmcEjectMedia = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** The drive. */
	media: string,
};

/** What `bmc_export_log` takes. */
export type BmcExportLog = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** The file. */
	path: string,
};

/** What a machine and its controller are. */
export type BmcFacts = {
	/** What it speaks. */
	protocol: BmcProtocol,
	/** Version of that. */
	version: string,
	/** Who made the machine; empty where nobody says, as for all of these. */
	manufacturer: string,
	/** What it is. */
	model: string,
	/** Its serial number. */
	serial: string,
	/** Version of its BIOS or UEFI. */
	bios: string,
	/** Version of the controller's firmware. */
	firmware: string,
	/** How well it is altogether. */
	health: Severity | null,
	/** Whether its light is on; none where it cannot tell. */
	located: boolean | null,
	/** What it starts from next; none where it cannot tell. */
	boot: BmcBoot | null,
	/** Addresses of the controller itself, and how it has them. */
	network: BmcItem[],
	/** What it has. */
	items: BmcItems[],
	/** Virtual media; none where there are none. */
	media: BmcMedia[],
};

/** What `bmc_insert_media` takes. */
export type BmcInsertMedia = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** The drive. */
	media: string,
	/** Its URL, which the controller fetches. */
	image: string,
};

/** A thing that the machine has. */
export type BmcItem = {
	/** "CPU 1", "DIMM A1". */
	name: string,
	/** What it is, in a line. */
	detail: string,
	/** How well it is. */
	severity: Severity,
};

/** Things of a kind. */
export type BmcItems = {
	/** "Processors", "Memory", "Drives", "Network", "Firmware", "Board". */
	title: string,
	/** They. */
	items: BmcItem[],
};

/** What `bmc_locate` takes. */
export type BmcLocate = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** On. */
	lit: boolean,
};

/** The event log. */
export type BmcLog = {
	/** What it is called, where there are several. */
	name: string,
	/** The newest first; at most 2,000. */
	entries: BmcLogEntry[],
	/** Whether it can be cleared. */
	canClear: boolean,
	/** Entries were lost, or there are more than are shown. */
	cut: boolean,
};

/** Something that was written down. */
export type BmcLogEntry = {
	/** Its number or id. */
	id: string,
	/** When, if the controller's clock was set. */
	at: Timestamp | null,
	/** How bad it is. */
	severity: Severity,
	/** What it is about: a sensor, "BIOS", "Power". */
	source: string,
	/** What happened. */
	message: string,
	/** As the controller has it, in hexadecimal; IPMI alone. */
	raw: string | null,
};

/** A drive that an image can be put into from afar. */
export type BmcMedia = {
	/** Its id. */
	id: string,
	/** What it is called. */
	name: string,
	/** The image in it. */
	image: string | null,
};

/** What a management controller speaks. */
export type BmcProtocol =
/** Redfish (DSP0266). */
"redfish" |
/** IPMI 2.0, and 1.5 where nothing better answers. */
"ipmi";

/** What `bmc_raw` takes. */
export type BmcRaw = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** The bytes. */
	request: string,
	/** The machine's name, as it was typed. */
	confirmed: string,
};

/** A management controller of a machine. */
export type BmcRef = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
};

/** What `bmc_save_user` takes. */
export type BmcSaveUser = {
	/** The machine. */
	entry: NodeId,
	/** The controller. */
	way: ManagementId,
	/** The user. */
	draft: BmcUserDraft,
};

/** One sensor. */
export type BmcSensor = {
	/** What it is called. */
	name: string,
	/** What it measures. */
	kind: BmcSensorKind,
	/** What it shows; none if it is not there or shows nothing. */
	value: number | null,
	/** In what: `°C`, `rpm`, `V`, `A`, `W`, `%`. */
	unit: string,
	/** What it says in words, if it says words. */
	states: string[],
	/** How bad that is. */
	severity: Severity,
	/** Below these: attention is wanted, at once, something breaks. */
	lower: [number | null, number | null, number | null],
	/** The same above. */
	upper: [number | null, number | null, number | null],
	/** What it showed since the app started, the oldest first; at most six hours, a point a minute. */
	history: SensorPoint[],
};

/** What is measured. */
export type BmcSensorKind =
/** How warm it is. */
"temperature" |
/** How fast it turns. */
"fan" |
/** Volts. */
"voltage" |
/** Amperes. */
"current" |
/** Watts. */
"power" |
/** States in words. */
"state" |
/** Anything else. */
"other";

/** All sensors. */
export type BmcSensors = {
	/** When they were read. */
	read: Timestamp,
	/** What protocol said it. */
	protocol: BmcProtocol,
	/** In the controller's order. */
	sensors: BmcSensor[],
};

/** A user of the controller. */
export type BmcUser = {
	/** Number or id. */
	id: string,
	/** Name; empty in an empty place. */
	name: string,
	/** Whether it may sign in. */
	enabled: boolean,
	/** Whether it is locked after wrong passwords. */
	locked: boolean,
	/** One of [`BmcUsers::roles`]; empty is none. */
	role: string,
	/** Whether its name can be changed. */
	fixed: boolean,
};

/** A new or changed user. */
export type BmcUserDraft = {
	/** None makes a new one. */
	id: string | null,
	/** Name. */
	name: string,
	/** Password; none leaves it. */
	password: string | null,
	/** One of [`BmcUsers::roles`]. */
	role: string,
	/** Whether it may sign in. */
	enabled: boolean,
};

/** All users. */
export type BmcUsers = {
	/** Those with a name. */
	users: BmcUser[],
	/** What a user can be. */
	roles: string[],
	/** How many more fit; none is any number. */
	free: number | null,
};

/** An OpenSSH certificate (PROTOCOL.certkeys). */
export type CertificateInfo = {
	/** The certificate's key id. */
	keyId: string,
	/** User names, or host names, it is good for; none means any. */
	principals: string[],
	/** RFC 3339, or `None` for "always". */
	validFrom: string | null,
	/** RFC 3339, or `None` for "forever". */
	validUntil: string | null,
	/** Fingerprint of the authority that signed it. */
	authority: string,
	/** The number the authority gave it, in decimal; authorities revoke by it. */
	serial: string,
	/** Fingerprint of the key it was made for. */
	key: string,
	/** What a server must know or refuse it: `force-command=…`, `source-address=…`. */
	criticalOptions: string[],
	/** What it allows: `permit-pty` and so on. */
	extensions: string[],
};

/** A certificate to ask an authority for. */
export type CertificateRequest = {
	/** The identity. */
	id: IdentityId,
	/** Names the certificate in the server's log. */
	keyId: string,
	/** User names it is to be good for. */
	principals: string[],
	/** For how long, as `ssh-keygen -V` takes it: `+52w`, `+8h`. */
	validity: string,
	/** Write it to this file as well. */
	path?: string | null,
};

/** Why a session is no longer open. */
export type CloseReason =
/** The program ended. */
{ kind: "exited";
/** Its exit status, if the server said. */
code: number | null } |
/** The program was ended by a signal (RFC 4254 section 6.10). */
{ kind: "signalled";
/** `TERM`, `KILL` and so on, without `SIG`. */
signal: string;
/** What the server adds. */
message: string } |
/** It never opened, or was lost. */
{ kind: "failed";
/** What happened and what to do. */
error: ApiError } |
/** The person closed it. */
{ kind: "byPerson" };

/** What becomes of running sessions when Patchbay is closed. */
export type Closing =
/** The person is asked. */
"ask" |
/** They go on without a window, where that is possible. */
"keep" |
/** They end. */
"end";

/** A cluster, or a single node. */
export type Cluster = {
	/** When it was read. */
	read: Timestamp,
	/** Version of Proxmox VE. */
	version: string,
	/** Its servers, by name. */
	nodes: ClusterNode[],
	/** Its guests, by number. */
	guests: ClusterGuest[],
	/** Its storages. */
	storages: ClusterStorage[],
};

/** A guest in lists. */
export type ClusterGuest = {
	/** Its number. */
	id: number,
	/** What it is. */
	kind: GuestKind,
	/** What it is called. */
	name: string,
	/** Where it is. */
	node: string,
	/** `running`, `stopped`, `paused` and so on. */
	status: string,
	/** Whether it is a template, which cannot be started. */
	template: boolean,
	/** Why it cannot be changed at the moment. */
	lock: string | null,
	/** Its tags. */
	tags: string[],
	/** How it is used. */
	usage: ClusterUsage,
	/** The machine of the tree that it is. */
	entry: NodeId | null,
};

/** A server of the cluster. */
export type ClusterNode = {
	/** Its name. */
	name: string,
	/** Whether it is there. */
	online: boolean,
	/** How it is used. */
	usage: ClusterUsage,
};

/** A storage as one node sees it. */
export type ClusterStorage = {
	/** Its name. */
	name: string,
	/** Where. */
	node: string,
	/** Whether all nodes see the same. */
	shared: boolean,
	/** What it may hold: `iso`, `vztmpl`, `backup`, `images`, `rootdir`. */
	content: string[],
	/** How full it is. */
	usage: ClusterUsage,
};

/** A task of a cluster that was begun from here, followed to its end. */
export type ClusterTask = {
	/** Its id here. */
	id: ClusterTaskId,
	/** The machine with the way to the cluster. */
	entry: NodeId,
	/** The guest it is about. */
	guest: number | null,
	/** What it does: "Snapshot before-upgrade of web-01 (100)". */
	title: string,
	/** When it began. */
	started: Timestamp,
	/** How much is done, from 0 to 1, if it says so. */
	done: number | null,
	/** Its log, the last 200 lines. */
	log: string[],
	/** How far it is. */
	state: ClusterTaskState,
};

/** A task of a cluster. Lives as long as the process. */
export type ClusterTaskId = string;

/** What `cluster_task_cancel` takes. */
export type ClusterTaskRef = {
	/** The task. */
	id: ClusterTaskId,
};

/** How far a task of a cluster is. */
export type ClusterTaskState =
/** It runs. */
{ kind: "running" } |
/** It is done. */
{ kind: "done";
/** With warnings in its log. */
warnings: boolean } |
/** It failed, or was not looked at to its end. */
{ kind: "failed";
/** Why. */
error: ApiError } |
/** Somebody stopped it. */
{ kind: "cancelled" };

/** Figures at the moment of reading; none where the server says nothing. Sizes are bytes. */
export type ClusterUsage = {
	/** Busy processors, from 0 to 1 of all it has. */
	cpu: number | null,
	/** Processors. */
	cpus: number | null,
	/** Memory in use. */
	memory: number | null,
	/** Memory. */
	memoryAll: number | null,
	/** Disk in use. */
	disk: number | null,
	/** Disk. */
	diskAll: number | null,
	/** Seconds since it was started. */
	uptime: number | null,
};

/** Something that lies in a storage. */
export type ClusterVolume = {
	/** `local:iso/debian.iso`. */
	id: string,
	/** `iso`, `vztmpl`, `backup`, `images`, `rootdir`. */
	content: string,
	/** Bytes. */
	size: number | null,
	/** When it was made. */
	made: Timestamp | null,
	/** Whose it is. */
	guest: number | null,
	/** Notes about it. */
	note: string,
	/** Whether it may not be deleted. */
	protected: boolean,
};

/** What `cluster_watch` takes. */
export type ClusterWatch = {
	/** The machine. */
	entry: NodeId,
	/** Whether it is. */
	on: boolean,
};

/** What to do about a file that is there already. */
export type Conflict =
/** Ask the person. */
"ask" |
/** Leave it as it is. */
"skip" |
/** Put the new one in its place. */
"overwrite" |
/** Put the new one in its place if it was changed later. */
"newer" |
/** Give the new one another name. */
"keepBoth";

/** A port. */
export type ConsolePort = {
	/** The number on the case. */
	number: number,
	/** What the device calls it. */
	name: string,
	/** What is plugged in, in the maker's words. */
	kind: string,
	/** Whether it is used. */
	state: ConsolePortState,
	/** Machines of the tree that hang on it. */
	machines: ConsolePortUser[],
};

/** Whether somebody can be let in at a port. */
export type ConsolePortState =
/** Nothing answers there. */
"inactive" |
/** Something is there, and nobody uses it. */
"idle" |
/** Somebody uses it, and there is room for more. */
"connected" |
/** As many use it as may. */
"busy" |
/** The device does not say. */
"unknown";

/** A machine of the tree that hangs on a port. */
export type ConsolePortUser = {
	/** The machine. */
	entry: NodeId,
	/** What it is called. */
	name: string,
	/**
	 *  What its console is opened as: the machine of the tree that leads to the port; none if that is the console server itself, whose
	 *  own menu asks which port is meant.
	 */
	opens: NodeId | null,
};

/** One way to a console, after it was tried. */
export type ConsoleRung = {
	/** "SSH", "Serial over LAN", "Guest console", "Console server", "Serial port". */
	name: string,
	/** "port 22", "IPMI at 198.51.100.7". */
	detail: string,
	/** What a session with it is opened to. */
	target: SessionTarget,
	/** Whether it answers, and can be opened at least to look on. */
	ready: boolean,
	/** How long that took, in milliseconds. */
	ms: number | null,
	/** Why not, or who has it. */
	problem: ApiError | null,
};

/** A console server or KVM switch. */
export type ConsoleServer = {
	/** When it was read. */
	read: Timestamp,
	/** What it says of itself. */
	about: string,
	/** Its ports, by number. */
	ports: ConsolePort[],
};

/** The cursor of terminals. */
export type CursorShape =
/** A full cell. */
"block" |
/** A vertical line. */
"bar" |
/** A line below. */
"underline";

/** What deleting would take away. */
export type DeletePreview = {
	/** Machines. */
	entries: number,
	/** Folders. */
	folders: number,
	/** Sessions that are open to them. */
	openSessions: number,
	/** The first twenty names. */
	names: string[],
	/** Machines and folders that stay and go through one that is deleted. */
	usedAsJumpBy: string[],
};

/** Something that hangs on what is switched off. */
export type Dependant = {
	/** The machine, if it is one of the tree. */
	entry: NodeId | null,
	/** What it is called. */
	name: string,
	/** Its address or place; may be empty. */
	place: string,
	/** What happens to it. */
	effect: DependantEffect,
	/** The same in words: "loses one of two feeds", "8 consoles with it". */
	detail: string,
};

/** What happens to something that hangs on what is switched off. */
export type DependantEffect =
/** It goes down. */
"goesDown" |
/** It loses one of several feeds or ports. */
"losesOne" |
/** It stops, and is asked to before. */
"stops" |
/** It cannot be reached any more from here: a session or tunnel of this very app goes through it. */
"cutsOff";

/** How large a remote desktop is. */
export type DesktopSize =
/** As the tab that shows it, where the machine can do that. */
{ kind: "tab" } |
/** As the machine has it. RDP always says a size, and takes that of the tab. */
{ kind: "machine" } |
/** Always the same. */
{ kind: "fixed";
/** Pixels across. */
width: number;
/** Pixels down. */
height: number };

/** A machine, and whether to ask it now. */
export type DeviceRead = {
	/** The machine. */
	entry: NodeId,
	/** Whether to ask even if they were asked lately. */
	refresh?: boolean,
};

/** A machine. */
export type DeviceRef = {
	/** The machine. */
	entry: NodeId,
};

/** A line of a comparison. */
export type DiffLine =
/** On both sides. */
{ kind: "same";
/** Its number on the left, from 1. */
left: number;
/** Its number on the right, from 1. */
right: number;
/** The line. */
text: string } |
/** On the left only. */
{ kind: "left";
/** Its number, from 1. */
left: number;
/** The line. */
text: string;
/** Begin and end of what differs in it, in UTF-16 units. */
marks: ([number, number])[] } |
/** On the right only. */
{ kind: "right";
/** Its number, from 1. */
right: number;
/** The line. */
text: string;
/** Begin and end of what differs in it, in UTF-16 units. */
marks: ([number, number])[] } |
/** Lines on both sides that are left out. */
{ kind: "gap";
/** How many. */
lines: number };

/** A way to sign in. */
export type DirectCredential =
/** With a password. */
{ kind: "password";
/** It. */
password: string } |
/** With a private key. */
{ kind: "key";
/** In any format that is read. */
text: string;
/** What it is encrypted with. */
passphrase: string | null;
/** An OpenSSH certificate for it. */
certificate: string | null } |
/** With the SSH agent of the computer that dials. */
{ kind: "agent";
/** `SHA256:…`: only this key. */
fingerprint: string | null };

/** A machine on the way. */
export type DirectHop = {
	/** The machine. */
	id: NodeId,
	/** Its name, protocol and address; nothing else of it is filled in. */
	machine: EntryDraft,
	/** Its settings after inheritance. */
	settings: EffectiveSettings,
	/** The user name of the first identity that has one. */
	user: string | null,
	/** In the order in which they are to be tried. */
	credentials: DirectCredential[],
};

/** A host key or certificate that the server has on record for a machine on the way. */
export type DirectKey = {
	/** `host` or `[host]:port`; patterns for an authority. */
	host: string,
	/** `algorithm base64`; the fingerprint of a certificate. */
	key: string,
	/** Whether it is the key of an authority that vouches for hosts. */
	authority: boolean,
	/** Set for the certificate of a desktop. */
	tls: TlsCertificate | null,
};

/** What it takes to open a session with a machine from another computer than the server. */
export type DirectWay = {
	/** The machines in the order in which they are dialled; the last is the one that is wanted. */
	hops: DirectHop[],
	/** What they are recognised by. */
	keys: DirectKey[],
};

/** What becomes of what was saved here. */
export type EditAnswer =
/** It goes to the machine, unless somebody changed the file there. */
"upload" |
/** It goes to the machine, whatever is there. */
"overwrite" |
/** It goes to the machine under a name with the date; what is edited is that file from then on. */
"keepBoth" |
/** It is given up for what the machine has. */
"fetchAgain";

/** What becomes of an edited file. */
export type EditAnswerArgs = {
	/** The file. */
	id: EditId,
	/** The decision. */
	answer: EditAnswer,
};

/** A file of a machine that is edited on this computer. */
export type EditId = string;

/** A file of a machine that is edited on this computer. */
export type EditInfo = {
	/** Its id. */
	id: EditId,
	/** What the file is called. */
	name: string,
	/** The machine. */
	node: NodeId,
	/** What the machine is called. */
	machine: string,
	/** Where the file is on the machine. */
	path: string,
	/** Where it stands. */
	state: EditState,
	/** When it reached the machine last; never yet, if nothing is here. */
	uploaded: Timestamp | null,
};

/** Where an edited file stands. */
export type EditState =
/** The machine has what this computer has. */
{ kind: "saved" } |
/** What was saved here is on its way. */
{ kind: "uploading" } |
/** What was saved here goes to the machine once it is connected again. */
{ kind: "waiting" } |
/** Somebody changed the file on the machine meanwhile. */
{ kind: "conflict";
/** What is there now; nothing if it was taken away. */
there: FileEntry | null } |
/** It could not be uploaded. What was saved here is still here. */
{ kind: "failed";
/** Why, and what to do. */
error: ApiError } |
/** Patchbay ended before what was saved here reached the machine. */
{ kind: "left" };

/** A file to edit no longer. */
export type EditStop = {
	/** The file. */
	id: EditId,
	/** What did not reach the machine is given up. */
	discard: boolean,
};

/** A value together with where it comes from, and what it would be if it were not set here. */
export type Effective<T> = {
	/** What counts. */
	value: T,
	/** Who said so. */
	origin: Origin,
	/** What would count without the value set here. */
	inherited: T,
	/** Who would say so. */
	inheritedOrigin: Origin,
};

/** All settings of a node after inheritance. */
export type EffectiveSettings = {
	/** What SSH machines use; see [`EffectiveSettings::port_of`] for others. */
	port: Effective<number>,
	baud: Effective<number>,
	frame: Effective<SerialFrame>,
	flowControl: Effective<FlowControl>,
	/** `None` is what the protocol usually sends; see [`EffectiveSettings::enter_of`]. */
	enter: Effective<LineEnding | null>,
	localEcho: Effective<LocalEcho>,
	user: Effective<string | null>,
	identities: Effective<IdentityId[]>,
	jump: Effective<Jump>,
	connectTimeout: Effective<number>,
	keepAlive: Effective<number>,
	legacyAlgorithms: Effective<boolean>,
	compression: Effective<boolean>,
	forwardAgent: Effective<boolean>,
	forwardX11: Effective<boolean>,
	terminalType: Effective<string>,
	startCommand: Effective<string | null>,
	record: Effective<RecordMode>,
	domain: Effective<string | null>,
	shared: Effective<boolean>,
	viewOnly: Effective<boolean>,
	quality: Effective<PictureQuality>,
	/** `None` is what the protocol usually has; see [`EffectiveSettings::size_of`]. */
	desktopSize: Effective<DesktopSize | null>,
	keyboardLayout: Effective<number>,
	shareClipboard: Effective<boolean>,
	audio: Effective<boolean>,
	drive: Effective<string | null>,
	driveWritable: Effective<boolean>,
	weakSignIn: Effective<boolean>,
};

/** A machine. */
export type Entry = {
	/** Its id. */
	id: NodeId,
	/** The folder it is in; `None` is the root. */
	parent: NodeId | null,
} & EntryDraft;

/** What a person edits of a machine. */
export type EntryDraft = {
	/** Shown in the tree. */
	name: string,
	/** How it is reached. */
	protocol: Protocol,
	/**
	 *  Host name or IP address; for a serial line the name of the port, as `/dev/ttyUSB0` or `COM3`; for VNC also the
	 *  path of a Unix socket or the URI of a WebSocket, see [`VncPlace`].
	 */
	address: string,
	/** Hardware address for Wake-on-LAN, `aa:bb:cc:dd:ee:ff`. */
	mac: string | null,
	/** Labels, without those of the folders. */
	tags: string[],
	/** Free text. */
	notes: string,
	/** Name of the icon; `None` is the protocol's. */
	icon: string | null,
	/** Name of a colour of the palette. */
	color: string | null,
	/** Own settings. */
	settings: Settings,
	/** Its tunnels. */
	tunnels: Tunnel[],
	/** The ways to manage it. */
	management: Management[],
};

/** A machine in one line. */
export type EntryQuickAdd = {
	/** `user@host:port`, `ssh://user@host:port`, `[v6]:port`. */
	text: string,
};

/** A machine to add or change. */
export type EntrySave = {
	/** Set to change one. */
	id?: NodeId | null,
	/** The folder of a new one; none is the root. */
	parent?: NodeId | null,
	/** All its fields. */
	draft: EntryDraft,
	/** The version that was looked at: nothing is written over another one. */
	basedOn?: string | null,
};

/** What went wrong, for programs. People read the message. */
export type ErrorCode =
/** The input breaks a rule; `field` says which. */
"invalid" |
/** No such thing, or it was deleted. */
"notFound" |
/** Somebody else changed it meanwhile, or it is in use. */
"conflict" |
/** Unlock the vault first. */
"vaultLocked" |
/** There is no vault yet. */
"vaultMissing" |
/** The passphrase or recovery key does not open the vault. */
"wrongPassphrase" |
/** The vault file is damaged, or was tampered with. */
"vaultDamaged" |
/** Another process has the vault open. */
"vaultInUse" |
/** The vault was written by a newer Patchbay. */
"vaultTooNew" |
/** A vault is already at that path. */
"vaultExists" |
/** The disk is full or the file cannot be written. */
"storage" |
/** The passphrase must be given again first. */
"needsPassphrase" |
/** The OS keyring refused. */
"keyring" |
/** The name does not resolve. */
"unknownHost" |
/** The machine answers, and nothing listens on the port. */
"refused" |
/** Nothing answered in time. */
"timedOut" |
/** No route, or the network is down. */
"unreachable" |
/** What answers does not speak the protocol, or broke off. */
"protocol" |
/** No algorithm in common. */
"noCommonAlgorithm" |
/** The person's rights do not go as far. */
"notAllowed" |
/** Somebody is signed in no more. */
"signedOut" |
/** A one-time password is asked for besides. */
"needsCode" |
/** Whoever shares it wants to know why, and writes it down. */
"needsReason" |
/** Too much in too short a time. */
"throttled" |
/** The machine refused every way to sign in. */
"authFailed" |
/** A key needs a passphrase, or it was wrong. */
"keyPassphrase" |
/** A key or certificate is of a kind Patchbay cannot use. */
"keyUnsupported" |
/** The SSH agent is not there or refused. */
"agent" |
/** The host key is not trusted. */
"hostKey" |
/** The host key could not be saved. */
"hostKeyNotSaved" |
/** The jump host failed; the message says which. */
"jump" |
/** The serial port is missing, in use, or may not be opened. */
"serialPort" |
/** The connection was lost. */
"disconnected" |
/** The machine ended the session, and said so. */
"ended" |
/** The machine would not open a terminal or run the command. */
"shellRefused" |
/** Something else listens at the address or socket already. */
"addressTaken" |
/** It was cancelled. */
"cancelled" |
/** The desktop refused: clipboard, dialog, browser, window. */
"desktop" |
/** A bug: please report it. */
"internal";

/** How an export went. */
export type ExportDone = {
	/** The file that was written. */
	path: string,
	/** Machines in it. */
	machines: number,
	/** Folders in it. */
	folders: number,
	/** Identities in it. */
	identities: number,
	/** Host keys in it. */
	hostKeys: number,
	/** What the format has no words for. */
	remarks: ImportRemark[],
};

/** A format that is exported. */
export type ExportFormat =
/** A table. */
"csv" |
/** The client configuration of OpenSSH. */
"ssh-config" |
/** Patchbay's own encrypted archive. */
"archive";

/** What to export. */
export type ExportTo = {
	/** The format. */
	format: ExportFormat,
	/** The file. */
	path: string,
	/** The folder; none is everything. */
	folder?: NodeId | null,
	/** Whether a file that is there is replaced. */
	replace?: boolean,
	/** Whether a table holds passwords, readable by anybody who has the file. */
	passwords?: boolean,
	/** What an archive is sealed under. */
	passphrase?: string | null,
	/** The vault's passphrase: writing secrets needs it, unless it was typed within the last minute. */
	vaultPassphrase?: string | null,
};

/** What is in some files and folders altogether. */
export type FileCount = {
	/** Everything that is no folder. */
	files: number,
	/** Folders, those that were named included. */
	folders: number,
	/** Bytes of the files; exact up to 2^53. */
	bytes: number,
	/** There is more: counting was given up here. */
	more: boolean,
};

/** One line of a folder. */
export type FileEntry = {
	/** Its name, without the folder. */
	name: string,
	/** What it is. */
	kind: FileKind,
	/** Bytes; exact up to 2^53. */
	size: number,
	/** When it was last changed, if that is told. */
	modified: Timestamp | null,
	/** The low twelve bits of `st_mode`, if they are told. */
	mode: number | null,
	/** Who owns it: a name, else a number. */
	owner: string | null,
	/** The group it belongs to: a name, else a number. */
	group: string | null,
	/** Of a link: where it leads, as it is written there. */
	leadsTo: string | null,
	/** Of a link: what is at its end; none if nothing is. */
	end: FileKind | null,
};

/** What a name stands for. */
export type FileKind =
/** Bytes. */
"file" |
/** Holds more. */
"folder" |
/** Leads to another one. */
"link" |
/** A device, a socket or a pipe. */
"other";

/** A folder. */
export type FileListing = {
	/** Its absolute path. */
	path: string,
	/** The folder above; none at the top. */
	parent: string | null,
	/** What is in it, in no order. */
	entries: FileEntry[],
	/** Names that are left out, because they are not names: empty, or with a slash in them. */
	refused: number,
	/** Bytes that may still be written there, if that is told; exact up to 2^53. */
	free: number | null,
};

/** A picture, to look at. */
export type FilePicture = {
	/** How its bytes are fetched, as those of a session are. */
	attachment: Attachment,
	/** What it is, by its bytes and not by its name. */
	format: PictureFormat,
	/** Pixels; 0 where it has no size of its own. */
	width: number,
	/** Pixels; 0 where it has no size of its own. */
	height: number,
	/** Bytes. */
	size: number,
};

/** Where files are. */
export type FilePlace =
/** On this computer. */
{ kind: "here" } |
/** On the machine of a session that was opened for files. */
{ kind: "machine";
/** The session. */
session: SessionId };

/** The beginning of a file, to look at. */
export type FilePreview = {
	/** Its text; none if it is no text. */
	text: string | null,
	/** Bytes of the whole file; exact up to 2^53. */
	size: number,
	/** There is more than is shown. */
	cut: boolean,
};

/** A file or folder. */
export type FileRef = {
	/** Where. */
	place: FilePlace,
	/** Its path. */
	path: string,
};

/** Files to copy. */
export type FilesCopy = {
	/** Where they are. */
	from: FilePlace,
	/** Their paths. */
	paths: string[],
	/** Where they go. */
	to: FilePlace,
	/** The folder there. */
	folder: string,
	/** What to do about files that are there already. */
	conflict: Conflict,
	/** They are taken away where they are. */
	moves?: boolean,
};

/** A folder to list. */
export type FilesList = {
	/** Where. */
	place: FilePlace,
	/** Its path; the home folder if none is given. */
	path?: string | null,
};

/** Files and folders. */
export type FilesRef = {
	/** Where. */
	place: FilePlace,
	/** Their paths. */
	paths: string[],
};

/** Another name or place. */
export type FilesRename = {
	/** Where. */
	place: FilePlace,
	/** Its path. */
	from: string,
	/** Its path from then on; nothing may be there. */
	to: string,
};

/** Other permissions. */
export type FilesSetMode = {
	/** Where. */
	place: FilePlace,
	/** Their paths. */
	paths: string[],
	/** The low twelve bits of `st_mode`. */
	mode: number,
};

/** What `fleet_list` takes. */
export type FleetList = {
	/** Inside this folder; none is all. */
	folder?: NodeId | null,
	/** Whether to ask them now; each answer comes as an event, too. */
	refresh?: boolean,
};

/** What `fleet_power` takes. */
export type FleetPower = {
	/** The machines. */
	entries: NodeId[],
	/** What. */
	action: PowerAction,
	/** How many at a time, 1 to 64. */
	atOnce: number,
	/** What the guard asks for, as it was typed. */
	confirmed?: string | null,
};

/** What came of one machine of many. */
export type FleetResult = {
	/** The machine. */
	entry: NodeId,
	/** What was done; none if nothing could be tried. */
	done: PowerDone | null,
	/** Why nothing could be tried. */
	problem: ApiError | null,
};

/** A machine with ways to manage it, among many. */
export type FleetRow = {
	/** What is known of it; its ways without those never asked. */
	status: MachineStatus,
	/** What the machine is called. */
	name: string,
	/** Names of the folders above, joined. */
	path: string,
	/** Sensors out of range; none if nobody looked. */
	sensorsOut: number | null,
	/** Ports that are wanted up and are down; none if it has none, or nobody looked. */
	portsDown: number | null,
	/** Guests that run, and guests; none if it has none, or nobody looked. */
	guests: [number, number] | null,
	/** Tasks of its cluster that are under way. */
	tasks: number,
};

/** How one end of a serial line tells the other to wait. */
export type FlowControl =
/** It does not. */
"none" |
/** By the wires RTS and CTS. */
"rtsCts" |
/** By the characters XON and XOFF. */
"xonXoff";

/** A folder. */
export type Folder = {
	/** Its id. */
	id: NodeId,
	/** The folder it is in; `None` is the root. */
	parent: NodeId | null,
} & FolderDraft;

/** What a person edits of a folder. */
export type FolderDraft = {
	/** Shown in the tree. */
	name: string,
	/** Tags everything inside has. */
	tags: string[],
	/** Free text. */
	notes: string,
	/** Name of the icon; `None` is a folder. */
	icon: string | null,
	/** Name of a colour of the palette. */
	color: string | null,
	/** Passed down to everything inside. */
	settings: Settings,
};

/** A folder to add or change. */
export type FolderSave = {
	/** Set to change one. */
	id?: NodeId | null,
	/** The folder of a new one; none is the root. */
	parent?: NodeId | null,
	/** All its fields. */
	draft: FolderDraft,
	/** The version that was looked at: nothing is written over another one. */
	basedOn?: string | null,
};

/** Making a key that is to be given up. */
export type GenerateCancel = {
	/** The attempt's name. */
	attempt: string,
};

/** A point of all series; none where nothing was measured. */
export type GraphPoint = {
	/** Seconds since the Unix epoch. */
	time: number | null,
	/** Busy processors, from 0 to 1. */
	cpu: number | null,
	/** Bytes of memory in use. */
	memory: number | null,
	/** Bytes of memory. */
	memoryAll: number | null,
	/** Bytes a second that came in. */
	received: number | null,
	/** Bytes a second that went out. */
	sent: number | null,
	/** Bytes a second read from disks. */
	read: number | null,
	/** Bytes a second written to disks. */
	written: number | null,
};

/** How far back a graph goes. */
export type GraphSpan = "hour" | "day" | "week" | "month" | "year";

/** What `guest_back_up` takes. */
export type GuestBackUp = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** How. */
	backup: GuestBackup,
};

/** A backup to be made. */
export type GuestBackup = {
	/** Where to. */
	storage: string,
	/** How. */
	mode: BackupMode,
	/** `zstd`, `lzo`, `gzip`, or empty for none. */
	compression: string,
	/** A note; may be empty. */
	note: string,
};

/** What is to be changed of a guest; none is left as it is. */
export type GuestChange = {
	/** That of [`GuestDetail`]. */
	digest: string,
	/** Name. */
	name: string | null,
	/** Notes. */
	description: string | null,
	/** Cores. */
	cores: number | null,
	/** Sockets. */
	sockets: number | null,
	/** How much of its cores it may use at a time; 0 is no bound. */
	cpuLimit: number | null,
	/** Its weight. */
	cpuUnits: number | null,
	/** Memory in MiB. */
	memory: number | null,
	/** What it may shrink to, in MiB. */
	balloon: number | null,
};

/** What `guest_change` takes. */
export type GuestChangeOf = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** What. */
	change: GuestChange,
};

/** A copy to be made of a guest. */
export type GuestClone = {
	/** Number of the copy; none is the next that is free. */
	id: number | null,
	/** Its name. */
	name: string,
	/** On which node; empty is the same. */
	node: string,
	/** Whether its disks are copied, and not shared with the template. */
	full: boolean,
	/** Where they go; empty is where they were. */
	storage: string,
	/** A snapshot to copy; empty is the guest as it is. */
	snapshot: string,
};

/** What `guest_clone` takes. */
export type GuestCloneOf = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** How. */
	copy: GuestClone,
};

/** What `guest_delete` takes. */
export type GuestDelete = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** Its name, as it was typed. */
	confirmed: string,
};

/** What `guest_delete_snapshot` takes. */
export type GuestDeleteSnapshot = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** Its name. */
	snapshot: string,
};

/** A guest with all that its page shows. */
export type GuestDetail = {
	/** As in lists. */
	guest: ClusterGuest,
	/** Names this reading: a change that carries it is refused if there was another since. */
	digest: string,
	/** Notes about it. */
	description: string,
	/** Cores; of each socket for a virtual machine. */
	cores: number | null,
	/** Sockets of a virtual machine. */
	sockets: number | null,
	/** How much of its cores it may use at a time; 0 is no bound. */
	cpuLimit: number | null,
	/** Its weight beside other guests. */
	cpuUnits: number | null,
	/** Memory in MiB. */
	memory: number | null,
	/** What a virtual machine's memory may shrink to, in MiB; 0 is never. */
	balloon: number | null,
	/** Its disks. */
	disks: GuestDisk[],
	/** Its snapshots, a row each; the guest as it is now is one of them. */
	snapshots: GuestSnapshot[],
	/** Everything else that is set, as it is. */
	other: ([string, string])[],
};

/** A disk of a guest. */
export type GuestDisk = {
	/** `scsi0`, `rootfs`. */
	slot: string,
	/** `local-lvm:vm-100-disk-0`. */
	volume: string,
	/** `32G`; empty where it is not said. */
	size: string,
};

/** A virtual machine to be made from a template, with what cloud-init sets. */
export type GuestFromTemplate = {
	/** Its user. */
	user: string,
	/** Public keys that may sign in, one a line. */
	sshKeys: string,
	/** `dhcp`, or an address with its prefix. */
	address: string,
	/** Its gateway; empty with `dhcp`. */
	gateway: string,
	/** Whether it is started then. */
	start: boolean,
} & GuestClone;

/** What `guest_from_template` takes. */
export type GuestFromTemplateOf = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** How. */
	copy: GuestFromTemplate,
};

/** What `guest_graph` takes. */
export type GuestGraph = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** How far back. */
	span: GraphSpan,
};

/** What `guest_grow_disk` takes. */
export type GuestGrowDisk = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** The disk. */
	slot: string,
	/** By so many GiB. */
	gibibytes: number,
};

/** Somebody who came by such a link. Lives as long as they are there. */
export type GuestId = string;

/** What a guest is. */
export type GuestKind =
/** A virtual machine (QEMU). */
"vm" |
/** A container (LXC). */
"container";

/** What `guest_migrate` takes. */
export type GuestMigrate = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** Where to. */
	to: GuestMigration,
};

/** Where a guest is moved to. */
export type GuestMigration = {
	/** The node. */
	node: string,
	/** Whether it goes on running meanwhile. */
	online: boolean,
	/** Whether disks that only this node has go along. */
	withLocalDisks: boolean,
};

/** What is done to a guest's power. */
export type GuestPower =
/** Switches it on. */
"start" |
/** Asks it to shut down. */
"shutDown" |
/** Asks it to shut down, and starts it. */
"reboot" |
/** Switches it off at once. */
"stop" |
/** Resets a virtual machine. */
"reset" |
/** Stops its processors. */
"suspend" |
/** Puts a virtual machine's memory on disk and switches it off. */
"hibernate" |
/** Goes on. */
"resume";

/** What `guest_power_guard` takes. */
export type GuestPowerGuard = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** What. */
	action: GuestPower,
};

/** What `guest_power` takes. */
export type GuestPowerOf = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** What. */
	action: GuestPower,
	/** The name that the guard asks for, as it was typed. */
	confirmed?: string | null,
};

/** A guest of a cluster. */
export type GuestRef = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
};

/** A backup to be put back. */
export type GuestRestore = {
	/** `local:backup/vzdump-…`. */
	volume: string,
	/** On which node. */
	node: string,
	/** As which guest; one that is there is written over. */
	guest: number,
	/** Where its disks go; empty is where they were. */
	storage: string,
	/** Whether it is started then. */
	start: boolean,
};

/** What `guest_restore` takes. */
export type GuestRestoreOf = {
	/** The machine. */
	entry: NodeId,
	/** How. */
	restore: GuestRestore,
	/** The name of the guest that is written over, as it was typed. */
	confirmed?: string | null,
};

/** What `guest_roll_back` takes. */
export type GuestRollBack = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** Its name. */
	snapshot: string,
	/** Whether it is started then. */
	start: boolean,
	/** The guest's name, as it was typed. */
	confirmed: string,
};

/** A row of the tree of snapshots, from the top. */
export type GuestSnapshot = {
	/** How deep it is; 0 has no parent. */
	depth: number,
	/** Its name; empty is the guest as it is now. */
	name: string,
	/** Notes about it. */
	description: string,
	/** When it was taken. */
	taken: Timestamp | null,
	/** Whether the guest's memory is in it. */
	memory: boolean,
};

/** What `guest_take_snapshot` takes. */
export type GuestTakeSnapshot = {
	/** The machine. */
	entry: NodeId,
	/** The guest. */
	guest: number,
	/** How. */
	snapshot: NewGuestSnapshot,
};

/** Somebody asks to be let in where they cannot say who they are. */
export type HandoffId = string;

/** What the person decides. */
export type HostKeyAnswer =
/** Trust an unknown key and keep it on record. */
{ kind: "trust" } |
/** Trust an unknown key for this connection only. */
{ kind: "once" } |
/** Replace what is on record by the presented key. */
{ kind: "replace";
/** The last eight characters of the presented fingerprint, typed by the person. */
lastEight: string } |
/** Close the connection. */
{ kind: "refuse" };

/** A host key on record. */
export type HostKeyId = string;

/** What the trust card asks. */
export type HostKeyQuestion = {
	/** Name of the machine or jump host that presents the key. */
	machine: string,
	/** `host` or `[host]:port`. */
	host: string,
	/** How the key stands. */
	standing: HostKeyStanding,
	/** The key. */
	presented: PresentedKey,
	/** The certificate it came with, if an authority is on record for the address. */
	certificate: PresentedCertificate | null,
	/** What is on record for the address. */
	onRecord: HostKeyRecord[],
	/** Other addresses on record with the very same key. */
	alsoAt: string[],
};

/** A key on record. */
export type HostKeyRecord = {
	/** `None` for a line of a `known_hosts` file. */
	id: HostKeyId | null,
	/** `host` or `[host]:port`, as in `known_hosts`; patterns for an authority. */
	host: string,
	/** Whether it is the key of an authority, which signs the certificates of hosts. */
	authority: boolean,
	/** `ssh-ed25519` and so on. */
	algorithm: string,
	/** `SHA256:…`. */
	fingerprint: string,
	/** The OpenSSH random art, eleven lines. */
	picture: string,
	/** Where it is recorded: "This vault" or the file's path. */
	source: string,
	/** When it was first trusted; unknown for files. */
	firstSeen: Timestamp | null,
	/** When a server last proved it. */
	lastSeen: Timestamp | null,
	/** How often a server proved it. */
	times: number,
	/** Set for the certificate of a desktop; what it says of itself. */
	tls: TlsCertificate | null,
};

/** A host key to forget. */
export type HostKeyRemove = {
	/** Its id. */
	id: HostKeyId,
};

/** How a presented key stands to what is on record. */
export type HostKeyStanding =
/** No key is on record for this address. */
"unknown" |
/** Another key is on record. */
"changed" |
/** The key is marked `@revoked`. */
"revoked";

/** An identity as the UI sees it: secrets are only said to be set. */
export type Identity = {
	/** Its id. */
	id: IdentityId,
	/** Shown in lists. */
	name: string,
	/** User name, unless the entry says another. */
	user: string | null,
	/** What it offers. */
	kind: IdentityKind,
	/** Whether a password is stored. */
	hasPassword: boolean,
	/** Whether a private key is stored. */
	hasPrivateKey: boolean,
	/** Whether the key's passphrase is stored. */
	hasPassphrase: boolean,
	/** The key's public half. */
	publicKey: PublicKeyInfo | null,
	/** The certificate that goes with the key. */
	certificate: CertificateInfo | null,
	/** Restricts an agent identity to the key with this fingerprint. */
	agentFingerprint: string | null,
	/** Whether programs that use Patchbay's agent are asked about each use of the key. */
	askOnUse: boolean,
	/** How many entries and folders name it. */
	usedBy: number,
	/** The team server it is kept on; none for one of this vault. */
	workspace: WorkspaceId | null,
};

/** An identity to delete. */
export type IdentityDelete = {
	/** Its id. */
	id: IdentityId,
	/** Even if machines use it. */
	force?: boolean | null,
};

/** A new or changed identity. A secret that is `None` stays as it is; an empty one is removed. */
export type IdentityDraft = {
	/** `None` makes a new one. */
	id: IdentityId | null,
	/** Shown in lists. */
	name: string,
	/** User name, unless the entry says another. */
	user: string | null,
	/** What it offers. */
	kind: IdentityKind,
	/** The password. */
	password: string | null,
	/** Text of a private key: OpenSSH, PEM (PKCS#1, PKCS#8, SEC 1) or PuTTY `.ppk` 2 and 3. */
	privateKey: string | null,
	/** Passphrase of the private key. */
	passphrase: string | null,
	/** Text of an OpenSSH certificate (`…-cert.pub`); empty removes it. */
	certificate: string | null,
	/** Restricts an agent identity to the key with this fingerprint. */
	agentFingerprint: string | null,
};

/** A way to sign in, shared between entries. */
export type IdentityId = string;

/** What an identity offers to a server. */
export type IdentityKind =
/** A password, also used to answer keyboard-interactive password prompts. */
"password" |
/** A private key in the vault, optionally with an OpenSSH certificate. */
"key" |
/** Keys of a running SSH agent. */
"agent";

/** An identity. */
export type IdentityRef = {
	/** Its id. */
	id: IdentityId,
};

/** A secret to show. */
export type IdentityReveal = {
	/** The identity. */
	id: IdentityId,
	/** Which of its secrets. */
	secret: IdentitySecret,
	/** The passphrase of the vault, if it was not typed within the last minute. */
	passphrase?: string | null,
	/** Why, where a team server asks for it; it reads this before the command runs. */
	reason?: string | null,
};

/** An identity to add or change. */
export type IdentitySave = {
	/** All its fields; secrets only where they change. */
	draft: IdentityDraft,
	/** A folder or machine that it is for: a new one is kept where that is, here or on a team server. */
	near?: NodeId | null,
};

/** Which secret of an identity to show or copy. */
export type IdentitySecret =
/** The password. */
"password" |
/** The private key, as it was given. */
"privateKey" |
/** The key's passphrase. */
"passphrase";

/** What to import. */
export type ImportApply = {
	/** Where it is. */
	source: ImportSource,
	/** The rows of the preview that were picked, by key. */
	keys: string[],
	/** The folder to put them into; none is the root. */
	parent?: NodeId | null,
};

/** What a column of a table is. */
export type ImportColumn =
/** The machine's name. */
"name" |
/** Host name or IP address. */
"address" |
/** TCP port. */
"port" |
/** User name. */
"user" |
/** Password. */
"password" |
/** The folders, separated by slashes. */
"folder" |
/** Tags. */
"tags" |
/** Notes. */
"notes" |
/** SSH, RDP and so on. */
"protocol" |
/** Hardware address. */
"mac" |
/** A private key, or the path of one. */
"key";

/** What a person says a table's columns are. */
export type ImportColumns = {
	/** Whether the first row names the columns. */
	header: boolean,
	/** What each column is. */
	columns: (ImportColumn | null)[],
};

/** How an import went. */
export type ImportDone = {
	/** Machines added, jump hosts included. */
	machines: number,
	/** Folders added. */
	folders: number,
	/** Host keys added. */
	hostKeys: number,
	/** The outermost machines and folders that were added, to take the import back. */
	added: NodeId[],
	/** The identities that were added. */
	identities: IdentityId[],
	/** What was left out. */
	remarks: ImportRemark[],
};

/** A format that machines come in. */
export type ImportFormat = {
	/** How commands name it. */
	id: string,
	/** How people call it. */
	name: string,
	/** How to get the file, in one line. */
	how: string,
	/** Where it usually is on this computer, if it is there. */
	usualPath: string | null,
	/** Whether a folder may be chosen. */
	folder: boolean,
};

/** What to look at. */
export type ImportFrom = {
	/** Where it is. */
	source: ImportSource,
};

/** What a row of a preview would become. */
export type ImportKind =
/** A machine. */
"machine" |
/** A host key on record. */
"hostKey";

/** Whether a password is wanted before anything can be seen. */
export type ImportLock =
/** The file is open. */
"open" |
/** It wants a password. */
"needed" |
/** The given one is wrong. */
"wrong";

/** What an import would do. */
export type ImportPreview = {
	/** The file or folder that was read; empty for a pasted text. */
	path: string,
	/** The format's id. */
	format: string,
	/** The format's name. */
	formatName: string,
	/** Whether a password is wanted. */
	lock: ImportLock,
	/** What was found. */
	rows: ImportRow[],
	/** What is left out. */
	remarks: ImportRemark[],
	/** How a table is understood. */
	table: ImportTable | null,
};

/** Something not taken over. */
export type ImportRemark = {
	/** The file. */
	file: string,
	/** The line, from 1; 0 if there is none. */
	line: number,
	/** The line's text, or what it is about. */
	text: string,
	/** Why. */
	reason: string,
};

/** One thing found. */
export type ImportRow = {
	/** Names it when it is picked. */
	key: string,
	/** What it would become. */
	kind: ImportKind,
	/** Its name. */
	name: string,
	/** The folders it would be in, inside the chosen one. */
	folder: string,
	/** User@address:port. */
	summary: string,
	/** How it signs in: key files, "password". */
	signIn: string[],
	/** Machines it is reached through, first hop first. */
	jumps: string[],
	/** The machine with the same protocol, address, port and user that is there already. */
	there: string | null,
};

/** What to import from. */
export type ImportSource = {
	/** The file or folder; without one, and without a text, `~/.ssh/config`. */
	path: string | null,
	/** A text that was pasted, in place of a file. */
	text: string | null,
	/** The format's id; recognized by the content if it is not given. */
	format: string | null,
	/** What the columns of a table are; guessed if not given. */
	columns: ImportColumns | null,
	/** The password the file is protected with. */
	password: string | null,
};

/** How a table is understood. */
export type ImportTable = {
	/** Whether the first row names the columns. */
	header: boolean,
	/** The names of the columns, or the numbers of those that have none. */
	names: string[],
	/** The first rows; passwords and keys are dots. */
	samples: string[][],
	/** What each column is taken for. */
	columns: (ImportColumn | null)[],
};

/** The way to a machine. */
export type Jump =
/** Straight from this computer, even if a folder above says otherwise. */
{ kind: "direct" } |
/** Through another SSH entry, which may itself be reached through a jump. */
{ kind: "through";
/** The entry that forwards. */
entry: NodeId };

/** What kind of key to make. */
export type KeyAlgorithm =
/** Ed25519. */
"ed25519" |
/** RSA with 3072 bits. */
"rsa3072" |
/** RSA with 4096 bits. */
"rsa4096" |
/** ECDSA on the curve P-256. */
"ecdsaP256";

/** A key pair to make. */
export type KeyGenerate = {
	/** Name of the identity. */
	name: string,
	/** Its user name. */
	user?: string | null,
	/** What kind of key. */
	algorithm: KeyAlgorithm,
	/** Stands at the end of the public key; without one it is the name and "(Patchbay)". */
	comment?: string | null,
	/** Encrypts the key within the vault as well. */
	passphrase?: string | null,
	/** Names the attempt, for `identity_cancel_generate`. */
	attempt?: string | null,
	/** A folder or machine that it is for: a new one is kept where that is, here or on a team server. */
	near?: NodeId | null,
};

/** A public key to install. */
export type KeyInstall = {
	/** The identity. */
	id: IdentityId,
	/** A session for files of the machine, which says the account. */
	session: SessionId,
};

/** What became of a public key that was to be installed on a machine. */
export type KeyInstalled = {
	/** The machine's name. */
	machine: string,
	/** The account, as `user@address`. */
	account: string,
	/** The file on the machine. */
	path: string,
	/** It was put in now; otherwise it was there already. */
	added: boolean,
	/** It was there with options before it, which may restrict what it can do. */
	options: boolean,
	/** Why the key could not be shown to let in; none if it does. */
	problem: ApiError | null,
	/** What may keep the server from reading the file, as sentences. */
	notes: string[],
};

/** A picture of a key. */
export type KeyPicture = {
	/** Eleven lines. */
	picture: string,
};

/** A private key to look at. */
export type KeyToInspect = {
	/** Its text. */
	privateKey: string,
	/** Its passphrase, if it has one. */
	passphrase?: string | null,
};

/** Whether the OS keyring can be offered: told after a real write, since a locked one says yes and then refuses. */
export type KeyringOffer = {
	/** A probing write, read and delete worked. */
	available: boolean,
	/** Why not. */
	reason: string | null,
};

/** Tabs and splits with a name. */
export type LayoutId = string;

/** A saved layout. */
export type LayoutRef = {
	/** Its id. */
	id: LayoutId,
};

/** A layout to save. */
export type LayoutSave = {
	/** The one to change; a new one if there is none. */
	id?: LayoutId | null,
	/** Its name. */
	name: string,
	/** The tabs, as JSON. */
	json: string,
};

/** The open tabs. */
export type LayoutSet = {
	/** All of them. */
	layout: TabLayout,
};

/** What the Enter key sends. */
export type LineEnding =
/** Carriage return, as a terminal does; in Telnet with the NUL that belongs to it (RFC 854). */
"cr" |
/** Line feed. */
"lf" |
/** Both. */
"crLf";

/** What a line can be told besides bytes. */
export type LineSignal =
/** A break: on a serial line for a quarter of a second, in Telnet as the command BRK. */
"break" |
/** Asks a Telnet server for a sign of life (AYT). */
"areYouThere" |
/** Raises the wire DTR of a serial line. */
"dtrOn" |
/** Drops it. */
"dtrOff" |
/** Raises the wire RTS of a serial line. */
"rtsOn" |
/** Drops it. */
"rtsOff";

/** Whether what is typed is shown by Patchbay or left to the far end. */
export type LocalEcho =
/** In Telnet whenever the far end does not echo (RFC 857), elsewhere never. */
"auto" |
/** Always. */
"on" |
/** Never. */
"off";

/** Why a vault was locked. */
export type LockReason =
/** The app has just started. */
"start" |
/** The person locked it. */
"person" |
/** Nothing was touched for the time that is set. */
"idle" |
/** The computer went to sleep. */
"sleep" |
/** The screen was locked. */
"screenLock";

/** What the ways to manage a machine say of it. */
export type MachineStatus = {
	/** The machine. */
	entry: NodeId,
	/** What the best way that knows says. */
	power: PowerState,
	/** What can be done by any way, in the order of [`PowerAction`]. */
	offers: PowerAction[],
	/** All of them in the order in which they are tried for its power: controller, hypervisor, outlets; then the others. */
	ways: WayStatus[],
};

/** All tunnels of a machine: those kept with it, then those started by hand. */
export type MachineTunnels = {
	/** The machine. */
	entry: NodeId,
	/** The session that connects for them, while there is one. */
	session: SessionId | null,
	/** The tunnels. */
	tunnels: TunnelInfo[],
};

/** Machines. */
export type Machines = {
	/** Their ids. */
	ids: NodeId[],
};

/** What a machine can be managed by. */
export type ManagedMachine = {
	/** The machine. */
	id: NodeId,
	/** Kinds of its ways, each once, in the order they are kept. */
	kinds: ManagementKind[],
};

/** A way to manage a machine. */
export type Management = {
	/** Its id. */
	id: ManagementId,
	/** What people call it; may be empty. */
	name: string,
} & ManagementWay;

/** A way to manage a machine. */
export type ManagementId = string;

/** What kind of way it is. */
export type ManagementKind = "bmc" | "proxmox" | "snmp" | "cli" | "guest" | "port" | "outlet" | "console" | "conserver";

/** What `management_sign_in` takes. */
export type ManagementSignIn = {
	/** The machine. */
	entry: NodeId,
	/** The way; none is that to the machine's cluster, or to its guest's. */
	way?: ManagementId | null,
	/** What an authenticator app shows, or a recovery key. */
	code: string,
};

/** What `management_test` takes. */
export type ManagementTest = {
	/** The folder it is in. */
	parent?: NodeId | null,
	/** The machine, if it is saved. */
	id?: NodeId | null,
	/** The machine as it stands in the editor. */
	draft: EntryDraft,
	/** The way, one of the draft's. */
	way: ManagementId,
};

/** What `management_trust` takes. */
export type ManagementTrust = {
	/** The machine. */
	entry: NodeId,
	/** The way. */
	way: ManagementId,
	/** What was looked at: nothing else is put on record. */
	fingerprint: string,
	/** Whether it takes the place of every other one of that address. */
	replace: boolean,
};

/**
 * Which way it is. The first four answer over the network themselves; an address that is empty is the machine's own, and without an
 * identity the machine's identities are used. The others are part of another machine of the tree.
 */
export type ManagementWay =
/** The machine's management controller. */
{ kind: "bmc";
/** What it speaks. */
protocol: BmcProtocol;
/** Host name or IP address. */
address: string;
/** UDP port of IPMI (623) or TCP port of Redfish (443). */
port: number | null;
/** Whose name and password. */
identity: IdentityId | null;
/** Which system is meant where a Redfish service has several. */
system: string | null;
/** The only cipher suite of IPMI that is taken: 17, 8, 3 or 0; none is the best that both have. */
suite: number | null;
/** Whether IPMI without protection is taken: cipher suite 0, no name, a password in clear. */
unprotected: boolean } |
/** A cluster or single node of Proxmox VE, which the machine is. A name of the form `user@realm!token` is that of an API token. */
{ kind: "proxmox";
/** Host name or IP address of any of its nodes. */
address: string;
/** TCP port (8006). */
port: number | null;
/** Whose name and password, or token. */
identity: IdentityId | null } |
/** SNMP: a switch, a power unit or a console server, which the machine is. */
{ kind: "snmp";
/** Host name or IP address. */
address: string;
/** UDP port (161). */
port: number | null;
/** Which version. */
version: SnmpVersion;
/** The community is its password; of version 3, user name and password for signing. */
identity: IdentityId | null;
/** How messages of version 3 are signed; none is not. */
hash: SnmpHash | null;
/** How they are encrypted; none is not. */
cipher: SnmpCipher | null;
/** Whose password they are encrypted with; none is the one that signs. */
privacyIdentity: IdentityId | null;
/** The family of a power unit, one of `devices_families`; none is found out. */
family: string | null } |
/** The command line of a switch, which the machine is, over SSH: with the machine's own address, identities and jump hosts. */
{ kind: "cli";
/** Whose it is. */
platform: SwitchPlatform } |
/** A guest of a cluster. */
{ kind: "guest";
/** The machine with the way to the cluster. */
cluster: NodeId;
/** The guest's number. */
guest: number } |
/** A port of a switch that the machine is wired to. */
{ kind: "port";
/** The switch. */
switch: NodeId;
/** What the switch calls the port. */
port: string } |
/** An outlet that feeds the machine, wholly or as one of several. */
{ kind: "outlet";
/** The power unit. */
pdu: NodeId;
/** The outlet's place in the unit, `7` or `1.7`. */
outlet: string } |
/** Another machine of the tree that is this one's serial console: a serial line, or a port of a console server. */
{ kind: "console";
/** It. */
entry: NodeId;
/** The number of the console server's port, where it is one: the list of its ports then says what hangs there. */
port: number | null } |
/** A console that a conserver keeps. */
{ kind: "conserver";
/** The machine that it runs on. */
server: NodeId;
/** What the console is called there; empty is the machine's own name. */
console: string;
/** TCP port (782). */
port: number | null;
/** Whose name and password; none is an identity of the server. */
identity: IdentityId | null;
/** Whether passwords and what is typed go there without encryption. */
plain: boolean };

/** Where to put nodes. */
export type MovePlace =
/** Before this node, in its folder. */
{ kind: "before";
/** The node. */
id: NodeId } |
/** After this node, in its folder. */
{ kind: "after";
/** The node. */
id: NodeId } |
/** At the end of a folder, or of the root. */
{ kind: "endOf";
/** The folder; `None` is the root. */
folder: NodeId | null };

/** Tabs and splits with a name. They say which machines are shown and how, and hold no live session. */
export type NamedLayout = {
	/** Its id. */
	id: LayoutId,
	/** Its name: no two of a vault are called the same. */
	name: string,
	/** JSON, at most 256 KiB. The UI owns the shape. */
	json: string,
	/** When it was saved last. */
	saved: Timestamp,
};

/** A snapshot to be taken. */
export type NewGuestSnapshot = {
	/** Its name: a letter, then letters, digits, `_` and `-`, at most 40. */
	name: string,
	/** Notes about it. */
	description: string,
	/** Whether a virtual machine's memory is in it. */
	memory: boolean,
};

/** Where a new machine would be. */
export type NewNode = {
	/** The folder; none is the root. */
	parent?: NodeId | null,
};

/** Arguments of a command that takes none. */
export type NoArgs = Record<string, never>;

/** A node as its editor shows it. */
export type NodeDetail = {
	/** Set for an entry. */
	entry: Entry | null,
	/** Set for a folder. */
	folder: Folder | null,
	/** The settings after inheritance. */
	effective: EffectiveSettings,
	/** The tags it has from folders above. */
	inheritedTags: string[],
	/** Names of the folders above, outermost first. */
	path: string[],
	/** From built in, through each folder, to here. */
	ladder: WhereValuesComeFrom[],
	/** Open sessions that use it. */
	openSessions: number,
	/**
	 *  What it says now. To be given back when it is saved, so that what somebody else saved meanwhile is not lost; empty
	 *  for one that is not saved yet.
	 */
	version: string,
};

/** A node of the tree of machines: a folder or an entry. */
export type NodeId = string;

/** The name of a machine or folder. */
export type NodeName = {
	/** Its id. */
	id: NodeId,
	/** Its name. */
	name: string,
};

/** A machine or folder. */
export type NodeRef = {
	/** Its id. */
	id: NodeId,
};

/** Another name. */
export type NodeRename = {
	/** The machine or folder. */
	id: NodeId,
	/** Its name from then on. */
	name: string,
};

/** Machines and folders. */
export type Nodes = {
	/** Their ids. */
	ids: NodeId[],
};

/** Machines and folders to move. */
export type NodesMove = {
	/** Their ids. */
	ids: NodeId[],
	/** Where to. */
	place: MovePlace,
};

/** A deletion to take back. */
export type NodesUndelete = {
	/** What deleting gave. */
	undo: UndoId,
};

/** People who share machines on a team server. */
export type OrganisationId = string;

/** Where an effective value was set. */
export type Origin =
/** Nobody set it: Patchbay's own default. */
{ kind: "builtIn" } |
/** A folder above. */
{ kind: "folder";
/** The folder. */
id: NodeId;
/** Its name. */
name: string } |
/** Here. */
{ kind: "here" };

/** What an outlet can be told. */
export type OutletAction =
/** On. */
"on" |
/** Off. */
"off" |
/** Off and on again. */
"cycle";

/** What `outlet_do` takes. */
export type OutletDo = {
	/** The machine. */
	entry: NodeId,
	/** The outlet. */
	outlet: string,
	/** What. */
	action: OutletAction,
	/** The name that the guard asks for, as it was typed. */
	confirmed?: string | null,
};

/** What `outlet_guard` takes. */
export type OutletGuard = {
	/** The machine. */
	entry: NodeId,
	/** The outlet. */
	outlet: string,
	/** What. */
	action: OutletAction,
};

/** What is measured; none for what is not. */
export type OutletLoad = {
	/** The current. */
	amperes: number | null,
	/** The voltage. */
	volts: number | null,
	/** The active power. */
	watts: number | null,
	/** The energy since the meter was reset. */
	kilowattHours: number | null,
};

/** Whether an outlet feeds. */
export type OutletState =
/** It feeds. */
"on" |
/** It does not. */
"off" |
/** It is about to change. */
"pending" |
/** The unit does not know. */
"unknown";

/** A line of output, fit to be shown. */
export type OutputLine = {
	/** Without its end. */
	text: string,
	/** It is from standard error. */
	error: boolean,
};

/** What a parameter takes. */
export type ParameterKind =
/** One line. */
{ kind: "text" } |
/** A whole number. */
{ kind: "number";
/** The least. */
min: number | null;
/** The most. */
max: number | null } |
/** One of these. */
{ kind: "choice";
/** What there is to choose from. */
options: string[] } |
/** One line that is asked for every time: never kept, never shown. */
{ kind: "secret" };

/** The check bit of a character on a serial line. */
export type Parity =
/** There is none. */
"none" |
/** It makes the number of ones odd. */
"odd" |
/** It makes the number of ones even. */
"even";

/** Proof that the person knows the passphrase. */
export type PassphraseAgain = {
	/** The passphrase. */
	passphrase: string,
};

/** How hard a passphrase is to guess offline. */
export type PassphraseStrength = {
	/** 0 to 4; 3 and more may be used for a vault. */
	score: number,
	/** Estimated entropy. */
	bits: number,
	/** "Weak", "Fair", "Strong", "Very strong". */
	label: string,
	/** "centuries to guess offline". */
	guessTime: string,
	/** How to improve it; empty if it need not be. */
	hint: string,
};

/** A passphrase to judge. */
export type PassphraseToJudge = {
	/** The passphrase. */
	passphrase: string,
};

/** A power unit. */
export type Pdu = {
	/** When it was read. */
	read: Timestamp,
	/** Maker and models, and the key of its family. */
	family: string,
	/** The key. */
	familyKey: string,
	/** What it says of itself. */
	about: string,
	/** Whether it can cycle an outlet by itself, so that it goes on again also when this app is gone. */
	cycles: boolean,
	/** The whole. */
	load: OutletLoad,
	/** Its outlets. */
	outlets: PduOutlet[],
};

/** An outlet. */
export type PduOutlet = {
	/** Its place in the unit, `7` or `1.7`. */
	id: string,
	/** What the unit calls it. */
	name: string,
	/** Whether it feeds. */
	state: OutletState,
	/** What is measured there. */
	load: OutletLoad,
	/** Machines of the tree that it feeds, and their names. */
	feeds: ([NodeId, string])[],
};

/** A kind of picture that is shown. */
export type PictureFormat =
/** Portable Network Graphics. */
"png" |
/** JPEG. */
"jpeg" |
/** GIF, also one that moves. */
"gif" |
/** WebP. */
"webp" |
/** A bitmap of Windows. */
"bmp" |
/** An icon of Windows. */
"ico" |
/** Drawn by numbers: it has no size of its own. */
"svg";

/** How good the picture of a remote desktop is, against how much data it takes. */
export type PictureQuality =
/** As the link allows. */
"auto" |
/** As little data as possible. */
"lowTraffic" |
/** Text stays readable, pictures lose. */
"balanced" |
/** Hardly any loss. */
"sharp" |
/** None. */
"lossless";

/** One line of a diff. */
export type PlanLine = {
	/** Whether it is what shall be; else it is what is and shall go. */
	new: boolean,
	/** The line. */
	text: string,
};

/** Who is at the other end, by LLDP. */
export type PortNeighbour = {
	/** Its name, or its address. */
	name: string,
	/** Its port. */
	port: string,
	/** What it says of itself. */
	description: string,
	/** Where it is managed. */
	addresses: string[],
};

/** What a port that feeds a device does. */
export type PortPoe = {
	/** Whether it may feed. */
	enabled: boolean,
	/** Whether it does. */
	delivering: boolean,
	/** In words: "delivering, class 3". */
	detail: string,
};

/** What a port carries: a second's worth. None for what is not known; never a false spike. */
export type PortRates = {
	/** Bits in. */
	bitsIn: number | null,
	/** Bits out. */
	bitsOut: number | null,
	/** Packets in that were broken or thrown away. */
	errorsIn: number | null,
	/** Packets out that were. */
	errorsOut: number | null,
};

/** Whether a port carries anything. */
export type PortState =
/** It does. */
"up" |
/** It does not, though it is wanted. */
"down" |
/** It is not wanted. */
"disabled" |
/** Tests, dormant, missing, or not known. */
"other";

/** What a port carried. */
export type PortTraffic = {
	/** Of which port. */
	index: number,
	/** When, and what since the reading before; the oldest first, at most an hour. */
	points: ([Timestamp, PortRates])[],
};

/** What can be done with a machine's power. */
export type PowerAction =
/** Turns it on. */
"on" |
/** Asks the operating system to stop. */
"shutDown" |
/** Asks the operating system to stop and to begin anew. */
"restart" |
/** Takes the power away. */
"off" |
/** Takes the power away and gives it back. */
"cycle" |
/** Begins anew without asking. */
"reset" |
/** Interrupts the operating system for a diagnosis; most write a dump. */
"interrupt";

/** What `power_do` takes. */
export type PowerDo = {
	/** The machine. */
	entry: NodeId,
	/** What. */
	action: PowerAction,
	/** By this way alone; none is the best that works. */
	way?: ManagementId | null,
	/** The name that the guard asks for, as it was typed. */
	confirmed?: string | null,
};

/** What came of doing something with a machine's power. */
export type PowerDone = {
	/** The machine. */
	entry: NodeId,
	/** What was wanted. */
	action: PowerAction,
	/** The ways that were tried, in that order. */
	tries: PowerTry[],
	/** What is known of it afterwards. */
	power: PowerState,
};

/** What somebody did with a machine's power, ports or outlets. */
export type PowerEvent = {
	/** When. */
	at: Timestamp,
	/** Who. */
	who: string,
	/** What, in words: "Shut down", "Outlet 7 off". */
	what: string,
	/** By which way; may be empty. */
	way: string,
	/** What came of it, in words: "done", "failed: …". */
	outcome: string,
	/** Whether it was done. */
	good: boolean,
};

/** What is to be known before something goes down. */
export type PowerGuard = {
	/** The question, as a heading: "Cycle outlet 7, which feeds pve-02?" */
	title: string,
	/** What it means, in a sentence or two. */
	meaning: string,
	/** What has to be typed before it is done; none if it may just be done. */
	name: string | null,
	/** What hangs on it. */
	dependants: Dependant[],
	/** A softer thing to do instead, if there is one. */
	instead: PowerAction | null,
};

/** What `power_guard` takes. */
export type PowerGuardFor = {
	/** The machines. */
	entries: NodeId[],
	/** What. */
	action: PowerAction,
	/** By this way alone; none is the best that works. */
	way?: ManagementId | null,
};

/** Whether a machine is on. */
export type PowerState =
/** It is. */
"on" |
/** It is not. */
"off" |
/** It is about to change. */
"changing" |
/** Nobody knows. */
"unknown";

/** What became of a command. */
export type PowerTaken =
/** It was not sent: the machine was in that state already. */
"notNeeded" |
/** It was done. */
"done" |
/** It was sent, and its answer was lost: it is not sent by another way either. */
"unknown" |
/** It was not done; the next way is tried. */
"failed";

/** One way that was tried. */
export type PowerTry = {
	/** Which. */
	way: ManagementId,
	/** What it is called, as in [`WayStatus`]. */
	name: string,
	/** What became of it. */
	taken: PowerTaken,
	/** Why not. */
	problem: ApiError | null,
};

/** A host certificate that does not count. */
export type PresentedCertificate = {
	/** What it says of itself. */
	info: CertificateInfo,
	/** Why it does not count, as the end of "it …". */
	fault: string,
};

/** The key a server presents now. */
export type PresentedKey = {
	/** `ssh-ed25519` and so on. */
	algorithm: string,
	/** `SHA256:…`. */
	fingerprint: string,
	/** The OpenSSH random art, eleven lines. */
	picture: string,
	/** One line, as `known_hosts` holds it after the name; for a certificate its text in PEM. */
	openssh: string,
	/** Set if it is a certificate, and no host key; the fingerprint is then its SHA-256 in hexadecimal digits. */
	tls: TlsCertificate | null,
};

/** A private key to write to a file. */
export type PrivateKeyExport = {
	/** The identity. */
	id: IdentityId,
	/** The file. */
	path: string,
	/** Encrypts the key in the file. */
	newPassphrase: string,
	/** The passphrase of the vault, if it was not typed within the last minute. */
	passphrase?: string | null,
};

/** Something a session needs to know before it goes on. */
export type Prompt = {
	/** Names the prompt in the answer. */
	id: PromptId,
	/** Who asks. */
	kind: PromptKind,
	/** The machine or jump host. */
	machine: string,
	/** From the server; may be empty. */
	title: string,
	/** From the server; may be empty. */
	instructions: string,
	/** What to fill in. */
	questions: Question[],
	/** Whether the previous answer was refused. */
	again: boolean,
};

/** A question a session is waiting on. */
export type PromptId = string;

/** Who asks. */
export type PromptKind =
/** The server, by keyboard-interactive (RFC 4256). */
"keyboardInteractive" |
/** Password authentication (RFC 4252 section 8). */
"password" |
/** A private key that is encrypted. */
"keyPassphrase" |
/** No user name is known. */
"user";

/** How a machine is reached. */
export type Protocol =
/** Secure Shell (RFC 4251). */
"ssh" |
/** Telnet (RFC 854): nothing is encrypted. */
"telnet" |
/** The bytes of a TCP connection as they are: nothing is encrypted. */
"raw" |
/** A serial port of this computer; the machine's address is the name of the port. */
"serial" |
/** The remote framebuffer (RFC 6143): a desktop. */
"vnc" |
/** Remote Desktop (MS-RDPBCGR): a desktop. */
"rdp";

/** A public key to write to a file. */
export type PublicKeyExport = {
	/** The identity. */
	id: IdentityId,
	/** The file. */
	path: string,
};

/** A public key as people compare it. */
export type PublicKeyInfo = {
	/** `ssh-ed25519` and so on. */
	algorithm: string,
	/** Length in bits, where the algorithm has more than one. */
	bits: number | null,
	/** `SHA256:…`, base64 without padding. */
	fingerprint: string,
	/** One line, as `authorized_keys` holds it. */
	openssh: string,
};

/** One line to fill in. */
export type Question = {
	/** The label, from the server: hostile text, control characters removed. */
	label: string,
	/** Whether what is typed may be shown. */
	echo: boolean,
};

/** Whether a machine answers. */
export type Reachability =
/** Not looked yet. */
"unknown" |
/** Being looked at. */
"checking" |
/** The port accepts connections. */
"up" |
/** It answers, but not as expected: refused, or no SSH banner, or a serial port that may not be opened. */
"warning" |
/** It does not answer. */
"down";

/** What of a terminal is recorded. Of a desktop it is what it shows, whatever is typed. */
export type RecordMode =
/** Nothing. */
"off" |
/** What it shows. */
"output" |
/** What it shows, and the lines typed into it that it echoed. */
"outputAndKeys";

/** Where a search goes on. */
export type RecordingCursor = {
	/** The recording to go on with. */
	id: RecordingId,
	/** The chunk of it. */
	chunk: number,
};

/** A file for a recording. */
export type RecordingExport = {
	/** The recording. */
	id: RecordingId,
	/** The file. */
	path: string,
};

/** Text to look for. */
export type RecordingFind = {
	/** Letter case does not count. */
	text: string,
	/** Only in this recording. */
	id?: RecordingId | null,
	/** Where to go on: the `next` of the step before. */
	from?: RecordingCursor | null,
};

/** A line of a recording that holds what was looked for. */
export type RecordingHit = {
	/** The recording. */
	id: RecordingId,
	/** When the line was complete on the screen, in milliseconds from the beginning. */
	at: number,
	/** The line, or the part of it around what was found. */
	line: string,
	/** Where in `line` it was found, in UTF-16 code units. */
	start: number,
	/** Where it ends. */
	end: number,
};

/** A recording of a terminal. */
export type RecordingId = string;

/** A recording, as lists show it. */
export type RecordingInfo = {
	/** Its id. */
	id: RecordingId,
	/** What people call it; the session's title at first. */
	title: string,
	/** The address with the user, as the session had it. */
	subtitle: string,
	/** The machine of the tree, which may be gone by now; none for a shell on this computer. */
	machine: NodeId | null,
	/** When it began. */
	started: Timestamp,
	/** How long it is, in milliseconds. */
	length: number,
	/** Size of its file in bytes. */
	bytes: number,
	/** Whether it is of a desktop, and no terminal. */
	desktop: boolean,
	/** Columns at its beginning; pixels across, of a desktop. */
	cols: number,
	/** Rows at its beginning; pixels down, of a desktop. */
	rows: number,
	/** Whether lines that were typed are in it. */
	keys: boolean,
	/** How it ended. */
	state: RecordingState,
	/** The organisation whose rule had it made, and whose it is; none if a person made it for themselves. */
	organisation: OrganisationId | null,
	/** Whose session it was, if it was made by a rule. */
	who: string | null,
};

/** Where a player is. */
export type RecordingMoment = {
	/** When something happens next, in milliseconds from the beginning; never again if there is nothing. */
	next: number | null,
	/** How long the recording is by now, in milliseconds. */
	length: number,
	/** Why what follows, or what should be seen here, cannot be played, as a sentence. */
	broken: string | null,
};

/** A part of a recording: events as columns, in the order they happened. */
export type RecordingPart = {
	/** When each happened, in milliseconds from the beginning. */
	times: number[],
	/** What each is, by the codes of asciicast: one of `o`, `i`, `r`, `m`, `x` per event. */
	codes: string,
	/** What each carries. */
	data: string[],
	/** Where the next part begins; none after the last. */
	next: number | null,
	/** Why there is no next part although the recording is not whole, as a sentence. */
	broken: string | null,
};

/** A small picture of a recording. */
export type RecordingPicture = {
	/** Where to fetch its bytes: red, green, blue and 255 of each pixel, row by row. */
	attachment: Attachment,
	/** Pixels across. */
	width: number,
	/** Pixels down. */
	height: number,
};

/** A recording of a desktop that is being played: what it shows comes as that of a session. */
export type RecordingPlay = {
	/** Names the player in what follows. */
	player: SessionId,
	/** How long it is, in milliseconds. */
	length: number,
	/** When long pauses begin, in which nothing changes, in milliseconds from the beginning. */
	pausesFrom: number[],
	/** When something happens again, for each of them. */
	pausesTo: number[],
};

/** A player of a recording. */
export type RecordingPlayer = {
	/** As `recording_play` gave it. */
	player: SessionId,
};

/** A part of a recording. */
export type RecordingRead = {
	/** The recording. */
	id: RecordingId,
	/** Where the part begins: 0, or the `next` of the part before. */
	from: number,
};

/** A recording. */
export type RecordingRef = {
	/** Its id. */
	id: RecordingId,
};

/** Another title. */
export type RecordingRename = {
	/** The recording. */
	id: RecordingId,
	/** Its title from then on. */
	title: string,
};

/** A rule for how long recordings are kept. */
export type RecordingRule = {
	/** The rule, which need not be the vault's. */
	kept: RecordingsKept,
};

/** What a search found so far. */
export type RecordingSearch = {
	/** In the order of the recordings, latest first, and of time within one. */
	hits: RecordingHit[],
	/** Where to go on; none when everything was looked through. */
	next: RecordingCursor | null,
	/** How many kilobytes were looked through in this step. */
	kilobytes: number,
	/** Recordings that cannot be read to their end. */
	unreadable: RecordingId[],
};

/** A time for a player to show. */
export type RecordingShow = {
	/** As `recording_play` gave it. */
	player: SessionId,
	/** Milliseconds from the beginning. */
	at: number,
};

/** A small picture of a recording. */
export type RecordingSmall = {
	/** As `recording_play` gave it. */
	player: SessionId,
	/** About when, in milliseconds from the beginning. */
	at: number,
	/** The most pixels across. */
	width: number,
	/** The most pixels down. */
	height: number,
};

/** How a recording ended. */
export type RecordingState =
/** It goes on. */
"running" |
/** It is whole. */
"whole" |
/** Patchbay was stopped before it was finished; what was written until then is there. */
"interrupted" |
/** Its file is not there, or not as it was written. */
"damaged";

/** Recordings that would be deleted by a rule. */
export type RecordingsExpiring = {
	/** How many. */
	count: number,
	/** Bytes of their files. */
	bytes: number,
};

/** How long recordings are kept. */
export type RecordingsKept =
/** Until somebody deletes them. */
{ kind: "forever" } |
/** So long after they ended. */
{ kind: "days";
/** 1 to 3650. */
days: number } |
/** As many as have room, the latest first. */
{ kind: "size";
/** 1 to 1024. */
gib: number };

/** A recovery key, to be written down. */
export type RecoveryKeyText = {
	/** In groups of four. */
	recoveryKey: string,
};

/** Text for an authority. */
export type RequestText = {
	/** The text. */
	text: string,
};

/** Whether tabs come back on the next start. */
export type RestoreTabs = boolean;

/** A secret in the open. */
export type RevealedText = {
	/** The secret. */
	text: string,
};

/** A run to start once more. */
export type RunAgain = {
	/** Its id. */
	id: RunId,
	/** Why, where a team server asks for it; it reads this before the command runs. */
	reason?: string | null,
};

/** What only a person can answer. */
export type RunAttention =
/** Its host key is not on record. */
"hostKeyUnknown" |
/** Its host key is another one than the one on record, or is revoked. */
"hostKeyChanged" |
/** It asks for a password, a code or the passphrase of a key. */
"question";

/** What to stop. */
export type RunCancel = {
	/** The run. */
	id: RunId,
	/** Only this machine of it. */
	machine?: NodeId | null,
};

/** What to run. */
export type RunCommand =
/** As the login shell of each machine reads it. */
{ kind: "text";
/** The command. */
text: string } |
/** A snippet, filled in for each machine. */
{ kind: "snippet";
/** The snippet. */
id: SnippetId;
/** What is filled in. */
values: { [key in string]: string } };

/** Two machines of a run. */
export type RunCompare = {
	/** The run. */
	id: RunId,
	/** A machine. */
	left: NodeId,
	/** The other. */
	right: NodeId,
};

/** How many machines stand where. */
export type RunCounts = {
	/** All of them. */
	machines: number,
	/** Not begun. */
	waiting: number,
	/** Connecting or running. */
	running: number,
	/** Ended with 0. */
	ok: number,
	/** Ended with something else. */
	nonzero: number,
	/** Not reached, lost, or out of time. */
	failed: number,
	/** A person has to answer something. */
	attention: number,
	/** Stopped. */
	cancelled: number,
};

/** A run with its machines. */
export type RunDetail = {
	/** The run. */
	info: RunInfo,
	/** In the order of the tree. */
	machines: RunMachine[],
	/** Those that ended, by what they put out: the largest first. */
	groups: RunGroup[],
};

/** How two outputs differ. */
export type RunDiff = {
	/** In order; lines that are the same far from a difference are left out. */
	lines: DiffLine[],
	/** Lines on the left only. */
	leftOnly: number,
	/** Lines on the right only. */
	rightOnly: number,
	/** There is more than is compared or shown. */
	cut: boolean,
};

/** The form results are written in. */
export type RunExport =
/** For people: each different output once, below the machines it is of. */
"text" |
/** A table with a row a machine (RFC 4180). */
"csv" |
/** For programs. */
"json";

/** A file to write results to. */
export type RunExportTo = {
	/** The run. */
	id: RunId,
	/** In which form. */
	form: RunExport,
	/** The path of the file. */
	path: string,
};

/** Machines with the same output and the same end. */
export type RunGroup = {
	/** Places in the list of machines; the first stands for all. */
	machines: number[],
	/** Lines of output. */
	lines: number,
	/** It is the largest group, which the others differ from. */
	usual: boolean,
};

/** What outputs may differ in and still be the same. */
export type RunGrouping = {
	/** Blanks at the ends of lines, and empty lines at the end. */
	ignoreTrailingSpace: boolean,
	/** The machine's own name and address. */
	ignoreOwnName: boolean,
};

/** A command on many machines. Lives as long as the process. */
export type RunId = string;

/** A command on many machines. */
export type RunInfo = {
	/** Its id. */
	id: RunId,
	/** The snippet's name, or the command's first line. */
	title: string,
	/** The command, with dots for secrets. */
	command: string,
	/** How it runs. */
	options: RunOptions,
	/** What its outputs may differ in. */
	grouping: RunGrouping,
	/** Where it stands. */
	state: RunState,
	/** How many machines stand where. */
	counts: RunCounts,
	/** How many different outputs there are. */
	groups: number,
	/** When it began. */
	began: Timestamp,
	/** Milliseconds from beginning to end, or until now. */
	ms: number,
	/** Counts up with every change. */
	revision: number,
};

/** A machine of a run. */
export type RunMachine = {
	/** The machine. */
	id: NodeId,
	/** Its name then. */
	name: string,
	/** Where it stands. */
	state: RunMachineState,
	/** Milliseconds it took, or has taken so far. */
	ms: number | null,
	/** Bytes it put out, those that were not kept included. */
	bytes: number,
	/** Not all of its output was kept. */
	cut: boolean,
};

/** A machine of a run. */
export type RunMachineRef = {
	/** The run. */
	id: RunId,
	/** The machine. */
	machine: NodeId,
};

/** Where a machine of a run stands. */
export type RunMachineState =
/** Its turn has not come. */
{ kind: "waiting" } |
/** On the way. */
{ kind: "connecting" } |
/** The command runs. */
{ kind: "running" } |
/** The command has ended. */
{ kind: "ended";
/** Its exit status, if the server said. */
code: number | null;
/** The signal that ended it, without `SIG`. */
signal: string | null } |
/** It was not reached, or the connection was lost. */
{ kind: "failed";
/** Why. */
error: ApiError } |
/** Something has to be answered first, in a session of its own. */
{ kind: "attention";
/** What. */
what: RunAttention;
/** The same in words. */
error: ApiError } |
/** It took longer than it was given. */
{ kind: "timedOut" } |
/** It was stopped. */
{ kind: "cancelled" };

/** How to run it. */
export type RunOptions = {
	/** How many machines at a time, 1 to 64. */
	concurrency: number,
	/** Seconds a machine has, connecting included; 0 is as long as it takes. */
	timeLimit: number,
};

/** What a machine put out. */
export type RunOutput = {
	/** Both streams, as they came. */
	lines: OutputLine[],
	/** There was more than is kept or shown. */
	cut: boolean,
};

/** A run. */
export type RunRef = {
	/** Its id. */
	id: RunId,
};

/** A rule to group by. */
export type RunRegroup = {
	/** The run. */
	id: RunId,
	/** The rule. */
	grouping: RunGrouping,
};

/** Machines of a run to do once more. */
export type RunRetry = {
	/** The run. */
	id: RunId,
	/** The machines; none is all that did not end with 0. */
	machines?: NodeId[] | null,
	/** Why, where a team server asks for it; it reads this before the command runs. */
	reason?: string | null,
};

/** A command to run. */
export type RunStart = {
	/** What to run. */
	command: RunCommand,
	/** On which machines. */
	targets: RunTarget[],
	/** How. */
	options: RunOptions,
	/** What outputs may differ in and still be the same. */
	grouping: RunGrouping,
	/** Why, where a team server asks for it; it reads this before the command runs. */
	reason?: string | null,
};

/** Where a run stands. */
export type RunState =
/** Some machines are still to be done. */
"running" |
/** All are done. */
"done" |
/** The person stopped it. */
"cancelled";

/** Machines to run on. */
export type RunTarget =
/** A machine, or all in a folder. */
{ kind: "node";
/** The machine or folder. */
id: NodeId } |
/** All with this tag, their own or a folder's. */
{ kind: "tag";
/** The tag. */
tag: string } |
/** All there are. */
{ kind: "everything" };

/** Folders, tags and machines. */
export type RunTargets = {
	/** Which. */
	targets: RunTarget[],
};

/** Where to write the recovery key. */
export type SaveRecoveryKey = {
	/** The file; it must not be there yet. */
	path: string,
};

/** A reading of the past. */
export type SensorPoint = {
	/** When. */
	at: Timestamp,
	/** What it showed. */
	value: number | null,
};

/** How a character stands on a serial line: 8N1 if nobody says otherwise. */
export type SerialFrame = {
	/** 5 to 8. */
	dataBits: number,
	/** The check bit. */
	parity: Parity,
	/** 1 or 2. */
	stopBits: number,
};

/** A serial port of this computer. */
export type SerialPortInfo = {
	/** `/dev/ttyUSB0`, `COM3`: the address of a machine on it. */
	path: string,
	/** What is plugged in, as it calls itself; empty where that is not known. */
	description: string,
};

/** Answers to a prompt. */
export type SessionAnswer = {
	/** The session. */
	id: SessionId,
	/** The prompt. */
	prompt: PromptId,
	/** One for each question. */
	answers: string[],
};

/** A prompt not to be answered. */
export type SessionCancelPrompt = {
	/** The session. */
	id: SessionId,
	/** The prompt. */
	prompt: PromptId,
};

/** What whoever shows a desktop has to know of how it was opened. */
export type SessionDesktop = {
	/** Neither keys nor the pointer are passed on. */
	viewOnly: boolean,
	/** What is copied on one side can be pasted on the other. */
	clipboard: boolean,
	/** How large it is to be. */
	size: DesktopSize,
	/** The machine's settings or those of a folder say so; if not, what was chosen in its window last may count. */
	sizeChosen: boolean,
	/** How good the picture is to be. */
	quality: PictureQuality,
	/** As [`size_chosen`](Self::size_chosen). */
	qualityChosen: boolean,
};

/** Somebody who looks at a session of somebody else's. */
export type SessionGuest = {
	/** Their id, for as long as they are there. */
	id: GuestId,
	/** What they are called: by their account, or as they said. */
	name: string,
	/** They have signed in to the server; if not, the name is only what they said. */
	known: boolean,
	/** Whether control can be given to them. */
	mayControl: boolean,
	/** Since when they are there. */
	since: Timestamp,
	/** They asked for control. */
	asks: boolean,
};

/** A machine whose way is to be handed out. */
export type SessionHandOut = {
	/** The machine. */
	id: NodeId,
	/** Why, where a team server asks for it; it reads this before the command runs. */
	reason?: string | null,
};

/** A decision about a host key. */
export type SessionHostKey = {
	/** The session. */
	id: SessionId,
	/** The decision. */
	answer: HostKeyAnswer,
};

/** A session: one connection and what it shows. Lives as long as the process. */
export type SessionId = string;

/** A session. */
export type SessionInfo = {
	/** Its id. */
	id: SessionId,
	/** The machine's name, or the shell's. */
	title: string,
	/** The address with the user, for the machine bar. */
	subtitle: string,
	/** What it was opened to. */
	target: SessionTarget,
	/** How the machine is reached; none for a shell on this computer. */
	protocol: Protocol | null,
	/** Where it stands. */
	state: SessionState,
	/** How connecting went so far; the last attempt's. */
	steps: Step[],
	/** One line per event of the last attempt, for "Show details". */
	log: string[],
	/** When it was opened. */
	opened: Timestamp,
	/** Round-trip time of the last keep-alive, in milliseconds. */
	latency: number | null,
	/** Its recording, while there is one. */
	recording: SessionRecording | null,
	/** The SSH agent of this computer, if the machine may use it. */
	agent: Use | null,
	/** The X server of this computer, if the machine may use it. */
	x11: Use | null,
	/** Set for a desktop; such a session has no terminal. */
	desktop: SessionDesktop | null,
	/** Set while others may look at it, which only a session on a team server allows. */
	sharing: SessionSharing | null,
	/** The team server that dials for it; none for a session of this computer. */
	workspace: WorkspaceId | null,
	/** The team server whose machine it is with, where this computer dials itself all the same. */
	direct: WorkspaceId | null,
};

/** Files of this computer for the clipboard of a desktop. */
export type SessionLendFiles = {
	/** The session. */
	id: SessionId,
	/** Their paths. */
	paths: string[],
};

/** What to open. */
export type SessionOpen = {
	/** A machine, or a local shell. */
	target: SessionTarget,
	/** Size of the terminal. */
	size: TerminalSize,
	/** Names this attempt, so that asking twice opens one session. */
	attempt?: string | null,
	/** Why, where a team server asks for it; it reads this before the command runs. */
	reason?: string | null,
};

/** A machine of a team server that this computer is to dial itself. */
export type SessionOpenDirect = {
	/** The machine. */
	id: NodeId,
	/** Size of the terminal. */
	size: TerminalSize,
	/** Names this attempt, so that asking twice opens one session. */
	attempt?: string | null,
	/** Why, where the team server asks for it. */
	reason?: string | null,
};

/** A session to connect again. */
export type SessionReconnect = {
	/** The session. */
	id: SessionId,
	/** Size of the terminal. */
	size: TerminalSize,
	/** Why, where a team server asks for it. */
	reason?: string | null,
};

/** A session to record. */
export type SessionRecord = {
	/** The session. */
	id: SessionId,
	/** Whether lines that are typed are recorded as well. */
	keys: boolean,
};

/** A session. */
export type SessionRecordStop = {
	/** The session. */
	id: SessionId,
};

/** How a session is being recorded. */
export type SessionRecording = {
	/** The recording; none if it could not be started. */
	id: RecordingId | null,
	/** When it began. */
	since: Timestamp,
	/** Whether what is typed is recorded as well. */
	keys: boolean,
	/** Why nothing is recorded any more, as a sentence. */
	problem: string | null,
	/** The name of the organisation whose rule it is: then nobody stops it. */
	rule: string | null,
};

/** A session. */
export type SessionRef = {
	/** Its id. */
	id: SessionId,
};

/** Another title. */
export type SessionRename = {
	/** The session. */
	id: SessionId,
	/** Its title from then on. */
	title: string,
};

/** Who else is at a session. */
export type SessionSharing = {
	/** Links that can still be used. */
	links: number,
	/** Who came by them and is there, the longest first. */
	guests: SessionGuest[],
	/** The guest who has control; none if the owner has it. */
	control: GuestId | null,
};

/** Something a line is told besides bytes. */
export type SessionSignal = {
	/** The session. */
	id: SessionId,
	/** What it is told. */
	signal: LineSignal,
};

/** Where a session stands. */
export type SessionState =
/** On the way. */
{ kind: "connecting";
/** The part under way. */
stage: Stage;
/** The machine or jump host it concerns. */
machine: string } |
/** Waits for answers. */
{ kind: "asking";
/** What to ask. */
prompt: Prompt } |
/** Waits for a decision about a host key. */
{ kind: "hostKey";
/** What to decide. */
question: HostKeyQuestion } |
/** Bytes flow. */
{ kind: "open" } |
/** The connection was lost, and another one is made by itself in a moment. */
{ kind: "lost";
/** What happened. */
error: ApiError;
/** Which attempt comes next, from 1. */
attempt: number;
/** How many there are before it is over. */
most: number;
/** When it begins. */
next: Timestamp } |
/** Over; can be connected again. */
{ kind: "closed";
/** Why. */
reason: CloseReason };

/** What a session is opened to. */
export type SessionTarget =
/** A machine of the tree. */
{ kind: "entry";
/** The machine. */
id: NodeId } |
/** The files of a machine of the tree, over a connection of their own. */
{ kind: "files";
/** The machine. */
id: NodeId } |
/** The tunnels of a machine of the tree, over a connection of their own. */
{ kind: "tunnels";
/** The machine. */
id: NodeId } |
/** The serial console of a machine, by its management controller. */
{ kind: "serialOverLan";
/** The machine. */
id: NodeId;
/** The controller. */
way: ManagementId;
/** Whether a console that somebody else has open is ended. */
endStale: boolean } |
/** A console of a machine that a conserver keeps. */
{ kind: "conserver";
/** The machine. */
id: NodeId;
/** The way to the console. */
way: ManagementId;
/** Whether it is taken over from somebody else who has it; otherwise what they do is seen. */
force: boolean } |
/** The console of a guest: a terminal of a container or of a virtual machine's serial port, or a virtual machine's screen. */
{ kind: "guest";
/** The machine with the way to the cluster. */
id: NodeId;
/** The guest's number. */
guest: number;
/** Whether it is the screen. */
screen: boolean } |
/** A shell of a node of a cluster. */
{ kind: "nodeShell";
/** The machine with the way to the cluster. */
id: NodeId;
/** The node's name. */
node: string } |
/** A shell on this computer. */
{ kind: "localShell" };

/** A machine to try before it is saved. */
export type SessionTest = {
	/** All its fields. */
	draft: EntryDraft,
	/** The folder it would be in. */
	parent?: NodeId | null,
	/** The machine it would change. */
	id?: NodeId | null,
};

/** What an entry or folder sets itself; `None` means "as the folder above says". */
export type Settings = {
	/** TCP port. That of a folder is meant for the SSH machines inside. */
	port: number | null,
	/** Bits per second of a serial line. */
	baud: number | null,
	/** Data bits, parity and stop bits of a serial line. */
	frame: SerialFrame | null,
	/** Flow control of a serial line. */
	flowControl: FlowControl | null,
	/** What Enter sends in Telnet, over raw TCP and serial lines. */
	enter: LineEnding | null,
	/** Whether what is typed is shown here; not for SSH. */
	localEcho: LocalEcho | null,
	/** User name; without one the identity's, then this computer's. */
	user: string | null,
	/** Identities, tried in this order. */
	identities: IdentityId[] | null,
	/** The way to the machine. */
	jump: Jump | null,
	/** Seconds until a connection attempt is given up. */
	connectTimeout: number | null,
	/** Seconds between keep-alive messages; 0 sends none. */
	keepAlive: number | null,
	/** Whether to offer the outdated algorithms that old devices need, see [`AlgorithmPolicy`](crate::AlgorithmPolicy). */
	legacyAlgorithms: boolean | null,
	/** Whether to compress (zlib). */
	compression: boolean | null,
	/** Whether programs on the machine may use this computer's SSH agent while a terminal is open. */
	forwardAgent: boolean | null,
	/** Whether programs on the machine may use this computer's X server while a terminal is open. */
	forwardX11: boolean | null,
	/** The `TERM` to announce. */
	terminalType: string | null,
	/** Run instead of the login shell. */
	startCommand: string | null,
	/** What of its sessions is recorded from their beginning. */
	record: RecordMode | null,
	/** The Windows domain to sign in to. */
	domain: string | null,
	/** Whether others may look at the same desktop at the same time (VNC). */
	shared: boolean | null,
	/** Whether a desktop is only looked at. */
	viewOnly: boolean | null,
	/** How good the picture of a desktop is. */
	quality: PictureQuality | null,
	/** How large a desktop is. */
	desktopSize: DesktopSize | null,
	/** The keyboard of Windows there, by its number (0x407 is German); 0 is that of this computer. */
	keyboardLayout: number | null,
	/** Whether what is copied on one side can be pasted on the other. */
	shareClipboard: boolean | null,
	/** Whether the sound of the machine is played here. */
	audio: boolean | null,
	/** A folder of this computer that the machine may use as a drive. */
	drive: string | null,
	/** Whether the machine may also write to it. */
	driveWritable: boolean | null,
	/**
	 *  Whether to go on where nobody proves who they are before the desktop is there: RDP without NLA, VNC that neither
	 *  encrypts nor wants a password.
	 */
	weakSignIn: boolean | null,
};

/** Settings of this computer. */
export type SettingsSet = {
	/** All of them. */
	settings: AppSettings,
};

/** How bad something is. */
export type Severity =
/** Nothing is wrong. */
"good" |
/** Attention is wanted. */
"warning" |
/** It is wanted at once. */
"critical";

/** A snippet. */
export type Snippet = {
	/** Its id. */
	id: SnippetId,
} & SnippetDraft;

/** What a person edits of a snippet. */
export type SnippetDraft = {
	/** Shown in lists and in the palette. */
	name: string,
	/** What it is for; one line. */
	description: string,
	/** The text, with `{{name}}` where parameters go and `\{{` for two braces as they are. */
	body: string,
	/** In the order they are asked for. */
	parameters: SnippetParameter[],
	/** Whether Enter follows in a terminal, so that it runs at once. */
	appendEnter: boolean,
};

/** A command with parameters. */
export type SnippetId = string;

/** A snippet to look at as it would be sent. */
export type SnippetLook = {
	/** The snippet. */
	id: SnippetId,
	/** What is filled in. */
	values: { [key in string]: string },
	/** Where it would go. */
	session?: SessionId | null,
};

/** A parameter: what a `{{name}}` in the text stands for. */
export type SnippetParameter = {
	/** Letters, digits, `_` and `-`, as in the text. */
	name: string,
	/** What a person is asked; empty is the name. */
	label: string,
	/** What it takes. */
	takes: ParameterKind,
	/** Filled in beforehand; always empty for a secret. */
	default: string,
	/** Whether it must not be empty. */
	required: boolean,
	/** Put in as it is, and not quoted for a POSIX shell. */
	raw: boolean,
};

/** A snippet as it would be sent. */
export type SnippetPreview = {
	/** The text; dots stand for secrets, and what is not filled in yet stands as in the snippet. */
	text: string,
	/** Why it cannot be sent yet. */
	problems: ValueProblem[],
};

/** A snippet. */
export type SnippetRef = {
	/** Its id. */
	id: SnippetId,
};

/** A snippet to add or change. */
export type SnippetSave = {
	/** None adds one. */
	id?: SnippetId | null,
	/** All its fields. */
	draft: SnippetDraft,
	/** A folder or machine that it is for: a new one is kept where that is, here or on a team server. */
	near?: NodeId | null,
};

/** A snippet to type into a terminal. */
export type SnippetSend = {
	/** The snippet. */
	id: SnippetId,
	/** What is filled in. */
	values: { [key in string]: string },
	/** Where it goes. */
	session: SessionId,
	/** The program there knows pasted text from typed. */
	bracketed: boolean,
};

/** How messages of SNMP 3 are encrypted. Makers lengthen keys in two ways that do not understand each other. */
export type SnmpCipher = "des" | "aes128" | "aes192" | "aes192Cisco" | "aes256" | "aes256Cisco";

/** How messages of SNMP 3 are signed. */
export type SnmpHash = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

/** A version of SNMP. */
export type SnmpVersion =
/** 1 (RFC 1157): nothing is encrypted. */
"v1" |
/** 2c (RFC 1901): nothing is encrypted. */
"v2c" |
/** 3 (RFC 3414). */
"v3";

/** The part of connecting that is under way. */
export type Stage =
/** Looking the name up. */
"name" |
/** Opening the TCP connection, or the channel through the jump host. */
"connect" |
/** Agreeing on algorithms and keys. */
"handshake" |
/** Checking the host key. */
"hostKey" |
/** Signing in. */
"signIn" |
/** Asking for a terminal and a shell. */
"shell";

/** The result of a status check. */
export type StatusReport = {
	/** The machine. */
	id: NodeId,
	/** Whether it answers. */
	reachability: Reachability,
	/** "refused", "timed out after 3 s", "12 ms". */
	detail: string,
};

/** A part of connecting, as the error page lists it. */
export type Step = {
	/** Which part. */
	stage: Stage,
	/** How it went. */
	state: StepState,
	/** A few words: an address, "refused", "through lb-01". */
	detail: string,
	/** How long it took, in milliseconds. */
	ms: number | null,
};

/** How a part of connecting went. */
export type StepState =
/** Not yet reached. */
"waiting" |
/** Under way. */
"running" |
/** Done. */
"done" |
/** This is where it stopped. */
"failed";

/** What `storage_content` takes. */
export type StorageContent = {
	/** The machine. */
	entry: NodeId,
	/** As this node sees it. */
	node: string,
	/** Its name. */
	storage: string,
};

/** What `storage_upload` takes. */
export type StorageUpload = {
	/** The machine. */
	entry: NodeId,
	/** By this node. */
	node: string,
	/** Its name. */
	storage: string,
	/** `iso` or `vztmpl`. */
	content: string,
	/** The file. */
	path: string,
};

/** A switch. */
export type Switch = {
	/** When it was read. */
	read: Timestamp,
	/** What it calls itself. */
	name: string,
	/** What it says of itself. */
	about: string,
	/** Seconds since it started. */
	uptime: number | null,
	/** Its ports. */
	ports: SwitchPort[],
	/** Its VLANs; empty where it has none. */
	vlans: SwitchVlan[],
	/** Whether anything can be changed with the name or community that is used; none is not tried. */
	writable: boolean | null,
	/** Whether its counters, neighbours and the addresses behind its ports are read, as SNMP has them. */
	counted: boolean,
	/** Whether the layer-3 addresses of its VLANs can be changed. */
	layer3: boolean,
};

/** What `switch_apply` takes. */
export type SwitchApply = {
	/** The machine. */
	entry: NodeId,
	/** The plan. */
	plan: SwitchChangeId,
	/** How long there is to keep it, 10 to 3600. */
	seconds: number,
	/** The name that the guard asks for, as it was typed. */
	confirmed?: string | null,
};

/** A change on its way, or lately ended. */
export type SwitchChange = {
	/** Its id, which is its plan's. */
	id: SwitchChangeId,
	/** The switch. */
	entry: NodeId,
	/** What it is called. */
	name: string,
	/** What differs. */
	diff: PlanLine[],
	/** When it began. */
	started: Timestamp,
	/** How far it is. */
	state: SwitchChangeState,
};

/** A change of a switch. Lives as long as the process. */
export type SwitchChangeId = string;

/** What `switch_keep` takes. */
export type SwitchChangeRef = {
	/** The change. */
	id: SwitchChangeId,
};

/** How far a change is. */
export type SwitchChangeState =
/** Steps are sent. */
{ kind: "applying";
/** So many are done. */
done: number;
/** Of so many. */
all: number } |
/** All is as planned, and waits for somebody to keep it; it is taken back at this time. */
{ kind: "waiting";
/** Then. */
until: Timestamp } |
/** It stays. */
{ kind: "kept" } |
/** It is taken back. */
{ kind: "reverting";
/** Why. */
why: string } |
/** All is as it was before. */
{ kind: "reverted";
/** Why. */
why: string } |
/** It could not be taken back. */
{ kind: "stuck";
/** Why. */
why: string;
/** What differs from what was before, to be mended by hand. */
left: PlanLine[] };

/** What is to be changed. */
export type SwitchPlan = {
	/** Hand it to `switch_apply`; good for ten minutes, and for as long as the switch is as it was. */
	id: SwitchChangeId,
	/** What differs; empty if nothing does. */
	diff: PlanLine[],
	/** What is typed at the switch's command line, in this order; empty where it is changed by SNMP. */
	commands: string[],
	/** Whether the switch itself takes the change back if nobody keeps it, so that it does also without this computer. */
	ownTimer: boolean,
	/** What has to be known before, as for power; its name has to be typed where it is set. */
	guard: PowerGuard,
};

/** Whose command line a switch has. */
export type SwitchPlatform =
/** Juniper Junos, with Enhanced Layer 2 Software. */
"junos" |
/** Arista EOS. */
"eos" |
/** Cisco NX-OS. */
"nxOs" |
/** Cisco IOS-XE. */
"iosXe" |
/** Dell OS10. */
"os10";

/** A port. */
export type SwitchPort = {
	/** `ifIndex`. */
	index: number,
	/** What the switch calls it. */
	name: string,
	/** What people wrote there. */
	alias: string,
	/** "Ethernet", "VLAN", "aggregate", "loopback" and so on. */
	kind: string,
	/** Whether it is a socket that something is plugged into. */
	physical: boolean,
	/** Bits a second; none where it says none. */
	speed: number | null,
	/** Whether it is wanted up. */
	up: boolean,
	/** What it is. */
	state: PortState,
	/** Its hardware address. */
	mac: string | null,
	/** Whether it carries VLANs. */
	switched: boolean,
	/** The VLAN of what comes in untagged. */
	native: number | null,
	/** VLANs with tags. */
	tagged: number[],
	/** What it feeds. */
	poe: PortPoe | null,
	/** Who is at the other end. */
	neighbour: PortNeighbour | null,
	/** How many addresses are behind it. */
	stations: number,
	/** What it carries, as of the last two readings. */
	rates: PortRates,
	/** Machines of the tree that are wired to it, and their names. */
	machines: ([NodeId, string])[],
};

/** An address behind a port. */
export type SwitchStation = {
	/** The hardware address. */
	mac: string,
	/** In which VLAN. */
	vlan: number | null,
	/** Behind which port; none is the switch itself. */
	port: number | null,
	/** A machine of the tree with that address, and its name. */
	machine: [NodeId, string] | null,
};

/** What `switch_traffic` takes. */
export type SwitchTraffic = {
	/** The machine. */
	entry: NodeId,
	/** Of these ports; none is of all. */
	ports: number[],
};

/** A VLAN. */
export type SwitchVlan = {
	/** Its number. */
	id: number,
	/** Its name. */
	name: string,
	/** How many ports are in it without a tag, and with one. */
	untagged: number,
	/** The latter. */
	tagged: number,
	/** Its layer-3 addresses, where the switch routes it and says so. */
	addresses: string[],
};

/** What somebody wants. */
export type SwitchWish =
/** A port up or down. */
{ kind: "up";
/** Which. */
port: number;
/** Up. */
up: boolean } |
/** What is written at a port. */
{ kind: "alias";
/** Which. */
port: number;
/** What. */
alias: string } |
/** A port in one VLAN, untagged, and in no other. */
{ kind: "access";
/** Which. */
port: number;
/** The VLAN. */
vlan: number } |
/** A port in these VLANs with tags, and in one without or none. */
{ kind: "trunk";
/** Which. */
port: number;
/** Without a tag. */
native: number | null;
/** With tags. */
tagged: number[] } |
/** A new VLAN. */
{ kind: "create";
/** Its number. */
vlan: number;
/** Its name. */
name: string } |
/** Another name. */
{ kind: "rename";
/** Which. */
vlan: number;
/** The name. */
name: string } |
/** A VLAN away. */
{ kind: "remove";
/** Which. */
vlan: number } |
/** The layer-3 addresses of a VLAN, instead of those that it has. */
{ kind: "addresses";
/** Which. */
vlan: number;
/** As `address/prefix`; the first of IPv4 is the primary one. */
addresses: string[] };

/** What `switch_plan` takes. */
export type SwitchWishes = {
	/** The machine. */
	entry: NodeId,
	/** What is wanted, in order. */
	wishes: SwitchWish[],
};

/** The open tabs, kept sealed in the vault because they name machines. The UI owns the shape. */
export type TabLayout = {
	/** JSON, at most 256 KiB. */
	json: string,
};

/** A decision about a file that is there already. */
export type TaskAnswer = {
	/** The task. */
	id: TaskId,
	/** What to do. */
	conflict: Conflict,
	/** Also about all that are still to come. */
	all: boolean,
};

/** A question of a task: something of that name is there already. */
export type TaskConflict = {
	/** Where. */
	path: string,
	/** What is there. */
	there: FileEntry,
	/** What would take its place. */
	coming: FileEntry,
};

/** A folder that a task changes. */
export type TaskFolder = {
	/** On this machine; on this computer if there is none. */
	machine: NodeId | null,
	/** Its path. */
	folder: string,
};

/** Long work on files. Lives as long as the process. */
export type TaskId = string;

/** A task. */
export type TaskInfo = {
	/** Its id. */
	id: TaskId,
	/** What it does. */
	kind: TaskKind,
	/** The file or folder, or how many. */
	title: string,
	/** Where from, in words. */
	from: string,
	/** Where to, in words; empty for a deletion. */
	to: string,
	/** Where it stands. */
	state: TaskState,
	/** The file it is at. */
	at: string,
	/** Files and folders that are done. */
	filesDone: number,
	/** Of so many; grows while they are counted. */
	files: number,
	/** Files that were left out, because the person said so or because they could not be read. */
	skipped: number,
	/** Bytes that are done; exact up to 2^53. */
	bytesDone: number,
	/** Of so many; grows while they are counted. */
	bytes: number,
	/** Bytes a second, over the last seconds. */
	rate: number,
	/** When it was asked for. */
	began: Timestamp,
	/** The folders whose content it changes. */
	touches: TaskFolder[],
	/** What was left out because it could not be done, or differs: the first hundred, each as a sentence. */
	problems: string[],
	/** What it copied can be compared with where it came from. */
	verifiable: boolean,
};

/** Long work on files. */
export type TaskKind =
/** From this computer to a machine. */
"upload" |
/** From a machine to this computer. */
"download" |
/** Within one place, or from machine to machine through this computer. */
"copy" |
/** Takes files away. */
"delete" |
/** From a folder to another one. */
"move" |
/** Compares what was copied with where it came from. */
"verify" |
/** Sets permissions of folders and everything inside. */
"permissions";

/** A task. */
export type TaskRef = {
	/** Its id. */
	id: TaskId,
};

/** Where a task stands. */
export type TaskState =
/** Waits for the ones before it. */
{ kind: "waiting" } |
/** At work. */
{ kind: "running" } |
/** Stands still until the person lets it go on, with what it has done so far. */
{ kind: "paused";
/** Why, if it was not the person who wanted it. */
error: ApiError | null } |
/** The connection was lost: it connects again by itself and goes on. */
{ kind: "reconnecting";
/** To which machine. */
machine: string;
/** Which try it is. */
attempt: number;
/** Of so many. */
most: number } |
/** Waits for a decision. */
{ kind: "asking";
/** About what. */
conflict: TaskConflict } |
/** Done. */
{ kind: "done" } |
/** Stopped by the person. What was finished until then stays. */
{ kind: "cancelled" } |
/** Could not go on. */
{ kind: "failed";
/** Why, and what to do. */
error: ApiError };

/** How terminals look and behave. */
export type TerminalSettings = {
	/** Typeface; "JetBrains Mono" is shipped. */
	font: string,
	/** Pixels, 8 to 32. */
	fontSize: number,
	/** Factor of the font size, 1.0 to 2.0. */
	lineHeight: number,
	/** Colours. */
	theme: TerminalTheme,
	/** Change text colours that fall below 4.5 : 1. */
	raiseContrast: boolean,
	/** The cursor. */
	cursor: CursorShape,
	/** Whether it blinks. */
	cursorBlink: boolean,
	/** Lines kept, 0 to 200,000. */
	scrollback: number,
	/** What the bell does. */
	bell: Bell,
	/** Copy whatever is selected. */
	copyOnSelect: boolean,
	/** Ask before pasting several lines. */
	confirmPaste: boolean,
	/** Let programs write the clipboard (OSC 52). They can never read it. */
	osc52Write: boolean,
};

/** Columns and rows of a terminal, with its size in pixels where that is known. */
export type TerminalSize = {
	/** Characters across. */
	cols: number,
	/** Lines down. */
	rows: number,
	/** Pixels across; 0 is unknown. */
	width: number,
	/** Pixels down; 0 is unknown. */
	height: number,
};

/** Colours of terminals. */
export type TerminalTheme =
/** As the window. */
"window" |
/** Light paper. */
"light" |
/** Dark. */
"dark" |
/** Solarized dark. */
"solarizedDark" |
/** Solarized light. */
"solarizedLight" |
/** White on black, full contrast. */
"highContrast";

/** Light or dark. */
export type Theme =
/** As the desktop says. */
"system" |
/** Always light. */
"light" |
/** Always dark. */
"dark";

/** Milliseconds since the Unix epoch, UTC. */
export type Timestamp = number;

/** What a certificate (RFC 5280) says of itself: hostile text, control characters removed. */
export type TlsCertificate = {
	/** Whom it is for. */
	subject: string,
	/** Who issued it. */
	issuer: string,
	/** The names and addresses it is good for. */
	names: string[],
	/** From when. */
	from: Timestamp,
	/** Until when. */
	until: Timestamp,
	/** Why it does not vouch for the machine by itself, as the end of "it …". */
	fault: string,
};

/**
 * Every node in the order the tree shows them (depth first), one array a column.
 *
 * Columns and not objects: 100,000 objects cost the webview about five times as long to parse.
 */
export type TreeRows = {
	/** Counts up with every change of the tree. */
	revision: number,
	/** The nodes. */
	ids: NodeId[],
	/** How deep each is; 0 is the root's children. */
	depths: number[],
	/** 1 for a folder, 0 for an entry. */
	folders: number[],
	/** How each is reached: 0 SSH (and folders), 1 Telnet, 2 raw TCP, 3 a serial line, 4 VNC, 5 RDP. */
	protocols: number[],
	/** Names. */
	names: string[],
	/** Addresses; empty for folders. */
	addresses: string[],
	/** Tags, inherited ones included, joined by spaces. */
	tags: string[],
	/** Icon names; empty is the default. */
	icons: string[],
	/** Colour names; empty is none. */
	colors: string[],
	/** Machines of a team server that this person's own computer may dial itself, in no order. Few or none, and so no column. */
	direct: NodeId[],
	/** Folders of a team server that the person's own computer shows only while it hears of them, with all that is inside. */
	unkept: NodeId[],
	/** Machines with ways to manage them, in no order. Few or none, and so no column. */
	managed: ManagedMachine[],
};

/** A trigger. */
export type Trigger = {
	/** Its id. */
	id: TriggerId,
} & TriggerDraft;

/** What happens. */
export type TriggerAction =
/** The person is told. */
{ kind: "notify" } |
/** What was found is marked in terminals that are in sight; nobody is told. */
{ kind: "highlight";
/** With this colour. */
color: TriggerColor } |
/** A snippet is typed into that terminal, and the person is told. */
{ kind: "run";
/** One that asks for nothing. */
snippet: SnippetId };

/** The colour that what was found is marked with. */
export type TriggerColor =
/** As a warning. */
"yellow" |
/** As an error. */
"red" |
/** As a success. */
"green" |
/** Merely something to see. */
"blue";

/** What a person edits of a trigger. */
export type TriggerDraft = {
	/** Shown in lists and when it is told of. */
	name: string,
	/** A regular expression in the dialect of Rust's `regex`, looked for in each whole line. */
	pattern: string,
	/** Whether small and capital letters are the same. */
	ignoreCase: boolean,
	/** Whose output is looked at. */
	scope: TriggerScope,
	/** What happens. */
	action: TriggerAction,
	/** Seconds after which it may happen again in the same terminal, 1 to 3600. */
	pause: number,
	/** Whether a notification of the desktop holds the line. Others may see it, also over a locked screen. */
	showLine: boolean,
	/** It is looked for. */
	enabled: boolean,
};

/** A trigger found what it looks for. */
export type TriggerHit = {
	/** The trigger. */
	trigger: TriggerId,
	/** Its name. */
	name: string,
	/** Where. */
	session: SessionId,
	/** What the session is called. */
	title: string,
	/** The line, fit to be shown. */
	line: string,
	/** The snippet that was typed. */
	ran: string | null,
	/** Why the snippet was not typed. */
	problem: string | null,
	/** Whether a notification of the desktop may hold the line. */
	showLine: boolean,
};

/** A pattern that is looked for in output. */
export type TriggerId = string;

/** Lines to mark. */
export type TriggerLines = {
	/** The session that shows them. */
	session: SessionId,
	/** Whole lines, 500 at most. */
	lines: string[],
};

/** All triggers. */
export type TriggerList = {
	/** By name. */
	triggers: Trigger[],
	/** Pieces of output that came faster than they could be looked at, and were not, since Patchbay was started. */
	skipped: number,
};

/** A place in a line that is to be marked. */
export type TriggerMark = {
	/** Which of the lines, from 0. */
	line: number,
	/** Where it begins, in UTF-16 code units. */
	start: number,
	/** Where it ends. */
	end: number,
	/** The colour. */
	color: TriggerColor,
};

/** A trigger. */
export type TriggerRef = {
	/** Its id. */
	id: TriggerId,
};

/** A trigger to add or change. */
export type TriggerSave = {
	/** None adds one. */
	id?: TriggerId | null,
	/** All its fields. */
	draft: TriggerDraft,
};

/** Whose output is looked at. */
export type TriggerScope =
/** Every terminal's, shells on this computer included. */
{ kind: "everywhere" } |
/** That of a machine, or of all in a folder. */
{ kind: "node";
/** The machine or folder. */
id: NodeId };

/** A pattern to try out. */
export type TriggerTry = {
	/** The pattern. */
	pattern: string,
	/** Whether small and capital letters are the same. */
	ignoreCase: boolean,
	/** A line. */
	line: string,
};

/** A tunnel, as it is kept with an entry. */
export type Tunnel = {
	/** Its id, unique in the entry. */
	id: TunnelId,
	/** What the person calls it; may be empty. */
	name: string,
	/** Which way it leads. */
	kind: TunnelKind,
	/** Where connections are made to. */
	listen: TunnelEnd,
	/** Where they are carried to; none for a dynamic one. */
	to: TunnelEnd | null,
	/** Whether it is started with each terminal of the machine. */
	withSession: boolean,
};

/** An end of a tunnel. */
export type TunnelEnd =
/** A TCP port. */
{ kind: "port";
/** Where it listens: an IP address, empty for loopback, `*` for all. Where it leads: a host name or IP address. */
address: string;
/** The port; 0 to listen at any free one. */
port: number } |
/** A Unix socket. */
{ kind: "socket";
/** Its path. */
path: string };

/** A tunnel of an entry. */
export type TunnelId = string;

/** A tunnel and how it goes. */
export type TunnelInfo = {
	/** The tunnel, as it was started; as it is kept if it is not running. */
	tunnel: Tunnel,
	/** Whether it is kept with the entry. */
	saved: boolean,
	/** Where it stands. */
	state: TunnelState,
	/** Whether a terminal started it, and it stops with that. */
	bySession: boolean,
	/** Where it listens, as people write it; empty while it does not. */
	listening: string[],
	/** Connections that are open. */
	open: number,
	/** Connections there were. */
	total: number,
	/** Connections that were turned away. */
	refused: number,
	/** Bytes from this computer to the machine; exact up to 2^53. */
	up: number,
	/** Bytes from the machine to this computer; exact up to 2^53. */
	down: number,
	/** Bytes a second to the machine, over the last second. */
	upRate: number,
	/** Bytes a second from the machine, over the last second. */
	downRate: number,
	/** What went wrong with a connection last. */
	problem: string | null,
};

/** Which way a tunnel leads (as `-L`, `-R` and `-D` of ssh(1)). */
export type TunnelKind =
/** From this computer to a place the machine can reach. */
"local" |
/** From the machine to a place this computer can reach. */
"remote" |
/** From this computer to wherever a program asks for by SOCKS 5. */
"dynamic";

/** A machine. */
export type TunnelMachine = {
	/** The machine. */
	entry: NodeId,
};

/** A tunnel that need not be kept with the machine. */
export type TunnelNew = {
	/** The machine. */
	entry: NodeId,
	/** The tunnel. */
	tunnel: Tunnel,
	/** Why, where a team server asks. */
	reason?: string | null,
};

/** One tunnel of a machine. */
export type TunnelRef = {
	/** The machine. */
	entry: NodeId,
	/** The tunnel. */
	tunnel: TunnelId,
};

/** A tunnel to start. */
export type TunnelStart = {
	/** The machine. */
	entry: NodeId,
	/** The tunnel. */
	tunnel: TunnelId,
	/** Why, where a team server asks. */
	reason?: string | null,
};

/** A machine whose tunnels are to start. */
export type TunnelStartAll = {
	/** The machine. */
	entry: NodeId,
	/** Why, where a team server asks. */
	reason?: string | null,
};

/** Where a tunnel stands. */
export type TunnelState =
/** Not wanted. */
{ kind: "stopped" } |
/** Waits for the connection to the machine. */
{ kind: "connecting" } |
/** Carries connections. */
{ kind: "running" } |
/** The connection to the machine was lost and is tried again by itself. */
{ kind: "reconnecting";
/** Why it was lost, or not made again. */
error: ApiError } |
/** Could not be started. */
{ kind: "failed";
/** Why, and what to do. */
error: ApiError };

/** A deletion that can be taken back. */
export type UndoId = string;

/** How often a machine used something of this computer. */
export type Use = {
	/** How often. */
	times: number,
	/** The last time. */
	last: Timestamp | null,
};

/** What is wrong with what was filled in. */
export type ValueProblem = {
	/** The parameter. */
	name: string,
	/** What is wrong and what to do, as sentences. */
	message: string,
};

/** Where to write a copy. */
export type VaultBackup = {
	/** The file; it must not be there yet. */
	path: string,
};

/** A change of the passphrase. */
export type VaultChangePassphrase = {
	/** The present one. */
	current: string,
	/** The one from then on. */
	new: string,
};

/** A vault to switch to. */
export type VaultChoose = {
	/** The file. */
	path: string,
};

/** A vault to create. */
export type VaultCreate = {
	/** The file; without one the usual place. */
	path?: string | null,
	/** Opens it from then on. */
	passphrase: string,
};

/** How to lock. */
export type VaultLock = {
	/** Also end everything that is running. */
	closeSessions: boolean,
};

/** Where the vault stands. */
export type VaultPhase =
/** There is no vault at the chosen path: first run. */
"missing" |
/** It is there and closed. */
"locked" |
/** It is open. */
"unlocked";

/** What opens a vault whose passphrase is lost. */
export type VaultRecover = {
	/** The recovery key, as it was written down. */
	recoveryKey: string,
	/** Opens the vault from then on. */
	newPassphrase: string,
};

/** A copy to put back. */
export type VaultRestore = {
	/** The copy. */
	from: string,
	/** The vault file; without one the chosen vault. */
	to?: string | null,
};

/** Settings that travel with the vault. */
export type VaultSettings = {
	/** Minutes without a key or click until it locks; 0 is never. */
	lockAfterMinutes: number,
	/** Lock when the computer sleeps. */
	lockOnSleep: boolean,
	/** Lock when the screen is locked. */
	lockOnScreenLock: boolean,
	/** Read `~/.ssh/known_hosts` (and the system's) beside the vault's own host keys. */
	readKnownHosts: boolean,
	/** What of terminals is recorded where neither the machine nor a folder says so. */
	record: RecordMode,
	/** How long recordings are kept. */
	recordingsKept: RecordingsKept,
};

/** Settings of the vault. */
export type VaultSettingsSet = {
	/** All of them. */
	settings: VaultSettings,
};

/** The state of the vault. */
export type VaultStatus = {
	/** Where it stands. */
	phase: VaultPhase,
	/** Name of the vault, from its file name. */
	name: string,
	/** The file. */
	path: string,
	/** Why it is locked. */
	lockReason: LockReason | null,
	/** Seconds until it locks by itself; `None` if that is off or it is locked. */
	locksIn: number | null,
	/** Whether the OS keyring can unlock it. */
	keyring: boolean,
	/** Sessions that are open or opening. */
	runningSessions: number,
};

/** What opens the vault. */
export type VaultUnlock = {
	/** The passphrase. */
	passphrase: string,
};

/** What `volume_delete` takes. */
export type VolumeDelete = {
	/** The machine. */
	entry: NodeId,
	/** By this node. */
	node: string,
	/** Its id. */
	volume: string,
	/** The last part of its id, as it was typed. */
	confirmed: string,
};

/** What a way said when it was asked last. */
export type WayStatus = {
	/** The way. */
	id: ManagementId,
	/** What kind it is. */
	kind: ManagementKind,
	/** In a few words: "IPMI at 198.51.100.7", "outlet 7 of pdu-a2". */
	name: string,
	/** When it was asked; none if it was not yet. */
	read: Timestamp | null,
	/** How long the answer took, in milliseconds. */
	ms: number | null,
	/** Whether it says that the machine is on. */
	power: PowerState,
	/** What can be done with the machine's power by it. */
	offers: PowerAction[],
	/** What it is, in a line: maker, model, version. */
	about: string,
	/** What is wrong; none if it answered. */
	problem: ApiError | null,
	/** Set where its certificate or host key has to be looked at first: nothing was said to it. See `management_trust`. */
	question: HostKeyQuestion | null,
};

/** One rung of the ladder from built-in defaults to the node. */
export type WhereValuesComeFrom = {
	/** The rung. */
	origin: Origin,
	/** How many of the effective settings are set there. */
	values: number,
	/** The tags set there. */
	tags: string[],
};

/** Whom the server knows the person as. */
export type WorkspaceAccount = {
	/** At the server. */
	id: AccountId,
	/** What the person signs in with. */
	name: string,
	/** What others call the person. */
	display: string,
};

/** A team server to add. */
export type WorkspaceAdd = {
	/** As looking gave it. */
	address: string,
	/** As looking gave it, once the person has compared it. */
	fingerprint?: string | null,
	/** How to get in. */
	entry: WorkspaceEntry,
};

/** A team server to sign in to with the browser. */
export type WorkspaceBrowserBegin = {
	/** Which. */
	door: WorkspaceDoor,
};

/** A request that is answered in a browser. */
export type WorkspaceBrowserRef = {
	/** As beginning gave it. */
	id: HandoffId,
};

/** Which team server somebody signs in to with the browser. */
export type WorkspaceDoor =
/** One that is not in the tree yet. */
{ kind: "new";
/** As looking gave it. */
address: string;
/** As looking gave it, once the person has compared it. */
fingerprint: string | null } |
/** One that was added before. */
{ kind: "known";
/** Its id. */
id: WorkspaceId };

/** How to get into a team server. */
export type WorkspaceEntry =
/** With an account. */
{ kind: "signIn";
/** Its name. */
name: string;
/** Its password. */
password: string;
/** A one-time password or a recovery code, where one is asked for. */
code: string | null } |
/** With a link, making an account. */
{ kind: "join";
/** What is behind `#` in the link. */
token: string;
/** The name to sign in with from then on. */
name: string;
/** What others call the person; may be empty. */
display: string;
/** The password to sign in with from then on. */
password: string };

/** A request to be let in that its person answers in a browser. What proves who asks is not in it. */
export type WorkspaceHandoff = {
	/** What it is called here; the server does not know it. */
	id: HandoffId,
	/** The person compares it with what the page shows. */
	code: string,
	/** The page, with the code behind `#`. */
	link: string,
	/** What the page says is asking. */
	client: string,
	/** Until when it can be answered, by the clock of this computer. */
	expires: Timestamp,
};

/** A team server whose machines are shown here. */
export type WorkspaceId = string;

/** A team server that was added. */
export type WorkspaceInfo = {
	/** Its id, which only this vault knows. */
	id: WorkspaceId,
	/** The folder of the tree that its machines are shown in. */
	root: NodeId,
	/** What the server calls itself. */
	name: string,
	/** `https://host`, with `:port` unless it is 443. */
	address: string,
	/** The certificate that is trusted, `SHA256:` and 64 digits; none where this computer's authorities decide. */
	fingerprint: string | null,
	/** None before the first sign-in has gone well. */
	account: WorkspaceAccount | null,
	/** Where it stands. */
	state: WorkspaceState,
	/** Why it is not connected. */
	problem: ApiError | null,
	/** When what is shown was so; only while it is not connected. */
	asOf: Timestamp | null,
};

/** What a link to join says. */
export type WorkspaceInvitation = {
	/** Name of the organisation; none for the link that sets a server up. */
	organisation: string | null,
	/** Who made it; none if that account is gone. */
	by: string | null,
	/** Name of the role that comes with it. */
	role: string | null,
	/** Until when it is good. */
	expires: Timestamp,
};

/** A link to join a team server. */
export type WorkspaceLink = {
	/** As looking gave it. */
	address: string,
	/** As looking gave it, once the person has compared it. */
	fingerprint?: string | null,
	/** As looking gave it. */
	token: string,
};

/** Where a team server may be. */
export type WorkspaceLook = {
	/** `host`, `host:port`, `https://…`, or a link to join. */
	address: string,
};

/** What answered at an address. */
export type WorkspaceOffer = {
	/** `https://host`, with `:port` unless it is 443. */
	address: string,
	/** What the server calls itself. */
	name: string,
	/** Its version. */
	version: string,
	/** Whether anybody has an account there. */
	setUp: boolean,
	/** To be compared with what the server says of itself, and then pinned; none if this computer trusts the certificate. */
	fingerprint: string | null,
	/** What lets the person join, if the address was a link that has it. */
	token: string | null,
};

/** A team server. */
export type WorkspaceRef = {
	/** Its id. */
	id: WorkspaceId,
};

/** A request to a team server. */
export type WorkspaceRequest = {
	/** The server. */
	id: WorkspaceId,
	/** `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. */
	method: string,
	/** Below `/api/v1`, as `/me/tokens`; may have a query. */
	path: string,
	/** What is sent along. */
	body?: unknown | null,
};

/** A sign-in at a team server that was added before. */
export type WorkspaceSignIn = {
	/** The server. */
	id: WorkspaceId,
	/** Name of the account. */
	name: string,
	/** Its password. */
	password: string,
	/** A one-time password or a recovery code, where one is asked for. */
	code?: string | null,
};

/** Where a workspace stands. */
export type WorkspaceState =
/** On the way. */
"connecting" |
/** What is shown is so now. */
"connected" |
/** The server does not answer: what is shown was so once. It is tried again by itself. */
"offline" |
/** The server takes the sign-in no more, or there is none. */
"signedOut" |
/** The server shows another certificate than the one that was trusted. Nothing is sent to it. */
"certificateChanged";

/** Another certificate of a team server. */
export type WorkspaceTrust = {
	/** The server. */
	id: WorkspaceId,
	/** Of the certificate, as the person has compared it. */
	fingerprint: string,
};

/** Every command: what it takes and what it gives. */
export interface Commands {
	/** Where the vault stands. */
	vault_status: { args: Record<string, never>; result: VaultStatus };
	/** Makes a recovery key to write down; it counts once the vault is created. */
	vault_propose_recovery_key: { args: Record<string, never>; result: RecoveryKeyText };
	/** Writes the recovery key shown last to a file only you can read. */
	vault_save_recovery_key: { args: SaveRecoveryKey; result: null };
	/** How hard a passphrase is to guess. */
	vault_passphrase_strength: { args: PassphraseToJudge; result: PassphraseStrength };
	/** Creates a vault with the proposed recovery key and opens it. */
	vault_create: { args: VaultCreate; result: VaultStatus };
	/** Switches to another vault file, locked. */
	vault_choose: { args: VaultChoose; result: VaultStatus };
	/** Opens the vault. */
	vault_unlock: { args: VaultUnlock; result: VaultStatus };
	/** Opens the vault with the key in this computer's keyring. */
	vault_unlock_keyring: { args: Record<string, never>; result: VaultStatus };
	/** Opens the vault with the recovery key and sets a new passphrase. */
	vault_recover: { args: VaultRecover; result: VaultStatus };
	/** Locks the vault; sessions go on unless they are to be closed. */
	vault_lock: { args: VaultLock; result: VaultStatus };
	/** Sets another passphrase. */
	vault_change_passphrase: { args: VaultChangePassphrase; result: null };
	/** Makes another recovery key; the old one is worthless from then on. */
	vault_replace_recovery_key: { args: PassphraseAgain; result: RecoveryKeyText };
	/** Seals everything anew under a fresh key. */
	vault_rekey: { args: PassphraseAgain; result: RecoveryKeyText };
	/** Whether this computer's keyring can be used. */
	vault_keyring_offer: { args: Record<string, never>; result: KeyringOffer };
	/** Lets this computer's keyring open the vault. */
	vault_keyring_enable: { args: PassphraseAgain; result: VaultStatus };
	/** Takes the vault's key out of the keyring. */
	vault_keyring_disable: { args: Record<string, never>; result: VaultStatus };
	/** Writes a verified copy of the vault. */
	vault_backup: { args: VaultBackup; result: null };
	/** Puts a copy back; what was there is moved aside. */
	vault_restore: { args: VaultRestore; result: VaultStatus };
	/** Says that a person is here, which postpones locking. */
	vault_touch: { args: Record<string, never>; result: null };
	/** The whole tree. */
	tree_load: { args: Record<string, never>; result: TreeRows };
	/** A machine or folder with everything its editor shows. */
	node_get: { args: NodeRef; result: NodeDetail };
	/** What a new machine in a folder would inherit. */
	node_new_detail: { args: NewNode; result: NodeDetail };
	/** Adds or changes a machine. */
	entry_save: { args: EntrySave; result: Entry };
	/** Adds or changes a folder. */
	folder_save: { args: FolderSave; result: Folder };
	/** Renames a machine or folder. */
	node_rename: { args: NodeRename; result: null };
	/** Copies machines and folders beside themselves. */
	nodes_duplicate: { args: Nodes; result: NodeId[] };
	/** Moves machines and folders. */
	nodes_move: { args: NodesMove; result: null };
	/** What deleting would take away. */
	nodes_delete_preview: { args: Nodes; result: DeletePreview };
	/** Deletes machines and folders with everything inside. */
	nodes_delete: { args: Nodes; result: UndoId };
	/** Takes a deletion back. */
	nodes_undelete: { args: NodesUndelete; result: null };
	/** Machines used last, latest first. */
	recents_list: { args: Record<string, never>; result: NodeId[] };
	/** All tags in use. */
	tags_list: { args: Record<string, never>; result: string[] };
	/** Adds a machine from `user@host:port`. */
	entry_quick_add: { args: EntryQuickAdd; result: Entry };
	/** All snippets. */
	snippet_list: { args: Record<string, never>; result: Snippet[] };
	/** Adds or changes a snippet. */
	snippet_save: { args: SnippetSave; result: Snippet };
	/** Deletes a snippet. */
	snippet_delete: { args: SnippetRef; result: null };
	/** A snippet as it would be sent, with dots for secrets. */
	snippet_preview: { args: SnippetLook; result: SnippetPreview };
	/** Types a filled snippet into the terminal of a session. */
	snippet_send: { args: SnippetSend; result: null };
	/** All triggers. */
	trigger_list: { args: Record<string, never>; result: TriggerList };
	/** Adds or changes a trigger. */
	trigger_save: { args: TriggerSave; result: Trigger };
	/** Deletes a trigger. */
	trigger_delete: { args: TriggerRef; result: null };
	/** Whether a pattern is found in a line. */
	trigger_try: { args: TriggerTry; result: boolean };
	/** Which places in lines of a session are to be marked. */
	trigger_marks: { args: TriggerLines; result: TriggerMark[] };
	/** Machines that folders, tags and machines stand for, in the order of the tree. */
	run_targets: { args: RunTargets; result: NodeId[] };
	/** Runs a command or snippet on many machines; nothing is asked on the way. */
	run_start: { args: RunStart; result: RunInfo };
	/** The last commands on many machines, latest first. */
	run_list: { args: Record<string, never>; result: RunInfo[] };
	/** One of them with its machines and how they are grouped. */
	run_get: { args: RunRef; result: RunDetail };
	/** What a machine of it put out. */
	run_output: { args: RunMachineRef; result: RunOutput };
	/** How the output of two machines of it differs. */
	run_diff: { args: RunCompare; result: RunDiff };
	/** Groups its machines by another rule. */
	run_group: { args: RunRegroup; result: null };
	/** Does it once more on those machines of it that failed, or on the ones named. */
	run_retry: { args: RunRetry; result: RunInfo };
	/** Does all of it once more. */
	run_again: { args: RunAgain; result: RunInfo };
	/** Stops it, or one machine of it. */
	run_cancel: { args: RunCancel; result: null };
	/** Forgets it; what still runs is stopped. */
	run_forget: { args: RunRef; result: null };
	/** Writes its results to a file. */
	run_export: { args: RunExportTo; result: null };
	/** All identities. */
	identity_list: { args: Record<string, never>; result: Identity[] };
	/** Adds or changes an identity. */
	identity_save: { args: IdentitySave; result: Identity };
	/** Deletes an identity; one in use only with force. */
	identity_delete: { args: IdentityDelete; result: null };
	/** Machines and folders that name an identity. */
	identity_used_by: { args: IdentityRef; result: NodeName[] };
	/** What a private key is, without keeping it. */
	identity_inspect_key: { args: KeyToInspect; result: PublicKeyInfo };
	/** Shows a secret, shortly after the passphrase was typed. */
	identity_reveal: { args: IdentityReveal; result: RevealedText };
	/** Makes a new key pair and keeps it as an identity. */
	identity_generate_key: { args: KeyGenerate; result: Identity };
	/** Keys of the running SSH agent. */
	agent_keys: { args: Record<string, never>; result: PublicKeyInfo[] };
	/** Gives up making a key pair. */
	identity_cancel_generate: { args: GenerateCancel; result: null };
	/** The public half of an identity's key. */
	identity_public_key: { args: IdentityRef; result: PublicKeyInfo };
	/** The picture OpenSSH draws of an identity's key. */
	identity_picture: { args: IdentityRef; result: KeyPicture };
	/** Writes the public half of an identity's key to a file. */
	identity_export_public: { args: PublicKeyExport; result: null };
	/** Writes an identity's private key to a file, encrypted, shortly after the passphrase was typed. */
	identity_export_private: { args: PrivateKeyExport; result: null };
	/** What an authority needs to sign a certificate for an identity's key. */
	identity_certificate_request: { args: CertificateRequest; result: RequestText };
	/** Whether programs that use Patchbay's agent are asked about each use of an identity's key. */
	identity_ask_on_use: { args: AskOnUse; result: Identity };
	/** Installs an identity's public key in the account that a session for files is signed in to. */
	identity_install_key: { args: KeyInstall; result: KeyInstalled };
	/** Where Patchbay's own agent stands. */
	agent_status: { args: Record<string, never>; result: AgentStatus };
	/** Allows or denies a program the use of a key. */
	agent_answer: { args: AgentAnswer; result: null };
	/** Settings of this computer. */
	settings_get: { args: Record<string, never>; result: AppSettings };
	/** Changes the settings of this computer. */
	settings_set: { args: SettingsSet; result: AppSettings };
	/** Settings that travel with the vault. */
	vault_settings_get: { args: Record<string, never>; result: VaultSettings };
	/** Changes the settings that travel with the vault. */
	vault_settings_set: { args: VaultSettingsSet; result: VaultSettings };
	/** The tabs open last time. */
	layout_get: { args: Record<string, never>; result: TabLayout };
	/** Remembers the open tabs. */
	layout_set: { args: LayoutSet; result: null };
	/** Tabs and splits that were saved under a name. */
	layout_list: { args: Record<string, never>; result: NamedLayout[] };
	/** Saves tabs and splits under a name, or gives saved ones another name or content. */
	layout_save: { args: LayoutSave; result: NamedLayout };
	/** Forgets tabs and splits that were saved under a name. */
	layout_delete: { args: LayoutRef; result: null };
	/** About this computer and this Patchbay. */
	app_info: { args: Record<string, never>; result: AppInfo };
	/** Opens a session; connecting goes on by itself. */
	session_open: { args: SessionOpen; result: SessionInfo };
	/** Opens a session with a machine of a team server from this computer, with what the server hands out for it. */
	session_open_direct: { args: SessionOpenDirect; result: SessionInfo };
	/** What it takes to dial a machine from another computer; only a team server says, and only where its rules allow it. */
	session_hand_out: { args: SessionHandOut; result: DirectWay };
	/** All sessions. */
	session_list: { args: Record<string, never>; result: SessionInfo[] };
	/** A way for the webview to reach the bytes of a session. */
	session_attach: { args: SessionRef; result: Attachment };
	/** Answers what a session asks. */
	session_answer: { args: SessionAnswer; result: null };
	/** Answers nothing: gives up what the session was asking for. */
	session_cancel_prompt: { args: SessionCancelPrompt; result: null };
	/** Decides about a host key. */
	session_host_key: { args: SessionHostKey; result: null };
	/** Connects a closed session again; what it showed stays. */
	session_reconnect: { args: SessionReconnect; result: SessionInfo };
	/** Ends the connection; the session stays to be read. */
	session_disconnect: { args: SessionRef; result: null };
	/** Ends the connection and forgets the session. */
	session_close: { args: SessionRef; result: null };
	/** Gives a session another title. */
	session_rename: { args: SessionRename; result: SessionInfo };
	/** Tells a line something besides bytes: a break, DTR, RTS. */
	session_signal: { args: SessionSignal; result: null };
	/** Makes files of this computer ones that can be pasted on a desktop; how many, with all that is in folders. */
	session_lend_files: { args: SessionLendFiles; result: number };
	/** The serial ports of this computer. */
	serial_ports: { args: Record<string, never>; result: SerialPortInfo[] };
	/** Tries a machine that is not saved yet: signs in and closes. */
	session_test: { args: SessionTest; result: SessionInfo };
	/** The tunnels of a machine: those kept with it, and those started by hand. */
	tunnel_list: { args: TunnelMachine; result: MachineTunnels };
	/** The machines with tunnels that were started. */
	tunnel_started: { args: Record<string, never>; result: MachineTunnels[] };
	/** Starts a tunnel of a machine; connecting goes on by itself. */
	tunnel_start: { args: TunnelStart; result: MachineTunnels };
	/** Starts a tunnel that need not be kept with the machine. */
	tunnel_start_new: { args: TunnelNew; result: MachineTunnels };
	/** Starts all tunnels kept with a machine. */
	tunnel_start_all: { args: TunnelStartAll; result: MachineTunnels };
	/** Stops a tunnel and ends its connections. */
	tunnel_stop: { args: TunnelRef; result: MachineTunnels };
	/** Stops all tunnels of a machine. */
	tunnel_stop_all: { args: TunnelMachine; result: MachineTunnels };
	/** Asks the ways to manage a machine, or gives what they said lately. */
	management_status: { args: DeviceRead; result: MachineStatus };
	/** Asks one way to manage a machine that is not saved yet. */
	management_test: { args: ManagementTest; result: WayStatus };
	/** Puts the certificate of a way to manage a machine on record. */
	management_trust: { args: ManagementTrust; result: WayStatus };
	/** Signs in at a machine's cluster, or its guest's, with the code of a second factor. */
	management_sign_in: { args: ManagementSignIn; result: WayStatus };
	/** The families of power units that are known: their keys, and makers with models. */
	management_families: { args: Record<string, never>; result: ([string, string])[] };
	/** Tries the ways to a console of a machine, best first. */
	console_ladder: { args: DeviceRef; result: ConsoleRung[] };
	/** What is to be known before something is done with the power of machines. */
	power_guard: { args: PowerGuardFor; result: PowerGuard };
	/** Does something with a machine's power, by one way or by the best that works. */
	power_do: { args: PowerDo; result: PowerDone };
	/** What was done with a machine's power, ports and outlets, the latest first. */
	power_history: { args: DeviceRef; result: PowerEvent[] };
	/** All machines with ways to manage them, and what these said lately or say now. */
	fleet_list: { args: FleetList; result: FleetRow[] };
	/** Does something with the power of many machines. */
	fleet_power: { args: FleetPower; result: FleetResult[] };
	/** The sensors of a machine, read now. */
	bmc_sensors: { args: BmcRef; result: BmcSensors };
	/** The event log of a machine. */
	bmc_log: { args: BmcRef; result: BmcLog };
	/** Clears the event log of a machine. */
	bmc_clear_log: { args: BmcClearLog; result: null };
	/** Writes the event log of a machine to a file as CSV. */
	bmc_export_log: { args: BmcExportLog; result: null };
	/** What a machine and its management controller are. */
	bmc_facts: { args: BmcRef; result: BmcFacts };
	/** Switches a machine's locating light. */
	bmc_locate: { args: BmcLocate; result: null };
	/** Says what a machine starts from. */
	bmc_boot: { args: BmcBootOf; result: null };
	/** Starts a management controller anew; the machine runs on. */
	bmc_reset: { args: BmcRef; result: null };
	/** The users of a management controller. */
	bmc_users: { args: BmcRef; result: BmcUsers };
	/** Adds or changes a user of a management controller. */
	bmc_save_user: { args: BmcSaveUser; result: BmcUsers };
	/** Deletes a user of a management controller. */
	bmc_delete_user: { args: BmcDeleteUser; result: BmcUsers };
	/** Puts an image into a virtual drive of a machine. */
	bmc_insert_media: { args: BmcInsertMedia; result: null };
	/** Takes the image out of a virtual drive of a machine. */
	bmc_eject_media: { args: BmcEjectMedia; result: null };
	/** Sends a raw command of IPMI: bytes in hexadecimal, the first two network function and command. */
	bmc_raw: { args: BmcRaw; result: string };
	/** A cluster with its nodes, guests and storages. */
	cluster_get: { args: DeviceRead; result: Cluster };
	/** Whether a cluster is looked at every few seconds from now on; the event `cluster` says when it changed. */
	cluster_watch: { args: ClusterWatch; result: null };
	/** A guest with its configuration and snapshots. */
	guest_get: { args: GuestRef; result: GuestDetail };
	/** What is to be known before something is done with a guest's power. */
	guest_power_guard: { args: GuestPowerGuard; result: PowerGuard };
	/** Does something with a guest's power. */
	guest_power: { args: GuestPowerOf; result: ClusterTask };
	/** Changes a guest's configuration. */
	guest_change: { args: GuestChangeOf; result: ClusterTask };
	/** Makes a disk of a guest larger. */
	guest_grow_disk: { args: GuestGrowDisk; result: ClusterTask };
	/** Takes a snapshot of a guest. */
	guest_take_snapshot: { args: GuestTakeSnapshot; result: ClusterTask };
	/** Takes a guest back to a snapshot: what it is now is lost. */
	guest_roll_back: { args: GuestRollBack; result: ClusterTask };
	/** Deletes a snapshot of a guest. */
	guest_delete_snapshot: { args: GuestDeleteSnapshot; result: ClusterTask };
	/** Backs a guest up. */
	guest_back_up: { args: GuestBackUp; result: ClusterTask };
	/** The backups of a guest that its node sees. */
	guest_backups: { args: GuestRef; result: ClusterVolume[] };
	/** Copies a guest. */
	guest_clone: { args: GuestCloneOf; result: ClusterTask };
	/** Makes a virtual machine from a template. */
	guest_from_template: { args: GuestFromTemplateOf; result: ClusterTask };
	/** Moves a guest to another node. */
	guest_migrate: { args: GuestMigrate; result: ClusterTask };
	/** Deletes a guest with its disks. */
	guest_delete: { args: GuestDelete; result: ClusterTask };
	/** What a cluster remembers of a guest. */
	guest_graph: { args: GuestGraph; result: GraphPoint[] };
	/** Puts a backup back. */
	guest_restore: { args: GuestRestoreOf; result: ClusterTask };
	/** What lies in a storage. */
	storage_content: { args: StorageContent; result: ClusterVolume[] };
	/** Uploads an image or template of this computer into a storage. */
	storage_upload: { args: StorageUpload; result: ClusterTask };
	/** Deletes something that lies in a storage. */
	volume_delete: { args: VolumeDelete; result: ClusterTask };
	/** Tasks of clusters that were begun from here, the latest first. */
	cluster_tasks: { args: Record<string, never>; result: ClusterTask[] };
	/** Stops a task of a cluster. */
	cluster_task_cancel: { args: ClusterTaskRef; result: null };
	/** Forgets a task of a cluster that is over. */
	cluster_task_forget: { args: ClusterTaskRef; result: null };
	/** A switch with its ports and VLANs. */
	switch_get: { args: DeviceRead; result: Switch };
	/** Reads the counters of a switch, and gives what each port carried in the last hour. */
	switch_traffic: { args: SwitchTraffic; result: PortTraffic[] };
	/** The addresses that a switch has seen, and behind which ports. */
	switch_stations: { args: DeviceRef; result: SwitchStation[] };
	/** What a switch would be changed to: read, planned and compared, and nothing done. */
	switch_plan: { args: SwitchWishes; result: SwitchPlan };
	/** Carries out a plan; it is taken back by itself unless it is kept in time. */
	switch_apply: { args: SwitchApply; result: SwitchChange };
	/** Keeps a change of a switch. */
	switch_keep: { args: SwitchChangeRef; result: SwitchChange };
	/** Takes a change of a switch back now. */
	switch_revert: { args: SwitchChangeRef; result: SwitchChange };
	/** Changes of switches since the app started, the latest first. */
	switch_changes: { args: Record<string, never>; result: SwitchChange[] };
	/** A console server or KVM switch with its ports. */
	console_ports: { args: DeviceRead; result: ConsoleServer };
	/** A power unit with its outlets. */
	pdu_get: { args: DeviceRead; result: Pdu };
	/** What is to be known before an outlet is switched. */
	outlet_guard: { args: OutletGuard; result: PowerGuard };
	/** Switches an outlet. */
	outlet_do: { args: OutletDo; result: Pdu };
	/** The files in a folder of this computer or of a machine. */
	files_list: { args: FilesList; result: FileListing };
	/** What is in files and folders altogether. */
	files_count: { args: FilesRef; result: FileCount };
	/** Makes a folder. */
	files_make_folder: { args: FileRef; result: null };
	/** Gives a file or folder another name or place. */
	files_rename: { args: FilesRename; result: null };
	/** Sets the permissions of files and folders. */
	files_set_mode: { args: FilesSetMode; result: null };
	/** Sets the permissions of folders and everything inside, as a task. */
	files_set_mode_inside: { args: FilesSetMode; result: TaskInfo };
	/** The beginning of a file, to look at. */
	files_preview: { args: FileRef; result: FilePreview };
	/** Copies files and folders to a folder of this computer or of a machine, as a task. */
	files_copy: { args: FilesCopy; result: TaskInfo };
	/** Deletes files and folders with everything inside, as a task. */
	files_delete: { args: FilesRef; result: TaskInfo };
	/** A picture, to look at: what it is, and a way for the webview to reach its bytes. */
	files_picture: { args: FileRef; result: FilePicture };
	/** Fetches a file of a machine to be edited on this computer; it is uploaded whenever it is saved. */
	files_edit: { args: FileRef; result: EditInfo };
	/** All files that are edited on this computer. */
	edit_list: { args: Record<string, never>; result: EditInfo[] };
	/** Says what becomes of an edited file that could not be uploaded as it is. */
	edit_answer: { args: EditAnswerArgs; result: EditInfo };
	/** Edits a file no longer. */
	edit_stop: { args: EditStop; result: null };
	/** All tasks, oldest first. */
	task_list: { args: Record<string, never>; result: TaskInfo[] };
	/** Stops a task; what was finished until then stays. */
	task_cancel: { args: TaskRef; result: null };
	/** Decides about a file that is there already. */
	task_answer: { args: TaskAnswer; result: null };
	/** Does a task that failed or was stopped again. */
	task_retry: { args: TaskRef; result: TaskInfo };
	/** Forgets a task that is over. */
	task_forget: { args: TaskRef; result: null };
	/** Lets a task stand still, with what it has done so far. */
	task_pause: { args: TaskRef; result: null };
	/** Lets a paused task go on. */
	task_resume: { args: TaskRef; result: null };
	/** Lets all tasks stand still. */
	tasks_pause: { args: Record<string, never>; result: null };
	/** Lets all paused tasks go on. */
	tasks_resume: { args: Record<string, never>; result: null };
	/** Compares what a finished copy has put in its place with where it came from, as a task. */
	task_verify: { args: TaskRef; result: TaskInfo };
	/** All recordings, latest first. */
	recording_list: { args: Record<string, never>; result: RecordingInfo[] };
	/** A part of a recording of a terminal, as events. */
	recording_read: { args: RecordingRead; result: RecordingPart };
	/** Opens a recording of a desktop to be played; its picture comes as that of a session. */
	recording_play: { args: RecordingRef; result: RecordingPlay };
	/** A way for the webview to reach the picture of a player. */
	recording_attach: { args: RecordingPlayer; result: Attachment };
	/** Shows a time of a recording in its player. */
	recording_show: { args: RecordingShow; result: RecordingMoment };
	/** A small picture of a recording at about a time, and a way to reach its bytes. */
	recording_picture: { args: RecordingSmall; result: RecordingPicture | null };
	/** Ends a player. */
	recording_leave: { args: RecordingPlayer; result: null };
	/** Looks for text in recordings, a step of the way. */
	recording_search: { args: RecordingFind; result: RecordingSearch };
	/** Writes a recording to a plain file (asciicast, or animated PNG of a desktop); gives why it is not all of it. */
	recording_export: { args: RecordingExport; result: string | null };
	/** Gives a recording another title. */
	recording_rename: { args: RecordingRename; result: RecordingInfo };
	/** Deletes a recording for good. */
	recording_delete: { args: RecordingRef; result: null };
	/** What a rule for keeping recordings would delete now. */
	recordings_expiring: { args: RecordingRule; result: RecordingsExpiring };
	/** Records a terminal or desktop that is open, from now on. */
	session_record: { args: SessionRecord; result: SessionInfo };
	/** Ends the recording of a session; the session goes on. */
	session_record_stop: { args: SessionRecordStop; result: SessionInfo };
	/** The team servers whose machines are shown here. */
	workspace_list: { args: Record<string, never>; result: WorkspaceInfo[] };
	/** What answers at an address, before anything is sent to it. */
	workspace_look: { args: WorkspaceLook; result: WorkspaceOffer };
	/** What a link to join says, once the server is trusted. */
	workspace_invitation: { args: WorkspaceLink; result: WorkspaceInvitation };
	/** Adds a team server; nothing is kept unless it lets the person in. */
	workspace_add: { args: WorkspaceAdd; result: WorkspaceInfo };
	/** Signs in to a team server again. */
	workspace_sign_in: { args: WorkspaceSignIn; result: WorkspaceInfo };
	/** Begins to sign in to a team server with the browser: a code, and the page to compare it on. */
	workspace_browser_begin: { args: WorkspaceBrowserBegin; result: WorkspaceHandoff };
	/** Waits until the page has been answered, and adds the team server or signs in to it. */
	workspace_browser_wait: { args: WorkspaceBrowserRef; result: WorkspaceInfo };
	/** Gives up signing in with the browser; nothing is kept of it. */
	workspace_browser_cancel: { args: WorkspaceBrowserRef; result: null };
	/** Ends the sign-in at a team server, which stays in the list. */
	workspace_sign_out: { args: WorkspaceRef; result: null };
	/** Ends the sign-in at a team server and forgets the server. */
	workspace_remove: { args: WorkspaceRef; result: null };
	/** Connects with a team server without waiting for the next try. */
	workspace_retry: { args: WorkspaceRef; result: null };
	/** Trusts another certificate of a team server, which the person has compared. */
	workspace_trust: { args: WorkspaceTrust; result: WorkspaceInfo };
	/** A request to a route of a team server, below `/api/v1`. */
	workspace_request: { args: WorkspaceRequest; result: unknown };
	/** Host keys on record. */
	hostkey_list: { args: Record<string, never>; result: HostKeyRecord[] };
	/** Forgets a host key. */
	hostkey_remove: { args: HostKeyRemove; result: null };
	/** Puts an authority of hosts on record. */
	hostkey_authority_add: { args: AuthorityAdd; result: HostKeyRecord };
	/** Which algorithms are offered, and what the switch for legacy devices adds. */
	algorithm_policy: { args: Record<string, never>; result: AlgorithmPolicy };
	/** Looks whether machines answer; results come as events. */
	status_check: { args: Machines; result: null };
	/** Wakes machines over the network. */
	wake: { args: Machines; result: null };
	/** The formats that can be imported. */
	import_formats: { args: Record<string, never>; result: ImportFormat[] };
	/** What importing a file, a folder or a text would add. */
	import_preview: { args: ImportFrom; result: ImportPreview };
	/** Imports what was picked. */
	import_apply: { args: ImportApply; result: ImportDone };
	/** Writes machines to a table, an OpenSSH configuration or an encrypted archive. */
	export_write: { args: ExportTo; result: ExportDone };
}
