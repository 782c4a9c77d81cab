//! Settings of this computer, of the vault, and the open tabs.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
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

pub(crate) async fn get(ctx: Ctx, _: NoArgs) -> Result<AppSettings, ApiError> {
    Ok(ctx.core.settings().app())
}

pub(crate) async fn set(ctx: Ctx, args: SettingsSet) -> Result<AppSettings, ApiError> {
    Ok(ctx.core.settings().set_app(args.settings).await?)
}

pub(crate) async fn get_vault(ctx: Ctx, _: NoArgs) -> Result<VaultSettings, ApiError> {
    Ok(ctx.core.settings().vault(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn set_vault(ctx: Ctx, args: VaultSettingsSet) -> Result<VaultSettings, ApiError> {
    Ok(ctx.core.settings().set_vault(&ctx.authorize_vault(Right::Edit)?, args.settings).await?)
}

pub(crate) async fn get_layout(ctx: Ctx, _: NoArgs) -> Result<TabLayout, ApiError> {
    Ok(ctx.core.settings().layout(&ctx.authorize_vault(Right::View)?).await?)
}

pub(crate) async fn set_layout(ctx: Ctx, args: LayoutSet) -> Result<(), ApiError> {
    Ok(ctx.core.settings().set_layout(&ctx.authorize_vault(Right::Edit)?, args.layout).await?)
}
