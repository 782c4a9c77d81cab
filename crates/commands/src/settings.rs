//! Settings of this computer, of the vault, and the open tabs.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
use patchbay_model::{ApiError, AppSettings, TabLayout, VaultSettings};
use serde::Deserialize;
use specta::Type;

/// Settings of this computer.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SettingsSet {
    /// All of them.
    pub(crate) settings: AppSettings,
}

/// Settings of the vault.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultSettingsSet {
    /// All of them.
    pub(crate) settings: VaultSettings,
}

/// The open tabs.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LayoutSet {
    /// All of them.
    pub(crate) layout: TabLayout,
}

pub(crate) async fn get(_ctx: Ctx, _: NoArgs) -> Result<AppSettings, ApiError> {
    Err(not_yet())
}

pub(crate) async fn set(_ctx: Ctx, _: SettingsSet) -> Result<AppSettings, ApiError> {
    Err(not_yet())
}

pub(crate) async fn get_vault(_ctx: Ctx, _: NoArgs) -> Result<VaultSettings, ApiError> {
    Err(not_yet())
}

pub(crate) async fn set_vault(_ctx: Ctx, _: VaultSettingsSet) -> Result<VaultSettings, ApiError> {
    Err(not_yet())
}

pub(crate) async fn get_layout(_ctx: Ctx, _: NoArgs) -> Result<TabLayout, ApiError> {
    Err(not_yet())
}

pub(crate) async fn set_layout(_ctx: Ctx, _: LayoutSet) -> Result<(), ApiError> {
    Err(not_yet())
}
