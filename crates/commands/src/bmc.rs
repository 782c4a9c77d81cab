//! Management controllers: sensors, logs, users and what a machine is made of.

use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, BmcBoot, BmcFacts, BmcLog, BmcSensors, BmcUserDraft, BmcUsers, ManagementId, NodeId,
};
use serde::Deserialize;
use specta::Type;

/// A management controller of a machine.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcRef {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
}

/// What `bmc_clear_log` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcClearLog {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// The machine's name, as it was typed.
    pub(crate) confirmed: String,
}

/// What `bmc_export_log` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcExportLog {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// The file.
    pub(crate) path: String,
}

/// What `bmc_locate` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcLocate {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// On.
    pub(crate) lit: bool,
}

/// What `bmc_boot` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcBootOf {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// From what.
    pub(crate) boot: BmcBoot,
}

/// What `bmc_save_user` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcSaveUser {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// The user.
    pub(crate) draft: BmcUserDraft,
}

/// What `bmc_delete_user` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcDeleteUser {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// Which.
    pub(crate) user: String,
}

/// What `bmc_insert_media` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcInsertMedia {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// The drive.
    pub(crate) media: String,
    /// Its URL, which the controller fetches.
    pub(crate) image: String,
}

/// What `bmc_eject_media` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcEjectMedia {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// The drive.
    pub(crate) media: String,
}

/// What `bmc_raw` takes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BmcRaw {
    /// The machine.
    pub(crate) entry: NodeId,
    /// The controller.
    pub(crate) way: ManagementId,
    /// The bytes.
    pub(crate) request: String,
    /// The machine's name, as it was typed.
    pub(crate) confirmed: String,
}

pub(crate) async fn sensors(ctx: Ctx, args: BmcRef) -> Result<BmcSensors, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_sensors(&entry, args.way).await?)
}

pub(crate) async fn log(ctx: Ctx, args: BmcRef) -> Result<BmcLog, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_log(&entry, args.way).await?)
}

pub(crate) async fn clear_log(ctx: Ctx, args: BmcClearLog) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_clear_log(&entry, args.way, &args.confirmed).await?)
}

pub(crate) async fn export_log(ctx: Ctx, args: BmcExportLog) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_export_log(&entry, args.way, &args.path).await?)
}

pub(crate) async fn facts(ctx: Ctx, args: BmcRef) -> Result<BmcFacts, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_facts(&entry, args.way).await?)
}

pub(crate) async fn locate(ctx: Ctx, args: BmcLocate) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_locate(&entry, args.way, args.lit).await?)
}

pub(crate) async fn boot(ctx: Ctx, args: BmcBootOf) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_boot(&entry, args.way, args.boot).await?)
}

pub(crate) async fn reset(ctx: Ctx, args: BmcRef) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_reset(&entry, args.way).await?)
}

pub(crate) async fn users(ctx: Ctx, args: BmcRef) -> Result<BmcUsers, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_users(&entry, args.way).await?)
}

pub(crate) async fn save_user(ctx: Ctx, args: BmcSaveUser) -> Result<BmcUsers, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Edit)?;
    Ok(ctx.core.devices().bmc_save_user(&entry, args.way, args.draft).await?)
}

pub(crate) async fn delete_user(ctx: Ctx, args: BmcDeleteUser) -> Result<BmcUsers, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Edit)?;
    Ok(ctx.core.devices().bmc_delete_user(&entry, args.way, &args.user).await?)
}

pub(crate) async fn insert_media(ctx: Ctx, args: BmcInsertMedia) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_insert_media(&entry, args.way, &args.media, &args.image).await?)
}

pub(crate) async fn eject_media(ctx: Ctx, args: BmcEjectMedia) -> Result<(), ApiError> {
    let entry = ctx.authorize(args.entry, Right::Use)?;
    Ok(ctx.core.devices().bmc_eject_media(&entry, args.way, &args.media).await?)
}

pub(crate) async fn raw(ctx: Ctx, args: BmcRaw) -> Result<String, ApiError> {
    let entry = ctx.authorize(args.entry, Right::Edit)?;
    Ok(ctx.core.devices().bmc_raw(&entry, args.way, &args.request, &args.confirmed).await?)
}
