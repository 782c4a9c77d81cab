//! Import of an OpenSSH client configuration.

use crate::framework::not_yet;
use patchbay_core::Ctx;
use patchbay_model::{ApiError, ImportPreview, ImportRemark, NodeId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How an import went.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportDone {
    /// Machines added.
    pub(crate) imported: u32,
    /// What was not taken over.
    pub(crate) remarks: Vec<ImportRemark>,
}

/// A file to look at.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ImportFrom {
    /// The file; without one `~/.ssh/config`.
    pub(crate) path: Option<String>,
}

/// Hosts to import.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ImportApply {
    /// The file.
    pub(crate) path: String,
    /// The hosts, by alias.
    pub(crate) aliases: Vec<String>,
    /// The folder to put them into; none is the root.
    pub(crate) parent: Option<NodeId>,
}

pub(crate) async fn preview(_ctx: Ctx, _: ImportFrom) -> Result<ImportPreview, ApiError> {
    Err(not_yet())
}

pub(crate) async fn apply(_ctx: Ctx, _: ImportApply) -> Result<ImportDone, ApiError> {
    Err(not_yet())
}
