//! Import of an OpenSSH client configuration.

use patchbay_core::{Ctx, Right};
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

pub(crate) async fn preview(ctx: Ctx, args: ImportFrom) -> Result<ImportPreview, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.import().preview(&vault, args.path.as_deref()).await?)
}

pub(crate) async fn apply(ctx: Ctx, args: ImportApply) -> Result<ImportDone, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    let folder = ctx.authorize_folder(args.parent, Right::Edit)?;
    let done = ctx.core.import().apply(&vault, &folder, &args.path, args.aliases).await?;
    Ok(ImportDone {
        imported: u32::try_from(done.machines).unwrap_or(u32::MAX),
        remarks: done.remarks,
    })
}
