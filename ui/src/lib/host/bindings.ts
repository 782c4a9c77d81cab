// Written by `cargo run -p patchbay-commands --example bindings`. Do not edit.
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
/** A task is new or changed. */
{ kind: "task";
/** Its new state. */
task: TaskInfo } |
/** A task was forgotten. */
{ kind: "taskGone";
/** The task. */
id: TaskId } |
/** Tunnels of a machine changed. */
{ kind: "tunnels";
/** All that are kept with it or were started. */
machine: MachineTunnels } |
/** Status checks came back. */
{ kind: "status";
/** Their results. */
reports: StatusReport[] } |
/** A named layout was saved or deleted, perhaps by another window: read them again. */
{ kind: "layouts" } |
/** Settings were changed, perhaps by another window. */
{ kind: "settings";
/** All of them. */
settings: AppSettings };

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
};

/** How to reach the bytes of a session from the webview. */
export type Attachment = {
	/** `ws://127.0.0.1:PORT/stream`. */
	url: string,
	/** Good for one connection within ten seconds. */
	token: string,
};

/** What the bell does. */
export type Bell =
/** Nothing. */
"off" |
/** Marks the tab. */
"visual" |
/** Sounds. */
"sound";

/** An OpenSSH user certificate (PROTOCOL.certkeys). */
export type CertificateInfo = {
	/** The certificate's key id. */
	keyId: string,
	/** User names it is good for; none means any. */
	principals: string[],
	/** RFC 3339, or `None` for "always". */
	validFrom: string | null,
	/** RFC 3339, or `None` for "forever". */
	validUntil: string | null,
	/** Fingerprint of the authority that signed it. */
	authority: string,
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
	compression: Effective<boolean>,
	forwardAgent: Effective<boolean>,
	forwardX11: Effective<boolean>,
	terminalType: Effective<string>,
	startCommand: Effective<string | null>,
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
	/** Host name or IP address; for a serial line the name of the port, as `/dev/ttyUSB0` or `COM3`. */
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
};

/** What went wrong, for programs. People read the message. */
export type ErrorCode =
/** The input breaks a rule; `field` says which. */
"invalid" |
/** No such thing, or it was deleted. */
"notFound" |
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
};

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
	/** What is on record for the address. */
	onRecord: HostKeyRecord[],
	/** Other addresses on record with the very same key. */
	alsoAt: string[],
};

/** A key on record. */
export type HostKeyRecord = {
	/** `None` for a line of a `known_hosts` file. */
	id: HostKeyId | null,
	/** `host` or `[host]:port`, as in `known_hosts`. */
	host: string,
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
	/** How many entries and folders name it. */
	usedBy: number,
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
};

/** An identity to add or change. */
export type IdentitySave = {
	/** All its fields; secrets only where they change. */
	draft: IdentityDraft,
};

/** Which secret of an identity to show or copy. */
export type IdentitySecret =
/** The password. */
"password" |
/** The private key, as it was given. */
"privateKey" |
/** The key's passphrase. */
"passphrase";

/** Hosts to import. */
export type ImportApply = {
	/** The file. */
	path: string,
	/** The hosts, by alias. */
	aliases: string[],
	/** The folder to put them into; none is the root. */
	parent?: NodeId | null,
};

/** How an import went. */
export type ImportDone = {
	/** Machines added. */
	imported: number,
	/** What was not taken over. */
	remarks: ImportRemark[],
};

/** A file to look at. */
export type ImportFrom = {
	/** The file; without one `~/.ssh/config`. */
	path?: string | null,
};

/** One host found. */
export type ImportHost = {
	/** The alias in the file; names the host when it is picked. */
	alias: string,
	/** The entry that would be made; its identities and jump are made on import. */
	draft: EntryDraft,
	/** User@address:port, for the list. */
	summary: string,
	/** Private key files it names. */
	identityFiles: string[],
	/** Certificate files it names. */
	certificateFiles: string[],
	/** Aliases or addresses it jumps through, first hop first. */
	jumps: string[],
	/** A machine with this name and address is already there. */
	exists: boolean,
};

/** What an import would do. */
export type ImportPreview = {
	/** The file that was read. */
	path: string,
	/** What was found. */
	hosts: ImportHost[],
	/** What was not understood. */
	remarks: ImportRemark[],
};

