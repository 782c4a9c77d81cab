//! Proxmox VE: nodes, guests, storage and tasks.

use crate::{ApiError, ClusterTaskId, NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Figures at the moment of reading; none where the server says nothing. Sizes are bytes.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClusterUsage {
    /// Busy processors, from 0 to 1 of all it has.
    pub cpu: Option<f64>,
    /// Processors.
    pub cpus: Option<f64>,
    /// Memory in use.
    pub memory: Option<f64>,
    /// Memory.
    pub memory_all: Option<f64>,
    /// Disk in use.
    pub disk: Option<f64>,
    /// Disk.
    pub disk_all: Option<f64>,
    /// Seconds since it was started.
    pub uptime: Option<f64>,
}

/// A server of the cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNode {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub online: bool,
    /// How it is used.
    pub usage: ClusterUsage,
}

/// What a guest is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GuestKind {
    /// A virtual machine (QEMU).
    Vm,
    /// A container (LXC).
    Container,
}

/// A guest in lists.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClusterGuest {
    /// Its number.
    pub id: u32,
    /// What it is.
    pub kind: GuestKind,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub node: String,
    /// `running`, `stopped`, `paused` and so on.
    pub status: String,
    /// Whether it is a template, which cannot be started.
    pub template: bool,
    /// Why it cannot be changed at the moment.
    pub lock: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// How it is used.
    pub usage: ClusterUsage,
    /// The machine of the tree that it is.
    pub entry: Option<NodeId>,
}

/// A storage as one node sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStorage {
    /// Its name.
    pub name: String,
    /// Where.
    pub node: String,
    /// Whether all nodes see the same.
    pub shared: bool,
    /// What it may hold: `iso`, `vztmpl`, `backup`, `images`, `rootdir`.
    pub content: Vec<String>,
    /// How full it is.
    pub usage: ClusterUsage,
}

/// A cluster, or a single node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// When it was read.
    pub read: Timestamp,
    /// Version of Proxmox VE.
    pub version: String,
    /// Its servers, by name.
    pub nodes: Vec<ClusterNode>,
    /// Its guests, by number.
    pub guests: Vec<ClusterGuest>,
    /// Its storages.
    pub storages: Vec<ClusterStorage>,
}

/// What is done to a guest's power.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GuestPower {
    /// Switches it on.
    Start,
    /// Asks it to shut down.
    ShutDown,
    /// Asks it to shut down, and starts it.
    Reboot,
    /// Switches it off at once.
    Stop,
    /// Resets a virtual machine.
    Reset,
    /// Stops its processors.
    Suspend,
    /// Puts a virtual machine's memory on disk and switches it off.
    Hibernate,
    /// Goes on.
    Resume,
}

/// A disk of a guest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuestDisk {
    /// `scsi0`, `rootfs`.
    pub slot: String,
    /// `local-lvm:vm-100-disk-0`.
    pub volume: String,
    /// `32G`; empty where it is not said.
    pub size: String,
}

/// A row of the tree of snapshots, from the top.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuestSnapshot {
    /// How deep it is; 0 has no parent.
    pub depth: u32,
    /// Its name; empty is the guest as it is now.
    pub name: String,
    /// Notes about it.
    pub description: String,
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// Whether the guest's memory is in it.
    pub memory: bool,
}

/// A snapshot to be taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewGuestSnapshot {
    /// Its name: a letter, then letters, digits, `_` and `-`, at most 40.
    pub name: String,
    /// Notes about it.
    pub description: String,
    /// Whether a virtual machine's memory is in it.
    pub memory: bool,
}

/// A guest with all that its page shows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuestDetail {
    /// As in lists.
    pub guest: ClusterGuest,
    /// Names this reading: a change that carries it is refused if there was another since.
    pub digest: String,
    /// Notes about it.
    pub description: String,
    /// Cores; of each socket for a virtual machine.
    pub cores: Option<u32>,
    /// Sockets of a virtual machine.
    pub sockets: Option<u32>,
    /// How much of its cores it may use at a time; 0 is no bound.
    pub cpu_limit: Option<f64>,
    /// Its weight beside other guests.
    pub cpu_units: Option<u32>,
    /// Memory in MiB.
    pub memory: Option<u32>,
    /// What a virtual machine's memory may shrink to, in MiB; 0 is never.
    pub balloon: Option<u32>,
    /// Its disks.
    pub disks: Vec<GuestDisk>,
    /// Its snapshots, a row each; the guest as it is now is one of them.
    pub snapshots: Vec<GuestSnapshot>,
    /// Everything else that is set, as it is.
    pub other: Vec<(String, String)>,
}

