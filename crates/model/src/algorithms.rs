//! Which algorithms SSH connections may use.

use serde::Serialize;
use specta::Type;

/// Algorithms of one kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlgorithmGroup {
    /// "Key exchange", "Cipher" and so on.
    pub kind: String,
    /// As the protocol names them, the preferred first.
    pub names: Vec<String>,
    /// What is lost by using them, as a sentence; empty for safe ones.
    pub risk: String,
}

/// What is offered to machines, and what the switch for legacy devices adds to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlgorithmPolicy {
    /// Offered to every machine.
    pub safe: Vec<AlgorithmGroup>,
    /// Offered after those to machines with `legacyAlgorithms` only.
    pub legacy: Vec<AlgorithmGroup>,
}
