//! Whether machines answer, and waking them.

use crate::framework::not_yet;
use patchbay_core::Ctx;
use patchbay_model::{ApiError, NodeId};
use serde::Deserialize;
use specta::Type;

/// Machines.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Machines {
    /// Their ids.
    pub(crate) ids: Vec<NodeId>,
}

pub(crate) async fn check(_ctx: Ctx, _: Machines) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn wake(_ctx: Ctx, _: Machines) -> Result<(), ApiError> {
    Err(not_yet())
}
