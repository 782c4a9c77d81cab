//! Clusters of Proxmox VE: guests, storage and tasks.

use crate::framework::NoArgs;
use crate::management::DeviceRead;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, Cluster, ClusterTask, ClusterTaskId, ClusterVolume, GraphPoint, GraphSpan,
    GuestBackup, GuestChange, GuestClone, GuestDetail, GuestFromTemplate, GuestMigration,
    GuestPower, GuestRestore, NewGuestSnapshot, NodeId, PowerGuard,
};
use serde::Deserialize;
use specta::Type;

/// What `cluster_watch` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClusterWatch {
    /// The machine.
    pub(crate) entry: NodeId,
    /// Whether it is.
    pub(crate) on: bool,
}

/// A guest of a cluster.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestRef {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
}

/// What `guest_power_guard` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestPowerGuard {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// What.
    pub(crate) action: GuestPower,
}

/// What `guest_power` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestPowerOf {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// What.
    pub(crate) action: GuestPower,
    /// The name that the guard asks for, as it was typed.
    #[serde(default)]
    pub(crate) confirmed: Option<String>,
}

/// What `guest_change` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestChangeOf {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// What.
    pub(crate) change: GuestChange,
}

/// What `guest_grow_disk` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestGrowDisk {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// The disk.
    pub(crate) slot: String,
    /// By so many GiB.
    pub(crate) gibibytes: u32,
}

/// What `guest_take_snapshot` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestTakeSnapshot {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// How.
    pub(crate) snapshot: NewGuestSnapshot,
}

/// What `guest_roll_back` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestRollBack {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// Its name.
    pub(crate) snapshot: String,
    /// Whether it is started then.
    pub(crate) start: bool,
    /// The guest's name, as it was typed.
    pub(crate) confirmed: String,
}

/// What `guest_delete_snapshot` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestDeleteSnapshot {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// Its name.
    pub(crate) snapshot: String,
}

/// What `guest_back_up` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestBackUp {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// How.
    pub(crate) backup: GuestBackup,
}

/// What `guest_clone` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestCloneOf {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// How.
    pub(crate) copy: GuestClone,
}

/// What `guest_from_template` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestFromTemplateOf {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// How.
    pub(crate) copy: GuestFromTemplate,
}

/// What `guest_migrate` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestMigrate {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// Where to.
    pub(crate) to: GuestMigration,
}

/// What `guest_delete` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestDelete {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// Its name, as it was typed.
    pub(crate) confirmed: String,
}

/// What `guest_graph` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestGraph {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The guest.
    pub(crate) guest: u32,
    /// How far back.
    pub(crate) span: GraphSpan,
}

/// What `guest_restore` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuestRestoreOf {
    /// The machine.
    pub(crate) entry: NodeId,
    /// How.
    pub(crate) restore: GuestRestore,
    /// The name of the guest that is written over, as it was typed.
    #[serde(default)]
    pub(crate) confirmed: Option<String>,
}

/// What `storage_content` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StorageContent {
    /// The machine.
    pub(crate) entry: NodeId,
    /// As this node sees it.
    pub(crate) node: String,
    /// Its name.
    pub(crate) storage: String,
}

/// What `storage_upload` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StorageUpload {
    /// The machine.
    pub(crate) entry: NodeId,
    /// By this node.
    pub(crate) node: String,
    /// Its name.
    pub(crate) storage: String,
    /// `iso` or `vztmpl`.
    pub(crate) content: String,
    /// The file.
    pub(crate) path: String,
}

/// What `volume_delete` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VolumeDelete {
    /// The machine.
    pub(crate) entry: NodeId,
    /// By this node.
    pub(crate) node: String,
    /// Its id.
    pub(crate) volume: String,
    /// The last part of its id, as it was typed.
    pub(crate) confirmed: String,
}

/// What `cluster_task_cancel` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClusterTaskRef {
    /// The task.
    pub(crate) id: ClusterTaskId,
}

pub(crate) async fn get(ctx: Ctx, args: DeviceRead) -> Result<Cluster, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().cluster_get(&entry, args.refresh).await?)
}