/// What is to be changed of a guest; none is left as it is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GuestChange {
    /// That of [`GuestDetail`].
    pub digest: String,
    /// Name.
    pub name: Option<String>,
    /// Notes.
    pub description: Option<String>,
    /// Cores.
    pub cores: Option<u32>,
    /// Sockets.
    pub sockets: Option<u32>,
    /// How much of its cores it may use at a time; 0 is no bound.
    pub cpu_limit: Option<f64>,
    /// Its weight.
    pub cpu_units: Option<u32>,
    /// Memory in MiB.
    pub memory: Option<u32>,
    /// What it may shrink to, in MiB.
    pub balloon: Option<u32>,
}

/// How a guest is while it is backed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BackupMode {
    /// It runs on.
    Snapshot,
    /// It stands still for a moment.
    Suspend,
    /// It is stopped and started again.
    Stop,
}

/// A backup to be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestBackup {
    /// Where to.
    pub storage: String,
    /// How.
    pub mode: BackupMode,
    /// `zstd`, `lzo`, `gzip`, or empty for none.
    pub compression: String,
    /// A note; may be empty.
    pub note: String,
}

/// A backup to be put back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestRestore {
    /// `local:backup/vzdump-…`.
    pub volume: String,
    /// On which node.
    pub node: String,
    /// As which guest; one that is there is written over.
    pub guest: u32,
    /// Where its disks go; empty is where they were.
    pub storage: String,
    /// Whether it is started then.
    pub start: bool,
}

/// A copy to be made of a guest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestClone {
    /// Number of the copy; none is the next that is free.
    pub id: Option<u32>,
    /// Its name.
    pub name: String,
    /// On which node; empty is the same.
    pub node: String,
    /// Whether its disks are copied, and not shared with the template.
    pub full: bool,
    /// Where they go; empty is where they were.
    pub storage: String,
    /// A snapshot to copy; empty is the guest as it is.
    pub snapshot: String,
}

/// A virtual machine to be made from a template, with what cloud-init sets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestFromTemplate {
    /// How the copy is made.
    #[serde(flatten)]
    pub clone: GuestClone,
    /// Its user.
    pub user: String,
    /// Public keys that may sign in, one a line.
    pub ssh_keys: String,
    /// `dhcp`, or an address with its prefix.
    pub address: String,
    /// Its gateway; empty with `dhcp`.
    pub gateway: String,
    /// Whether it is started then.
    pub start: bool,
}

/// Where a guest is moved to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuestMigration {
    /// The node.
    pub node: String,
    /// Whether it goes on running meanwhile.
    pub online: bool,
    /// Whether disks that only this node has go along.
    pub with_local_disks: bool,
}

/// Something that lies in a storage.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClusterVolume {
    /// `local:iso/debian.iso`.
    pub id: String,
    /// `iso`, `vztmpl`, `backup`, `images`, `rootdir`.
    pub content: String,
    /// Bytes.
    pub size: f64,
    /// When it was made.
    pub made: Option<Timestamp>,
    /// Whose it is.
    pub guest: Option<u32>,
    /// Notes about it.
    pub note: String,
    /// Whether it may not be deleted.
    pub protected: bool,
}

/// How far back a graph goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum GraphSpan {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// A point of all series; none where nothing was measured.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GraphPoint {
    /// Seconds since the Unix epoch.
    pub time: f64,
    /// Busy processors, from 0 to 1.
    pub cpu: Option<f64>,
    /// Bytes of memory in use.
    pub memory: Option<f64>,
    /// Bytes of memory.
    pub memory_all: Option<f64>,
    /// Bytes a second that came in.
    pub received: Option<f64>,
    /// Bytes a second that went out.
    pub sent: Option<f64>,
    /// Bytes a second read from disks.
    pub read: Option<f64>,
    /// Bytes a second written to disks.
    pub written: Option<f64>,
}

/// How far a task of a cluster is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClusterTaskState {
    /// It runs.
    Running,
    /// It is done.
    Done {
        /// With warnings in its log.
        warnings: bool,
    },
    /// It failed, or was not looked at to its end.
    Failed {
        /// Why.
        error: ApiError,
    },
    /// Somebody stopped it.
    Cancelled,
}

/// A task of a cluster that was begun from here, followed to its end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClusterTask {
    /// Its id here.
    pub id: ClusterTaskId,
    /// The machine with the way to the cluster.
    pub entry: NodeId,
    /// The guest it is about.
    pub guest: Option<u32>,
    /// What it does: "Snapshot before-upgrade of web-01 (100)".
    pub title: String,
    /// When it began.
    pub started: Timestamp,
    /// How much is done, from 0 to 1, if it says so.
    pub done: Option<f64>,
    /// Its log, the last 200 lines.
    pub log: Vec<String>,
    /// How far it is.
    pub state: ClusterTaskState,
}
