//! The power of machines: what hangs on it, doing something with it, and who did what.

use crate::management::DeviceRef;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, FleetResult, FleetRow, ManagementId, NodeId, PowerAction, PowerDone, PowerEvent,
    PowerGuard,
};
use serde::Deserialize;
use specta::Type;

/// What `power_guard` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PowerGuardFor {
    /// The machines.
    pub(crate) entries: Vec<NodeId>,
    /// What.
    pub(crate) action: PowerAction,
    /// By this way alone; none is the best that works.
    #[serde(default)]
    pub(crate) way: Option<ManagementId>,
}

/// What `power_do` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PowerDo {
    /// The machine.
    pub(crate) entry: NodeId,
    /// What.
    pub(crate) action: PowerAction,
    /// By this way alone; none is the best that works.
    #[serde(default)]
    pub(crate) way: Option<ManagementId>,
    /// The name that the guard asks for, as it was typed.
    #[serde(default)]
    pub(crate) confirmed: Option<String>,
}

/// What `fleet_list` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FleetList {
    /// Inside this folder; none is all.
    #[serde(default)]
    pub(crate) folder: Option<NodeId>,
    /// Whether to ask them now; each answer comes as an event, too.
    #[serde(default)]
    pub(crate) refresh: bool,
}

/// What `fleet_power` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FleetPower {
    /// The machines.
    pub(crate) entries: Vec<NodeId>,
    /// What.
    pub(crate) action: PowerAction,
    /// How many at a time, 1 to 64.
    pub(crate) at_once: u8,
    /// What the guard asks for, as it was typed.
    #[serde(default)]
    pub(crate) confirmed: Option<String>,
}

pub(crate) async fn guard(ctx: Ctx, args: PowerGuardFor) -> Result<PowerGuard, ApiError> {
    let entries = ctx.authorize_all(&args.entries, Right::Use)?;
    Ok(ctx.core.devices().power_guard(&entries, args.action, args.way).await?)
}

pub(crate) async fn act(ctx: Ctx, args: PowerDo) -> Result<PowerDone, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().power_do(&entry, args.action, args.way, args.confirmed).await?)
}

pub(crate) async fn history(ctx: Ctx, args: DeviceRef) -> Result<Vec<PowerEvent>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::View)?;
    Ok(ctx.core.devices().power_history(&entry).await?)
}

pub(crate) async fn fleet(ctx: Ctx, args: FleetList) -> Result<Vec<FleetRow>, ApiError> {
    let folder = ctx.authorize_folder(args.folder, Right::Use)?;
    Ok(ctx.core.devices().fleet_list(&folder, args.refresh).await?)
}

pub(crate) async fn fleet_act(ctx: Ctx, args: FleetPower) -> Result<Vec<FleetResult>, ApiError> {
    let entries = ctx.authorize_all(&args.entries, Right::Use)?;
    let FleetPower { action, at_once, confirmed, .. } = args;
    Ok(ctx.core.devices().fleet_power(&entries, action, at_once, confirmed).await?)
}
