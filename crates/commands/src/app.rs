//! About this computer and this Patchbay.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
use patchbay_model::ApiError;
use serde::Serialize;
use specta::Type;

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
    /// Where a vault is made unless the person says otherwise.
    pub(crate) default_vault_path: String,
    /// Hosts in the person's OpenSSH client configuration.
    pub(crate) ssh_config_hosts: u32,
    /// That file.
    pub(crate) ssh_config_path: String,
}

pub(crate) async fn info(_ctx: Ctx, _: NoArgs) -> Result<AppInfo, ApiError> {
    Err(not_yet())
}
