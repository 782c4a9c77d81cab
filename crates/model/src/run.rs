//! A command on many machines, and what came of it.

use crate::{ApiError, NodeId, RunId, SnippetId, SnippetValues, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Machines to run on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum RunTarget {
    /// A machine, or all in a folder.
    Node {
        /// The machine or folder.
        id: NodeId,
    },
    /// All with this tag, their own or a folder's.
    Tag {
        /// The tag.
        tag: String,
    },
    /// All there are.
    Everything,
}

/// What to run.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum RunCommand {
    /// As the login shell of each machine reads it.
    Text {
        /// The command.
        text: String,
    },
    /// A snippet, filled in for each machine.
    Snippet {
        /// The snippet.
        id: SnippetId,
        /// What is filled in.
        values: SnippetValues,
    },
}

/// How to run it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunOptions {
    /// How many machines at a time, 1 to 64.
    pub concurrency: u8,
    /// Seconds a machine has, connecting included; 0 is as long as it takes.
    pub time_limit: u32,
}

/// What outputs may differ in and still be the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunGrouping {
    /// Blanks at the ends of lines, and empty lines at the end.
    pub ignore_trailing_space: bool,
    /// The machine's own name and address.
    pub ignore_own_name: bool,
}

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RunState {
    /// Some machines are still to be done.
    Running,
    /// All are done.
    Done,
    /// The person stopped it.
    Cancelled,
}

/// What only a person can answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RunAttention {
    /// Its host key is not on record.
    HostKeyUnknown,
    /// Its host key is another one than the one on record, or is revoked.
    HostKeyChanged,
    /// It asks for a password, a code or the passphrase of a key.
    Question,
}

/// Where a machine of a run stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum RunMachineState {
    /// Its turn has not come.
    Waiting,
    /// On the way.
    Connecting,
    /// The command runs.
    Running,
    /// The command has ended.
    Ended {
        /// Its exit status, if the server said.
        code: Option<i32>,
        /// The signal that ended it, without `SIG`.
        signal: Option<String>,
    },
    /// It was not reached, or the connection was lost.
    Failed {
        /// Why.
        error: ApiError,
    },
    /// Something has to be answered first, in a session of its own.
    Attention {
        /// What.
        what: RunAttention,
        /// The same in words.
        error: ApiError,
    },
    /// It took longer than it was given.
    TimedOut,
    /// It was stopped.
    Cancelled,
}

/// A machine of a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunMachine {
    /// The machine.
    pub id: NodeId,
    /// Its name then.
    pub name: String,
    /// Where it stands.
    pub state: RunMachineState,
    /// Milliseconds it took, or has taken so far.
    pub ms: Option<u32>,
    /// Bytes it put out, those that were not kept included.
    pub bytes: u32,
    /// Not all of its output was kept.
    pub cut: bool,
}

/// Machines with the same output and the same end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunGroup {
    /// Places in the list of machines; the first stands for all.
    pub machines: Vec<u32>,
    /// Lines of output.
    pub lines: u32,
    /// It is the largest group, which the others differ from.
    pub usual: bool,
}

/// How many machines stand where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunCounts {
    /// All of them.
    pub machines: u32,
    /// Not begun.
    pub waiting: u32,
    /// Connecting or running.
    pub running: u32,
    /// Ended with 0.
    pub ok: u32,
    /// Ended with something else.
    pub nonzero: u32,
    /// Not reached, lost, or out of time.
    pub failed: u32,
    /// A person has to answer something.
    pub attention: u32,
    /// Stopped.
    pub cancelled: u32,
}

/// A command on many machines.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunInfo {
    /// Its id.
    pub id: RunId,
    /// The snippet's name, or the command's first line.
    pub title: String,
    /// The command, with dots for secrets.
    pub command: String,
    /// How it runs.
    pub options: RunOptions,
    /// What its outputs may differ in.
    pub grouping: RunGrouping,
    /// Where it stands.
    pub state: RunState,
    /// How many machines stand where.
    pub counts: RunCounts,
    /// How many different outputs there are.
    pub groups: u32,
    /// When it began.
    pub began: Timestamp,
    /// Milliseconds from beginning to end, or until now.
    pub ms: u32,
    /// Counts up with every change.
    pub revision: u32,
}

/// A run with its machines.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    pub info: RunInfo,
    /// In the order of the tree.
    pub machines: Vec<RunMachine>,
    /// Those that ended, by what they put out: the largest first.
    pub groups: Vec<RunGroup>,
}

/// A line of output, fit to be shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutputLine {
    /// Without its end.
    pub text: String,
    /// It is from standard error.
    pub error: bool,
}

/// Lines, and whether there were more.
pub type Lines = Vec<OutputLine>;

/// What a machine put out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunOutput {
    /// Both streams, as they came.
    pub lines: Lines,
    /// There was more than is kept or shown.
    pub cut: bool,
}

/// A line of a comparison.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum DiffLine {
    /// On both sides.
    Same {
        /// Its number on the left, from 1.
        left: u32,
        /// Its number on the right, from 1.
        right: u32,
        /// The line.
        text: String,
    },
    /// On the left only.
    Left {
        /// Its number, from 1.
        left: u32,
        /// The line.
        text: String,
        /// Begin and end of what differs in it, in UTF-16 units.
        marks: Vec<(u32, u32)>,
    },
    /// On the right only.
    Right {
        /// Its number, from 1.
        right: u32,
        /// The line.
        text: String,
        /// Begin and end of what differs in it, in UTF-16 units.
        marks: Vec<(u32, u32)>,
    },
    /// Lines on both sides that are left out.
    Gap {
        /// How many.
        lines: u32,
    },
}

/// How two outputs differ.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunDiff {
    /// In order; lines that are the same far from a difference are left out.
    pub lines: Vec<DiffLine>,
    /// Lines on the left only.
    pub left_only: u32,
    /// Lines on the right only.
    pub right_only: u32,
    /// There is more than is compared or shown.
    pub cut: bool,
}

/// The form results are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RunExport {
    /// For people: each different output once, below the machines it is of.
    Text,
    /// A table with a row a machine (RFC 4180).
    Csv,
    /// For programs.
    Json,
}
