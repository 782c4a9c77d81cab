//! About this computer and this Patchbay.

use crate::framework::NoArgs;
use patchbay_core::Ctx;
use patchbay_model::ApiError;
use serde::Serialize;
use specta::Type;
use std::path::Path;

/// About this computer and this Patchbay.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppInfo {
    /// Version of Patchbay.
    pub(crate) version: String,
    /// "linux", "macos" or "windows".
    pub(crate) os: String,
    /// The person's login name.
    pub(crate) user_name: String,
    /// Name of this computer.
    pub(crate) host_name: String,
    /// Name of the person's shell.
    pub(crate) shell: String,
    /// The person's home folder.
    pub(crate) home_path: String,
    /// Where a vault is made unless the person says otherwise.
    pub(crate) default_vault_path: String,
    /// Hosts in the person's OpenSSH client configuration.
    pub(crate) ssh_config_hosts: u32,
    /// That file.
    pub(crate) ssh_config_path: String,
}

pub(crate) async fn info(ctx: Ctx, _: NoArgs) -> Result<AppInfo, ApiError> {
    let config = ctx.core.config();
    let import = ctx.core.import();
    let shell = config.shell.as_deref().and_then(Path::file_name);
    Ok(AppInfo {
        version: config.version.clone(),
        os: std::env::consts::OS.to_owned(),
        user_name: config.user_name.clone(),
        host_name: config.host_name.clone(),
        shell: shell.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        home_path: config.home.display().to_string(),
        default_vault_path: config.default_vault_path().display().to_string(),
        ssh_config_hosts: u32::try_from(import.count().await).unwrap_or(u32::MAX),
        ssh_config_path: import.default_path().display().to_string(),
    })
}
