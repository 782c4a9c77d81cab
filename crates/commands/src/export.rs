//! Export to files.

use patchbay_core::{Ctx, Right, export::Wanted};
use patchbay_model::{ApiError, ExportDone, ExportFormat, NodeId, Secret};
use serde::Deserialize;
use specta::Type;

/// What to export.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExportTo {
    /// The format.
    pub(crate) format: ExportFormat,
    /// The file.
    pub(crate) path: String,
    /// The folder; none is everything.
    pub(crate) folder: Option<NodeId>,
    /// Whether a file that is there is replaced.
    #[serde(default)]
    pub(crate) replace: bool,
    /// Whether a table holds passwords, readable by anybody who has the file.
    #[serde(default)]
    pub(crate) passwords: bool,
    /// What an archive is sealed under.
    #[serde(default)]
    pub(crate) passphrase: Option<Secret<String>>,
    /// The vault's passphrase: writing secrets needs it, unless it was typed within the last minute.
    #[serde(default)]
    pub(crate) vault_passphrase: Option<Secret<String>>,
}

pub(crate) async fn write(ctx: Ctx, args: ExportTo) -> Result<ExportDone, ApiError> {
    let ExportTo { format, path, folder, replace, passwords, passphrase, vault_passphrase } = args;
    let vault = ctx.authorize_vault(Right::Reveal)?;
    let folder = ctx.authorize_folder(folder, Right::View)?;
    let wanted = Wanted { format, path, replace, passwords, passphrase, vault_passphrase };
    Ok(ctx.core.export().write(&vault, &folder, wanted).await?)
}
