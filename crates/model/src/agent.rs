//! Patchbay's own SSH agent, which other programs may use.

use crate::{ApiError, PromptId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A program on this computer that uses the agent, as the operating system tells of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgentProgram {
    /// "ssh", "git"; empty where the system does not say.
    pub name: String,
    /// The file it runs from; empty where the system does not say.
    pub path: String,
    /// Its process number.
    pub pid: Option<u32>,
}

/// A program waits to be allowed the use of a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgentAsk {
    /// Names the question in the answer.
    pub id: PromptId,
    /// The identity's name.
    pub identity: String,
    /// The key's.
    pub fingerprint: String,
    /// Who asks.
    pub program: AgentProgram,
    /// What the signature is for, as the end of "It wants to …".
    pub purpose: String,
    /// When it counts as denied.
    pub until: Timestamp,
}

/// A key was used, or its use was denied.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgentUse {
    /// When.
    pub at: Timestamp,
    /// The identity's name.
    pub identity: String,
    /// By whom.
    pub program: AgentProgram,
    /// What for, as the end of "It wants to …".
    pub purpose: String,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// Where the agent stands.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgentStatus {
    /// Whether other programs can reach it.
    pub serving: bool,
    /// The socket, or the pipe.
    pub socket: Option<String>,
    /// The line that tells a shell where it is.
    pub line: Option<String>,
    /// Why it is not serving although it should be.
    pub problem: Option<ApiError>,
    /// Who waits, oldest first.
    pub asks: Vec<AgentAsk>,
    /// The last uses, latest first.
    pub uses: Vec<AgentUse>,
    /// How often keys were used since Patchbay was started.
    pub times: u32,
}
