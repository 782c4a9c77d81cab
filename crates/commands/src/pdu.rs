//! Power units: outlets and what they carry.

use crate::management::DeviceRead;
use patchbay_core::{Ctx, Right};
use patchbay_model::{ApiError, NodeId, OutletAction, Pdu, PowerGuard};
use serde::Deserialize;
use specta::Type;

/// What `outlet_guard` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OutletGuard {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The outlet.
    pub(crate) outlet: String,
    /// What.
    pub(crate) action: OutletAction,
}

/// What `outlet_do` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OutletDo {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The outlet.
    pub(crate) outlet: String,
    /// What.
    pub(crate) action: OutletAction,
    /// The name that the guard asks for, as it was typed.
    #[serde(default)]
    pub(crate) confirmed: Option<String>,
}

pub(crate) async fn get(ctx: Ctx, args: DeviceRead) -> Result<Pdu, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().pdu_get(&entry, args.refresh).await?)
}

pub(crate) async fn guard(ctx: Ctx, args: OutletGuard) -> Result<PowerGuard, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().outlet_guard(&entry, &args.outlet, args.action).await?)
}

pub(crate) async fn act(ctx: Ctx, args: OutletDo) -> Result<Pdu, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().outlet_do(&entry, &args.outlet, args.action, args.confirmed).await?)
}
