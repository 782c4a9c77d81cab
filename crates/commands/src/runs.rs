//! Commands on many machines.

use crate::framework::NoArgs;
use patchbay_core::{Authorized, Ctx, Right};
use patchbay_model::{
    ApiError, NodeId, RunCommand, RunDetail, RunDiff, RunExport, RunGrouping, RunId, RunInfo,
    RunOptions, RunOutput, RunTarget,
};
use serde::Deserialize;
use specta::Type;

/// Folders, tags and machines.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunTargets {
    /// Which.
    pub(crate) targets: Vec<RunTarget>,
}

/// A command to run.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunStart {
    /// What to run.
    pub(crate) command: RunCommand,
    /// On which machines.
    pub(crate) targets: Vec<RunTarget>,
    /// How.
    pub(crate) options: RunOptions,
    /// What outputs may differ in and still be the same.
    pub(crate) grouping: RunGrouping,
    /// Why, where a team server asks for it; it reads this before the command runs.
    #[expect(dead_code, reason = "a team server reads it before the command runs")]
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A run.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunRef {
    /// Its id.
    pub(crate) id: RunId,
}

/// A run to start once more.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunAgain {
    /// Its id.
    pub(crate) id: RunId,
    /// Why, where a team server asks for it; it reads this before the command runs.
    #[expect(dead_code, reason = "a team server reads it before the command runs")]
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A machine of a run.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunMachineRef {
    /// The run.
    pub(crate) id: RunId,
    /// The machine.
    pub(crate) machine: NodeId,
}

/// Two machines of a run.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunCompare {
    /// The run.
    pub(crate) id: RunId,
    /// A machine.
    pub(crate) left: NodeId,
    /// The other.
    pub(crate) right: NodeId,
}

/// A rule to group by.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunRegroup {
    /// The run.
    pub(crate) id: RunId,
    /// The rule.
    pub(crate) grouping: RunGrouping,
}

/// Machines of a run to do once more.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunRetry {
    /// The run.
    pub(crate) id: RunId,
    /// The machines; none is all that did not end with 0.
    pub(crate) machines: Option<Vec<NodeId>>,
    /// Why, where a team server asks for it; it reads this before the command runs.
    #[expect(dead_code, reason = "a team server reads it before the command runs")]
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// What to stop.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunCancel {
    /// The run.
    pub(crate) id: RunId,
    /// Only this machine of it.
    pub(crate) machine: Option<NodeId>,
}

/// A file to write results to.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunExportTo {
    /// The run.
    pub(crate) id: RunId,
    /// In which form.
    pub(crate) form: RunExport,
    /// The path of the file.
    pub(crate) path: String,
}

pub(crate) async fn targets(ctx: Ctx, args: RunTargets) -> Result<Vec<NodeId>, ApiError> {
    Ok(ctx.core.runs().targets(&ctx.authorize_vault(Right::View)?, &args.targets)?)
}

pub(crate) async fn start(ctx: Ctx, args: RunStart) -> Result<RunInfo, ApiError> {
    let RunStart { command, targets, options, grouping, .. } = args;
    let ids = ctx.core.runs().targets(&ctx.authorize_vault(Right::View)?, &targets)?;
    let machines = ctx.authorize_all(&ids, Right::Use)?;
    Ok(ctx.core.runs().start(&machines, command, options, grouping, None).await?)
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<RunInfo>, ApiError> {
    Ok(ctx.core.runs().list(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn get(ctx: Ctx, args: RunRef) -> Result<RunDetail, ApiError> {
    Ok(ctx.core.runs().detail(&ctx.authorize_vault(Right::View)?, args.id)?)
}

pub(crate) async fn output(ctx: Ctx, args: RunMachineRef) -> Result<RunOutput, ApiError> {
    Ok(ctx.core.runs().output(&ctx.authorize_vault(Right::View)?, args.id, args.machine)?)
}

pub(crate) async fn diff(ctx: Ctx, args: RunCompare) -> Result<RunDiff, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.runs().diff(&vault, args.id, args.left, args.right).await?)
}

pub(crate) async fn group(ctx: Ctx, args: RunRegroup) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.runs().group(&vault, args.id, args.grouping).await?)
}

pub(crate) async fn retry(ctx: Ctx, args: RunRetry) -> Result<RunInfo, ApiError> {
    let named = args.machines.is_some();
    let machines = still_there(&ctx, args.id, args.machines)?;
    Ok(ctx.core.runs().retry(&machines, args.id, named)?)
}

pub(crate) async fn again(ctx: Ctx, args: RunAgain) -> Result<RunInfo, ApiError> {
    let machines = still_there(&ctx, args.id, None)?;
    Ok(ctx.core.runs().again(&machines, args.id)?)
}

pub(crate) async fn cancel(ctx: Ctx, args: RunCancel) -> Result<(), ApiError> {
    Ok(ctx.core.runs().cancel(args.id, args.machine)?)
}

pub(crate) async fn forget(ctx: Ctx, args: RunRef) -> Result<(), ApiError> {
    Ok(ctx.core.runs().forget(args.id)?)
}

pub(crate) async fn export(ctx: Ctx, args: RunExportTo) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.runs().export(&vault, args.id, args.form, args.path.into()).await?)
}

/// Machines of a run that may be used now; those that were deleted since are left out.
fn still_there(
    ctx: &Ctx,
    id: RunId,
    named: Option<Vec<NodeId>>,
) -> Result<Authorized<Vec<NodeId>>, ApiError> {
    ctx.authorize_vault(Right::View)?;
    let mut ids = ctx.core.runs().machines(id)?;
    if let Some(named) = named {
        ids.retain(|id| named.contains(id));
    }
    ids.retain(|id| ctx.authorize(*id, Right::Use).is_ok());
    Ok(ctx.authorize_all(&ids, Right::Use)?)
}
