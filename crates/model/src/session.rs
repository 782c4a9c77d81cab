//! Sessions as the UI sees them.

use crate::{
    ApiError, HostKeyQuestion, ManagementId, NodeId, PromptId, Protocol, SessionDesktop, SessionId,
    SessionRecording, SessionSharing, Use, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Timestamp(#[specta(type = u32)] pub i64);

/// What a session is opened to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SessionTarget {
    /// A machine of the tree.
    Entry {
        /// The machine.
        id: NodeId,
    },
    /// The files of a machine of the tree, over a connection of their own.
    Files {
        /// The machine.
        id: NodeId,
    },
    /// The tunnels of a machine of the tree, over a connection of their own.
    Tunnels {
        /// The machine.
        id: NodeId,
    },
    /// The serial console of a machine, by its management controller.
    SerialOverLan {
        /// The machine.
        id: NodeId,
        /// The controller.
        way: ManagementId,
        /// Whether a console that somebody else has open is ended.
        #[serde(default)]
        end_stale: bool,
    },
    /// A console of a machine that a conserver keeps.
    Conserver {
        /// The machine.
        id: NodeId,
        /// The way to the console.
        way: ManagementId,
        /// Whether it is taken over from somebody else who has it; otherwise what they do is seen.
        #[serde(default)]
        force: bool,
    },
    /// The console of a guest: a terminal of a container or of a virtual machine's serial port, or a virtual machine's screen.
    Guest {
        /// The machine with the way to the cluster.
        id: NodeId,
        /// The guest's number.
        guest: u32,
        /// Whether it is the screen.
        screen: bool,
    },
    /// A shell of a node of a cluster.
    NodeShell {
        /// The machine with the way to the cluster.
        id: NodeId,
        /// The node's name.
        node: String,
    },
    /// A shell on this computer.
    LocalShell,
}

impl SessionTarget {
    /// The machine of the tree that it leads to, or is managed by.
    #[must_use]
    pub const fn machine(&self) -> Option<NodeId> {
        match self {
            Self::Entry { id }
            | Self::Files { id }
            | Self::Tunnels { id }
            | Self::SerialOverLan { id, .. }
            | Self::Conserver { id, .. }
            | Self::Guest { id, .. }
            | Self::NodeShell { id, .. } => Some(*id),
            Self::LocalShell => None,
        }
    }

    /// What it is when it is connected again: whoever took a console over did so once.
    #[must_use]
    pub fn again(self) -> Self {
        match self {
            Self::Conserver { id, way, .. } => Self::Conserver { id, way, force: false },
            same => same,
        }
    }
}

/// Columns and rows of a terminal, with its size in pixels where that is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TerminalSize {
    /// Characters across.
    pub cols: u16,
    /// Lines down.
    pub rows: u16,
    /// Pixels across; 0 is unknown.
    #[serde(default)]
    pub width: u16,
    /// Pixels down; 0 is unknown.
    #[serde(default)]
    pub height: u16,
}

/// The part of connecting that is under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Looking the name up.
    Name,
    /// Opening the TCP connection, or the channel through the jump host.
    Connect,
    /// Agreeing on algorithms and keys.
    Handshake,
    /// Checking the host key.
    HostKey,
    /// Signing in.
    SignIn,
    /// Asking for a terminal and a shell.
    Shell,
}

/// How a part of connecting went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// Not yet reached.
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Done,
    /// This is where it stopped.
    Failed,
}

/// A part of connecting, as the error page lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Which part.
    pub stage: Stage,
    /// How it went.
    pub state: StepState,
    /// A few words: an address, "refused", "through lb-01".
    pub detail: String,
    /// How long it took, in milliseconds.
    pub ms: Option<u32>,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PromptKind {
    /// The server, by keyboard-interactive (RFC 4256).
    KeyboardInteractive,
    /// Password authentication (RFC 4252 section 8).
    Password,
    /// A private key that is encrypted.
    KeyPassphrase,
    /// No user name is known.
    User,
}

/// One line to fill in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The label, from the server: hostile text, control characters removed.
    pub label: String,
    /// Whether what is typed may be shown.
    pub echo: bool,
}

/// Something a session needs to know before it goes on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Names the prompt in the answer.
    pub id: PromptId,
    /// Who asks.
    pub kind: PromptKind,
    /// The machine or jump host.
    pub machine: String,
    /// From the server; may be empty.
    pub title: String,
    /// From the server; may be empty.
    pub instructions: String,
    /// What to fill in.
    pub questions: Vec<Question>,
    /// Whether the previous answer was refused.
    pub again: bool,
}

/// Why a session is no longer open.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum CloseReason {
    /// The program ended.
    Exited {
        /// Its exit status, if the server said.
        code: Option<i32>,
    },
    /// The program was ended by a signal (RFC 4254 section 6.10).
    Signalled {
        /// `TERM`, `KILL` and so on, without `SIG`.
        signal: String,
        /// What the server adds.
        message: String,
    },
    /// It never opened, or was lost.
    Failed {
        /// What happened and what to do.
        error: ApiError,
    },
    /// The person closed it.
    ByPerson,
}

/// Where a session stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum SessionState {
    /// On the way.
    Connecting {
        /// The part under way.
        stage: Stage,
        /// The machine or jump host it concerns.
        machine: String,
    },
    /// Waits for answers.
    Asking {
        /// What to ask.
        prompt: Prompt,
    },
    /// Waits for a decision about a host key.
    HostKey {
        /// What to decide.
        question: HostKeyQuestion,
    },
    /// Bytes flow.
    Open,
    /// The connection was lost, and another one is made by itself in a moment.
    Lost {
        /// What happened.
        error: ApiError,
        /// Which attempt comes next, from 1.
        attempt: u32,
        /// How many there are before it is over.
        most: u32,
        /// When it begins.
        next: Timestamp,
    },
    /// Over; can be connected again.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

/// A session.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// Its id.
    pub id: SessionId,
    /// The machine's name, or the shell's.
    pub title: String,
    /// The address with the user, for the machine bar.
    pub subtitle: String,
    /// What it was opened to.
    pub target: SessionTarget,
    /// How the machine is reached; none for a shell on this computer.
    pub protocol: Option<Protocol>,
    /// Where it stands.
    pub state: SessionState,
    /// How connecting went so far; the last attempt's.
    pub steps: Vec<Step>,
    /// One line per event of the last attempt, for "Show details".
    pub log: Vec<String>,
    /// When it was opened.
    pub opened: Timestamp,
    /// Round-trip time of the last keep-alive, in milliseconds.
    pub latency: Option<u32>,
    /// Its recording, while there is one.
    pub recording: Option<SessionRecording>,
    /// The SSH agent of this computer, if the machine may use it.
    pub agent: Option<Use>,
    /// The X server of this computer, if the machine may use it.
    pub x11: Option<Use>,
    /// Set for a desktop; such a session has no terminal.
    pub desktop: Option<SessionDesktop>,
    /// Set while others may look at it, which only a session on a team server allows.
    #[serde(default)]
    pub sharing: Option<SessionSharing>,
    /// The team server that dials for it; none for a session of this computer.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// The team server whose machine it is with, where this computer dials itself all the same.
    #[serde(default)]
    pub direct: Option<WorkspaceId>,
}

/// How to reach the bytes of a session from the webview.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// `ws://127.0.0.1:PORT/stream`.
    pub url: String,
    /// Good for one connection within ten seconds.
    pub token: String,
}
