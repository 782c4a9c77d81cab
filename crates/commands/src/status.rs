//! Whether machines answer, and waking them.

use patchbay_core::{Ctx, Right};
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

pub(crate) async fn check(ctx: Ctx, args: Machines) -> Result<(), ApiError> {
    let machines = ctx.authorize_all(&args.ids, Right::Use)?;
    Ok(ctx.core.status().check(&machines)?)
}

pub(crate) async fn wake(ctx: Ctx, args: Machines) -> Result<(), ApiError> {
    let machines = ctx.authorize_all(&args.ids, Right::Use)?;
    Ok(ctx.core.wake().wake(&machines).await?)
}
