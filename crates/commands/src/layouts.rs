//! Tabs and splits with a name.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{ApiError, LayoutId, NamedLayout};
use serde::Deserialize;
use specta::Type;

/// A layout to save.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LayoutSave {
    /// The one to change; a new one if there is none.
    pub(crate) id: Option<LayoutId>,
    /// Its name.
    pub(crate) name: String,
    /// The tabs, as JSON.
    pub(crate) json: String,
}

/// A saved layout.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LayoutRef {
    /// Its id.
    pub(crate) id: LayoutId,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<NamedLayout>, ApiError> {
    Ok(ctx.core.layouts().list(&ctx.authorize_vault(Right::View)?).await?)
}

pub(crate) async fn save(ctx: Ctx, args: LayoutSave) -> Result<NamedLayout, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.layouts().save(&vault, args.id, &args.name, args.json).await?)
}

pub(crate) async fn delete(ctx: Ctx, args: LayoutRef) -> Result<(), ApiError> {
    Ok(ctx.core.layouts().delete(&ctx.authorize_vault(Right::Edit)?, args.id).await?)
}