pub(crate) async fn watch(ctx: Ctx, args: ClusterWatch) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().cluster_watch(&entry, args.on).await?)
}

pub(crate) async fn guest_get(ctx: Ctx, args: GuestRef) -> Result<GuestDetail, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_get(&entry, args.guest).await?)
}

pub(crate) async fn guest_power_guard(
    ctx: Ctx,
    args: GuestPowerGuard,
) -> Result<PowerGuard, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_power_guard(&entry, args.guest, args.action).await?)
}

pub(crate) async fn guest_power(ctx: Ctx, args: GuestPowerOf) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_power(&entry, args.guest, args.action, args.confirmed).await?)
}

pub(crate) async fn guest_change(ctx: Ctx, args: GuestChangeOf) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_change(&entry, args.guest, args.change).await?)
}

pub(crate) async fn guest_grow_disk(
    ctx: Ctx,
    args: GuestGrowDisk,
) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_grow_disk(&entry, args.guest, &args.slot, args.gibibytes).await?)
}

pub(crate) async fn guest_take_snapshot(
    ctx: Ctx,
    args: GuestTakeSnapshot,
) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_take_snapshot(&entry, args.guest, args.snapshot).await?)
}

pub(crate) async fn guest_roll_back(
    ctx: Ctx,
    args: GuestRollBack,
) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx
        .core
        .devices()
        .guest_roll_back(&entry, args.guest, &args.snapshot, args.start, &args.confirmed)
        .await?)
}

pub(crate) async fn guest_delete_snapshot(
    ctx: Ctx,
    args: GuestDeleteSnapshot,
) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_delete_snapshot(&entry, args.guest, &args.snapshot).await?)
}

pub(crate) async fn guest_back_up(ctx: Ctx, args: GuestBackUp) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_back_up(&entry, args.guest, args.backup).await?)
}

pub(crate) async fn guest_backups(
    ctx: Ctx,
    args: GuestRef,
) -> Result<Vec<ClusterVolume>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_backups(&entry, args.guest).await?)
}

pub(crate) async fn guest_clone(ctx: Ctx, args: GuestCloneOf) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_clone(&entry, args.guest, args.copy).await?)
}

pub(crate) async fn guest_from_template(
    ctx: Ctx,
    args: GuestFromTemplateOf,
) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_from_template(&entry, args.guest, args.copy).await?)
}

pub(crate) async fn guest_migrate(ctx: Ctx, args: GuestMigrate) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_migrate(&entry, args.guest, args.to).await?)
}

pub(crate) async fn guest_delete(ctx: Ctx, args: GuestDelete) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_delete(&entry, args.guest, &args.confirmed).await?)
}

pub(crate) async fn guest_graph(ctx: Ctx, args: GuestGraph) -> Result<Vec<GraphPoint>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_graph(&entry, args.guest, args.span).await?)
}

pub(crate) async fn guest_restore(ctx: Ctx, args: GuestRestoreOf) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().guest_restore(&entry, args.restore, args.confirmed).await?)
}

pub(crate) async fn storage_content(
    ctx: Ctx,
    args: StorageContent,
) -> Result<Vec<ClusterVolume>, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().storage_content(&entry, &args.node, &args.storage).await?)
}

pub(crate) async fn storage_upload(ctx: Ctx, args: StorageUpload) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx
        .core
        .devices()
        .storage_upload(&entry, &args.node, &args.storage, &args.content, &args.path)
        .await?)
}

pub(crate) async fn volume_delete(ctx: Ctx, args: VolumeDelete) -> Result<ClusterTask, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().volume_delete(&entry, &args.node, &args.volume, &args.confirmed).await?)
}

pub(crate) async fn tasks(ctx: Ctx, _: NoArgs) -> Result<Vec<ClusterTask>, ApiError> {
    Ok(ctx.core.devices().cluster_tasks())
}

pub(crate) async fn cancel_task(ctx: Ctx, args: ClusterTaskRef) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    Ok(ctx.core.devices().cluster_task_cancel(&vault, args.id).await?)
}

pub(crate) async fn forget_task(ctx: Ctx, args: ClusterTaskRef) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    Ok(ctx.core.devices().cluster_task_forget(&vault, args.id).await?)
}
