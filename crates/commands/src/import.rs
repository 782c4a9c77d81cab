//! Import from other programs and from archives.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{ApiError, ImportDone, ImportFormat, ImportPreview, ImportSource, NodeId};
use serde::Deserialize;
use specta::Type;

/// What to look at.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ImportFrom {
    /// Where it is.
    pub(crate) source: ImportSource,
}

/// What to import.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ImportApply {
    /// Where it is.
    pub(crate) source: ImportSource,
    /// The rows of the preview that were picked, by key.
    pub(crate) keys: Vec<String>,
    /// The folder to put them into; none is the root.
    pub(crate) parent: Option<NodeId>,
}

pub(crate) async fn formats(ctx: Ctx, _: NoArgs) -> Result<Vec<ImportFormat>, ApiError> {
    Ok(ctx.core.import().formats())
}

pub(crate) async fn preview(ctx: Ctx, args: ImportFrom) -> Result<ImportPreview, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.import().preview(&vault, &args.source).await?)
}

pub(crate) async fn apply(ctx: Ctx, args: ImportApply) -> Result<ImportDone, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    let folder = ctx.authorize_folder(args.parent, Right::Edit)?;
    Ok(ctx.core.import().apply(&vault, &folder, &args.source, args.keys).await?)
}
