//! Triggers: patterns that are looked for in what terminals show, and what happens when one is found.

use crate::{NodeId, SessionId, SnippetId, TriggerId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Whose output is looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TriggerScope {
    /// Every terminal's, shells on this computer included.
    #[default]
    Everywhere,
    /// That of a machine, or of all in a folder.
    Node {
        /// The machine or folder.
        id: NodeId,
    },
}

/// The colour that what was found is marked with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TriggerColor {
    /// As a warning.
    #[default]
    Yellow,
    /// As an error.
    Red,
    /// As a success.
    Green,
    /// Merely something to see.
    Blue,
}

/// What happens.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TriggerAction {
    /// The person is told.
    #[default]
    Notify,
    /// What was found is marked in terminals that are in sight; nobody is told.
    Highlight {
        /// With this colour.
        #[serde(default)]
        color: TriggerColor,
    },
    /// A snippet is typed into that terminal, and the person is told.
    Run {
        /// One that asks for nothing.
        snippet: SnippetId,
    },
}

/// What a person edits of a trigger.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TriggerDraft {
    /// Shown in lists and when it is told of.
    pub name: String,
    /// A regular expression in the dialect of Rust's `regex`, looked for in each whole line.
    pub pattern: String,
    /// Whether small and capital letters are the same.
    pub ignore_case: bool,
    /// Whose output is looked at.
    pub scope: TriggerScope,
    /// What happens.
    pub action: TriggerAction,
    /// Seconds after which it may happen again in the same terminal, 1 to 3600.
    pub pause: u32,
    /// Whether a notification of the desktop holds the line. Others may see it, also over a locked screen.
    pub show_line: bool,
    /// It is looked for.
    pub enabled: bool,
}

/// A trigger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Its id.
    pub id: TriggerId,
    /// The fields a person edits.
    #[serde(flatten)]
    pub draft: TriggerDraft,
}

/// All triggers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TriggerList {
    /// By name.
    pub triggers: Vec<Trigger>,
    /// Pieces of output that came faster than they could be looked at, and were not, since Patchbay was started.
    pub skipped: u32,
}

/// A trigger found what it looks for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TriggerHit {
    /// The trigger.
    pub trigger: TriggerId,
    /// Its name.
    pub name: String,
    /// Where.
    pub session: SessionId,
    /// What the session is called.
    pub title: String,
    /// The line, fit to be shown.
    pub line: String,
    /// The snippet that was typed.
    pub ran: Option<String>,
    /// Why the snippet was not typed.
    pub problem: Option<String>,
    /// Whether a notification of the desktop may hold the line.
    pub show_line: bool,
}

/// A place in a line that is to be marked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TriggerMark {
    /// Which of the lines, from 0.
    pub line: u32,
    /// Where it begins, in UTF-16 code units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The colour.
    pub color: TriggerColor,
}
