//! What the app tells its front ends by itself.

use crate::{
    AgentStatus, AppSettings, ClusterTask, EditId, EditInfo, MachineStatus, MachineTunnels, NodeId,
    RunId, RunInfo, SessionId, SessionInfo, StatusReport, SwitchChange, TaskId, TaskInfo,
    TriggerHit, VaultStatus, WorkspaceInfo,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Something changed. Events are small and rare: bytes of sessions never travel here.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum AppEvent {
    /// The vault was opened, locked or moved, or its countdown was reset.
    Vault {
        /// Its new state.
        status: VaultStatus,
    },
    /// The tree changed: load it again if your revision is older.
    Tree {
        /// The new revision.
        revision: u32,
    },
    /// A session is new or changed.
    Session {
        /// Its new state.
        session: Box<SessionInfo>,
    },
    /// A session was closed and forgotten.
    SessionGone {
        /// The session.
        id: SessionId,
    },
    /// A team server no longer has a session that it had: it was started anew, or somebody ended the session while nobody listened.
    /// What it showed stays, and it can be opened anew.
    SessionLost {
        /// The session.
        id: SessionId,
    },
    /// A task is new or changed.
    Task {
        /// Its new state.
        task: Box<TaskInfo>,
    },
    /// A task was forgotten.
    TaskGone {
        /// The task.
        id: TaskId,
    },
    /// A file that is edited here is new or changed.
    Edit {
        /// Its new state.
        edit: Box<EditInfo>,
    },
    /// A file is not edited here any more.
    EditGone {
        /// Which.
        id: EditId,
    },
    /// Recordings were added, finished, renamed or deleted: list them again.
    Recordings,
    /// A command on many machines is new or changed.
    Run {
        /// Its new state.
        run: Box<RunInfo>,
    },
    /// A command on many machines was forgotten.
    RunGone {
        /// Which.
        id: RunId,
    },
    /// A trigger was saved or deleted, perhaps by another window: read them again.
    Triggers,
    /// Recordings were deleted because the vault keeps them only so long, or only so much.
    RecordingsExpired {
        /// How many.
        count: u32,
    },
    /// A trigger found what it looks for.
    Trigger {
        /// What, and where.
        hit: Box<TriggerHit>,
    },
    /// Tunnels of a machine changed.
    Tunnels {
        /// All that are kept with it or were started.
        machine: Box<MachineTunnels>,
    },
    /// Status checks came back.
    Status {
        /// Their results.
        reports: Vec<StatusReport>,
    },
    /// The ways to manage a machine were asked, or something was done with its power.
    Machine {
        /// What they say.
        status: Box<MachineStatus>,
    },
    /// A cluster has other nodes, guests or storages than before, or they are elsewhere or in another state: read it again.
    Cluster {
        /// The machine with the way to it.
        entry: NodeId,
    },
    /// A task of a cluster is new or changed.
    ClusterTask {
        /// Its new state.
        task: Box<ClusterTask>,
    },
    /// A change of a switch is new or changed.
    SwitchChange {
        /// Its new state.
        change: Box<SwitchChange>,
    },
    /// Patchbay's own agent was asked, used, turned on or off.
    Agent {
        /// Where it stands.
        status: Box<AgentStatus>,
    },
    /// A named layout was saved or deleted, perhaps by another window: read them again.
    Layouts,
    /// Settings were changed, perhaps by another window.
    Settings {
        /// All of them.
        settings: Box<AppSettings>,
    },
    /// A team server was added or left, or stands otherwise than before.
    Workspaces {
        /// All of them.
        workspaces: Vec<WorkspaceInfo>,
    },
}
