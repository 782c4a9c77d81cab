//! Switches: ports, VLANs, and changes that are taken back unless somebody keeps them.

use crate::framework::NoArgs;
use crate::management::DeviceRead;
use crate::management::DeviceRef;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, NodeId, PortTraffic, Switch, SwitchChange, SwitchChangeId, SwitchPlan, SwitchStation,
    SwitchWish,
};
use serde::Deserialize;
use specta::Type;

/// What `switch_traffic` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SwitchTraffic {
    /// The machine.
    pub(crate) entry: NodeId,
    /// Of these ports; none is of all.
    pub(crate) ports: Vec<u32>,
}

/// What `switch_plan` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SwitchWishes {
    /// The machine.
    pub(crate) entry: NodeId,
    /// What is wanted, in order.
    pub(crate) wishes: Vec<SwitchWish>,
}

/// What `switch_apply` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SwitchApply {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The plan.
    pub(crate) plan: SwitchChangeId,
    /// How long there is to keep it, 10 to 3600.
    pub(crate) seconds: u32,
    /// The name that the guard asks for, as it was typed.
    #[serde(default)]
    pub(crate) confirmed: Option<String>,
}

/// What `switch_keep` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SwitchChangeRef {
    /// The change.
    pub(crate) id: SwitchChangeId,
}

pub(crate) async fn get(ctx: Ctx, args: DeviceRead) -> Result<Switch, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().switch_get(&entry, args.refresh).await?)
}

pub(crate) async fn traffic(ctx: Ctx, args: SwitchTraffic) -> Result<Vec<PortTraffic>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().switch_traffic(&entry, args.ports).await?)
}

pub(crate) async fn stations(ctx: Ctx, args: DeviceRef) -> Result<Vec<SwitchStation>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().switch_stations(&entry).await?)
}

pub(crate) async fn plan(ctx: Ctx, args: SwitchWishes) -> Result<SwitchPlan, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().switch_plan(&entry, args.wishes).await?)
}

pub(crate) async fn apply(ctx: Ctx, args: SwitchApply) -> Result<SwitchChange, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().switch_apply(&entry, args.plan, args.seconds, args.confirmed).await?)
}

pub(crate) async fn keep(ctx: Ctx, args: SwitchChangeRef) -> Result<SwitchChange, ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    Ok(ctx.core.devices().switch_keep(&vault, args.id).await?)
}

pub(crate) async fn revert(ctx: Ctx, args: SwitchChangeRef) -> Result<SwitchChange, ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    Ok(ctx.core.devices().switch_revert(&vault, args.id).await?)
}

pub(crate) async fn changes(ctx: Ctx, _: NoArgs) -> Result<Vec<SwitchChange>, ApiError> {
    Ok(ctx.core.devices().switch_changes())
}
