//! Host keys on record.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
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

pub(crate) async fn list(_ctx: Ctx, _: NoArgs) -> Result<Vec<HostKeyRecord>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn remove(_ctx: Ctx, _: HostKeyRemove) -> Result<(), ApiError> {
    Err(not_yet())
}