/** Something not taken over. */
export type ImportRemark = {
	/** The file. */
	file: string,
	/** The line, from 1. */
	line: number,
	/** The line's text. */
	text: string,
	/** Why. */
	reason: string,
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
	/** Encrypts the key within the vault as well. */
	passphrase?: string | null,
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

/** The key a server presents now. */
export type PresentedKey = {
	/** `ssh-ed25519` and so on. */
	algorithm: string,
	/** `SHA256:…`. */
	fingerprint: string,
	/** The OpenSSH random art, eleven lines. */
	picture: string,
	/** One line, as `known_hosts` holds it after the name. */
	openssh: string,
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
"serial";

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

/** A recovery key, to be written down. */
export type RecoveryKeyText = {
	/** In groups of four. */
	recoveryKey: string,
};

/** Whether tabs come back on the next start. */
export type RestoreTabs = boolean;

/** A secret in the open. */
export type RevealedText = {
	/** The secret. */
	text: string,
};

/** Where to write the recovery key. */
export type SaveRecoveryKey = {
	/** The file; it must not be there yet. */
	path: string,
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
	/** The SSH agent of this computer, if the machine may use it. */
	agent: Use | null,
	/** The X server of this computer, if the machine may use it. */
	x11: Use | null,
};

/** What to open. */
export type SessionOpen = {
	/** A machine, or a local shell. */
	target: SessionTarget,
	/** Size of the terminal. */
	size: TerminalSize,
	/** Names this attempt, so that asking twice opens one session. */
	attempt?: string | null,
};

/** A session to connect again. */
export type SessionReconnect = {
	/** The session. */
	id: SessionId,
	/** Size of the terminal. */
	size: TerminalSize,
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
};

/** Settings of this computer. */
export type SettingsSet = {
	/** All of them. */
	settings: AppSettings,
};

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
"delete";

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
	/** How each is reached: 0 SSH (and folders), 1 Telnet, 2 raw TCP, 3 a serial line. */
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
};

/** One tunnel of a machine. */
export type TunnelRef = {
	/** The machine. */
	entry: NodeId,
	/** The tunnel. */
	tunnel: TunnelId,
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

/** One rung of the ladder from built-in defaults to the node. */
export type WhereValuesComeFrom = {
	/** The rung. */
	origin: Origin,
	/** How many of the effective settings are set there. */
	values: number,
	/** The tags set there. */
	tags: string[],
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
	/** The serial ports of this computer. */
	serial_ports: { args: Record<string, never>; result: SerialPortInfo[] };
	/** Tries a machine that is not saved yet: signs in and closes. */
	session_test: { args: SessionTest; result: SessionInfo };
	/** The tunnels of a machine: those kept with it, and those started by hand. */
	tunnel_list: { args: TunnelMachine; result: MachineTunnels };
	/** The machines with tunnels that were started. */
	tunnel_started: { args: Record<string, never>; result: MachineTunnels[] };
	/** Starts a tunnel of a machine; connecting goes on by itself. */
	tunnel_start: { args: TunnelRef; result: MachineTunnels };
	/** Starts a tunnel that need not be kept with the machine. */
	tunnel_start_new: { args: TunnelNew; result: MachineTunnels };
	/** Starts all tunnels kept with a machine. */
	tunnel_start_all: { args: TunnelMachine; result: MachineTunnels };
	/** Stops a tunnel and ends its connections. */
	tunnel_stop: { args: TunnelRef; result: MachineTunnels };
	/** Stops all tunnels of a machine. */
	tunnel_stop_all: { args: TunnelMachine; result: MachineTunnels };
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
	/** The beginning of a file, to look at. */
	files_preview: { args: FileRef; result: FilePreview };
	/** Copies files and folders to a folder of this computer or of a machine, as a task. */
	files_copy: { args: FilesCopy; result: TaskInfo };
	/** Deletes files and folders with everything inside, as a task. */
	files_delete: { args: FilesRef; result: TaskInfo };
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
	/** Host keys on record. */
	hostkey_list: { args: Record<string, never>; result: HostKeyRecord[] };
	/** Forgets a host key. */
	hostkey_remove: { args: HostKeyRemove; result: null };
	/** Looks whether machines answer; results come as events. */
	status_check: { args: Machines; result: null };
	/** Wakes machines over the network. */
	wake: { args: Machines; result: null };
	/** What importing an OpenSSH client configuration would add. */
	import_ssh_config_preview: { args: ImportFrom; result: ImportPreview };
	/** Imports hosts of an OpenSSH client configuration. */
	import_ssh_config_apply: { args: ImportApply; result: ImportDone };
}
