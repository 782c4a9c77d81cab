//! A machine's power: what it is, what can be done, what hangs on it, and who did what.

use super::WayStatus;
use crate::{ApiError, ManagementId, NodeId, SessionTarget, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether a machine is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PowerState {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It is about to change.
    Changing,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// What can be done with a machine's power.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PowerAction {
    /// Turns it on.
    On,
    /// Asks the operating system to stop.
    ShutDown,
    /// Asks the operating system to stop and to begin anew.
    Restart,
    /// Takes the power away.
    Off,
    /// Takes the power away and gives it back.
    Cycle,
    /// Begins anew without asking.
    Reset,
    /// Interrupts the operating system for a diagnosis; most write a dump.
    Interrupt,
}

impl PowerAction {
    /// Whether something stops by it.
    #[must_use]
    pub const fn stops(self) -> bool {
        !matches!(self, Self::On)
    }

    /// Whether what runs is stopped without being asked.
    #[must_use]
    pub const fn is_hard(self) -> bool {
        matches!(self, Self::Off | Self::Cycle | Self::Reset | Self::Interrupt)
    }
}

/// What the ways to manage a machine say of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MachineStatus {
    /// The machine.
    pub entry: NodeId,
    /// What the best way that knows says.
    pub power: PowerState,
    /// What can be done by any way, in the order of [`PowerAction`].
    pub offers: Vec<PowerAction>,
    /// All of them in the order in which they are tried for its power: controller, hypervisor, outlets; then the others.
    pub ways: Vec<WayStatus>,
}

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PowerTaken {
    /// It was not sent: the machine was in that state already.
    NotNeeded,
    /// It was done.
    Done,
    /// It was sent, and its answer was lost: it is not sent by another way either.
    Unknown,
    /// It was not done; the next way is tried.
    Failed,
}

/// One way that was tried.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PowerTry {
    /// Which.
    pub way: ManagementId,
    /// What it is called, as in [`WayStatus`].
    pub name: String,
    /// What became of it.
    pub taken: PowerTaken,
    /// Why not.
    pub problem: Option<ApiError>,
}

/// What came of doing something with a machine's power.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PowerDone {
    /// The machine.
    pub entry: NodeId,
    /// What was wanted.
    pub action: PowerAction,
    /// The ways that were tried, in that order.
    pub tries: Vec<PowerTry>,
    /// What is known of it afterwards.
    pub power: PowerState,
}

/// What somebody did with a machine's power, ports or outlets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PowerEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What, in words: "Shut down", "Outlet 7 off".
    pub what: String,
    /// By which way; may be empty.
    pub way: String,
    /// What came of it, in words: "done", "failed: …".
    pub outcome: String,
    /// Whether it was done.
    pub good: bool,
}

/// What happens to something that hangs on what is switched off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DependantEffect {
    /// It goes down.
    GoesDown,
    /// It loses one of several feeds or ports.
    LosesOne,
    /// It stops, and is asked to before.
    Stops,
    /// It cannot be reached any more from here: a session or tunnel of this very app goes through it.
    CutsOff,
}

/// Something that hangs on what is switched off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Dependant {
    /// The machine, if it is one of the tree.
    pub entry: Option<NodeId>,
    /// What it is called.
    pub name: String,
    /// Its address or place; may be empty.
    pub place: String,
    /// What happens to it.
    pub effect: DependantEffect,
    /// The same in words: "loses one of two feeds", "8 consoles with it".
    pub detail: String,
}

/// What is to be known before something goes down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PowerGuard {
    /// The question, as a heading: "Cycle outlet 7, which feeds pve-02?"
    pub title: String,
    /// What it means, in a sentence or two.
    pub meaning: String,
    /// What has to be typed before it is done; none if it may just be done.
    pub name: Option<String>,
    /// What hangs on it.
    pub dependants: Vec<Dependant>,
    /// A softer thing to do instead, if there is one.
    pub instead: Option<PowerAction>,
}

/// One way to a console, after it was tried.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleRung {
    /// "SSH", "Serial over LAN", "Guest console", "Console server", "Serial port".
    pub name: String,
    /// "port 22", "IPMI at 198.51.100.7".
    pub detail: String,
    /// What a session with it is opened to.
    pub target: SessionTarget,
    /// Whether it answers, and can be opened at least to look on.
    pub ready: bool,
    /// How long that took, in milliseconds.
    pub ms: Option<u32>,
    /// Why not, or who has it.
    pub problem: Option<ApiError>,
}

/// A machine with ways to manage it, among many.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FleetRow {
    /// What is known of it; its ways without those never asked.
    pub status: MachineStatus,
    /// What the machine is called.
    pub name: String,
    /// Names of the folders above, joined.
    pub path: String,
    /// Sensors out of range; none if nobody looked.
    pub sensors_out: Option<u32>,
    /// Ports that are wanted up and are down; none if it has none, or nobody looked.
    pub ports_down: Option<u32>,
    /// Guests that run, and guests; none if it has none, or nobody looked.
    pub guests: Option<(u32, u32)>,
    /// Tasks of its cluster that are under way.
    pub tasks: u32,
}

/// What came of one machine of many.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FleetResult {
    /// The machine.
    pub entry: NodeId,
    /// What was done; none if nothing could be tried.
    pub done: Option<PowerDone>,
    /// Why nothing could be tried.
    pub problem: Option<ApiError>,
}
