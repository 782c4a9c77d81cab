//! Console servers and KVM switches by port.

use crate::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whether somebody can be let in at a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConsolePortState {
    /// Nothing answers there.
    Inactive,
    /// Something is there, and nobody uses it.
    Idle,
    /// Somebody uses it, and there is room for more.
    Connected,
    /// As many use it as may.
    Busy,
    /// The device does not say.
    Unknown,
}

/// A machine of the tree that hangs on a port.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsolePortUser {
    /// The machine.
    pub entry: NodeId,
    /// What it is called.
    pub name: String,
    /// What its console is opened as: the machine of the tree that leads to the port; none if that is the console server itself, whose
    /// own menu asks which port is meant.
    pub opens: Option<NodeId>,
}

/// A port.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsolePort {
    /// The number on the case.
    pub number: u32,
    /// What the device calls it.
    pub name: String,
    /// What is plugged in, in the maker's words.
    pub kind: String,
    /// Whether it is used.
    pub state: ConsolePortState,
    /// Machines of the tree that hang on it.
    pub machines: Vec<ConsolePortUser>,
}

/// A console server or KVM switch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleServer {
    /// When it was read.
    pub read: Timestamp,
    /// What it says of itself.
    pub about: String,
    /// Its ports, by number.
    pub ports: Vec<ConsolePort>,
}
