//! The tree of machines as lists show it.

use crate::{ManagementKind, NodeId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Folder or machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NodeKind {
    /// A folder.
    Folder,
    /// A machine.
    Entry,
}

/// Every node in the order the tree shows them (depth first), one array a column.
///
/// Columns and not objects: 100,000 objects cost the webview about five times as long to parse.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TreeRows {
    /// Counts up with every change of the tree.
    pub revision: u32,
    /// The nodes.
    pub ids: Vec<NodeId>,
    /// How deep each is; 0 is the root's children.
    pub depths: Vec<u16>,
    /// 1 for a folder, 0 for an entry.
    pub folders: Vec<u8>,
    /// How each is reached: 0 SSH (and folders), 1 Telnet, 2 raw TCP, 3 a serial line, 4 VNC, 5 RDP.
    pub protocols: Vec<u8>,
    /// Names.
    pub names: Vec<String>,
    /// Addresses; empty for folders.
    pub addresses: Vec<String>,
    /// Tags, inherited ones included, joined by spaces.
    pub tags: Vec<String>,
    /// Icon names; empty is the default.
    pub icons: Vec<String>,
    /// Colour names; empty is none.
    pub colors: Vec<String>,
    /// Machines of a team server that this person's own computer may dial itself, in no order. Few or none, and so no column.
    #[serde(default)]
    pub direct: Vec<NodeId>,
    /// Folders of a team server that the person's own computer shows only while it hears of them, with all that is inside.
    #[serde(default)]
    pub unkept: Vec<NodeId>,
    /// Machines with ways to manage them, in no order. Few or none, and so no column.
    #[serde(default)]
    pub managed: Vec<ManagedMachine>,
}

/// What a machine can be managed by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ManagedMachine {
    /// The machine.
    pub id: NodeId,
    /// Kinds of its ways, each once, in the order they are kept.
    pub kinds: Vec<ManagementKind>,
}

/// Where to put nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum MovePlace {
    /// Before this node, in its folder.
    Before {
        /// The node.
        id: NodeId,
    },
    /// After this node, in its folder.
    After {
        /// The node.
        id: NodeId,
    },
    /// At the end of a folder, or of the root.
    EndOf {
        /// The folder; `None` is the root.
        folder: Option<NodeId>,
    },
}

/// Whether a machine answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Reachability {
    /// Not looked yet.
    Unknown,
    /// Being looked at.
    Checking,
    /// The port accepts connections.
    Up,
    /// It answers, but not as expected: refused, or no SSH banner, or a serial port that may not be opened.
    Warning,
    /// It does not answer.
    Down,
}

/// The result of a status check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    /// The machine.
    pub id: NodeId,
    /// Whether it answers.
    pub reachability: Reachability,
    /// "refused", "timed out after 3 s", "12 ms".
    pub detail: String,
}
