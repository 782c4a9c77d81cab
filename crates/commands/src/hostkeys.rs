//! Host keys on record.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{ApiError, HostKeyId, HostKeyRecord};
use serde::Deserialize;
use specta::Type;

/// A host key to forget.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HostKeyRemove {
    /// Its id.
    pub(crate) id: HostKeyId,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<HostKeyRecord>, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.hostkeys().list(&vault).await?)
}

pub(crate) async fn remove(ctx: Ctx, args: HostKeyRemove) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.hostkeys().remove(&vault, args.id).await?)
}
