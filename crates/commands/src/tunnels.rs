//! Tunnels: starting, stopping, and how they go.

use crate::framework::NoArgs;
use patchbay_core::{Authorized, Ctx, Right};
use patchbay_model::{ApiError, MachineTunnels, NodeId, Tunnel, TunnelId, TunnelRef};
use serde::Deserialize;
use specta::Type;

/// A machine.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TunnelMachine {
    /// The machine.
    pub(crate) entry: NodeId,
}

/// A tunnel that need not be kept with the machine.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TunnelNew {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The tunnel.
    pub(crate) tunnel: Tunnel,
    /// Why, where a team server asks.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A tunnel to start.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TunnelStart {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The tunnel.
    pub(crate) tunnel: TunnelId,
    /// Why, where a team server asks.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A machine whose tunnels are to start.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TunnelStartAll {
    /// The machine.
    pub(crate) entry: NodeId,
    /// Why, where a team server asks.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A machine of this vault, or of a team server whose machines are shown here: this computer listens in either case.
fn machine(ctx: &Ctx, id: NodeId, right: Right) -> Result<Authorized<NodeId>, ApiError> {
    if ctx.core.workspaces().owner(*id.as_bytes()).is_none() {
        return Ok(ctx.authorize(id, right)?);
    }
    let vault = ctx.authorize_vault(right)?;
    Ok(ctx.core.tunnels().of_workspace(&vault, id)?)
}

/// The same, with what is kept with it now.
async fn known(
    ctx: &Ctx,
    id: NodeId,
    right: Right,
    reason: Option<String>,
) -> Result<Authorized<NodeId>, ApiError> {
    let id = machine(ctx, id, right)?;
    ctx.core.tunnels().look(&id, reason).await?;
    Ok(id)
}

pub(crate) async fn list(ctx: Ctx, args: TunnelMachine) -> Result<MachineTunnels, ApiError> {
    let id = known(&ctx, args.entry, Right::View, None).await?;
    Ok(ctx.core.tunnels().of(&id))
}

pub(crate) async fn started(ctx: Ctx, _: NoArgs) -> Result<Vec<MachineTunnels>, ApiError> {
    Ok(ctx.core.tunnels().started())
}

pub(crate) async fn start(ctx: Ctx, args: TunnelStart) -> Result<MachineTunnels, ApiError> {
    let id = known(&ctx, args.entry, Right::Use, args.reason).await?;
    Ok(ctx.core.tunnels().start(&id, args.tunnel).await?)
}

pub(crate) async fn start_new(ctx: Ctx, args: TunnelNew) -> Result<MachineTunnels, ApiError> {
    let id = known(&ctx, args.entry, Right::Use, args.reason).await?;
    Ok(ctx.core.tunnels().start_new(&id, args.tunnel).await?)
}

pub(crate) async fn start_all(ctx: Ctx, args: TunnelStartAll) -> Result<MachineTunnels, ApiError> {
    let id = known(&ctx, args.entry, Right::Use, args.reason).await?;
    Ok(ctx.core.tunnels().start_all(&id).await?)
}

pub(crate) async fn stop(ctx: Ctx, args: TunnelRef) -> Result<MachineTunnels, ApiError> {
    let id = machine(&ctx, args.entry, Right::Use)?;
    Ok(ctx.core.tunnels().stop(&id, args.tunnel).await)
}

pub(crate) async fn stop_all(ctx: Ctx, args: TunnelMachine) -> Result<MachineTunnels, ApiError> {
    let id = machine(&ctx, args.entry, Right::Use)?;
    Ok(ctx.core.tunnels().stop_all(&id).await)
}
