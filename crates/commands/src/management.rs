//! Ways to manage machines: what they say, and whether they are trusted.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, ConsoleRung, ConsoleServer, EntryDraft, MachineStatus, ManagementId, NodeId, Secret,
    WayStatus,
};
use serde::Deserialize;
use specta::Type;

/// A machine, and whether to ask it now.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeviceRead {
    /// The machine.
    pub(crate) entry: NodeId,
    /// Whether to ask even if they were asked lately.
    #[serde(default)]
    pub(crate) refresh: bool,
}

/// What `management_test` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManagementTest {
    /// The folder it is in.
    #[serde(default)]
    pub(crate) parent: Option<NodeId>,
    /// The machine, if it is saved.
    #[serde(default)]
    pub(crate) id: Option<NodeId>,
    /// The machine as it stands in the editor.
    pub(crate) draft: EntryDraft,
    /// The way, one of the draft's.
    pub(crate) way: ManagementId,
}

/// What `management_trust` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManagementTrust {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The way.
    pub(crate) way: ManagementId,
    /// What was looked at: nothing else is put on record.
    pub(crate) fingerprint: String,
    /// Whether it takes the place of every other one of that address.
    pub(crate) replace: bool,
}

/// What `management_sign_in` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManagementSignIn {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The way; none is that to the machine's cluster, or to its guest's.
    #[serde(default)]
    pub(crate) way: Option<ManagementId>,
    /// What an authenticator app shows, or a recovery key.
    pub(crate) code: Secret<String>,
}

/// A machine.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeviceRef {
    /// The machine.
    pub(crate) entry: NodeId,
}

pub(crate) async fn status(ctx: Ctx, args: DeviceRead) -> Result<MachineStatus, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().management_status(&entry, args.refresh).await?)
}

pub(crate) async fn test(ctx: Ctx, args: ManagementTest) -> Result<WayStatus, ApiError> {
    let folder = ctx.authorize_folder(args.parent, Right::Use)?;
    Ok(ctx.core.devices().management_test(&folder, args.id, args.draft, args.way).await?)
}

pub(crate) async fn trust(ctx: Ctx, args: ManagementTrust) -> Result<WayStatus, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Edit)?;
    Ok(ctx
        .core
        .devices()
        .management_trust(&entry, args.way, &args.fingerprint, args.replace)
        .await?)
}

pub(crate) async fn sign_in(ctx: Ctx, args: ManagementSignIn) -> Result<WayStatus, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().management_sign_in(&entry, args.way, args.code).await?)
}

pub(crate) async fn families(ctx: Ctx, _: NoArgs) -> Result<Vec<(String, String)>, ApiError> {
    Ok(ctx.core.devices().management_families())
}

pub(crate) async fn ports(ctx: Ctx, args: DeviceRead) -> Result<ConsoleServer, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().console_ports(&entry, args.refresh).await?)
}

pub(crate) async fn ladder(ctx: Ctx, args: DeviceRef) -> Result<Vec<ConsoleRung>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().console_ladder(&entry).await?)
}
