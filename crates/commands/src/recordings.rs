//! Recordings of terminals and desktops.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, Attachment, RecordingCursor, RecordingId, RecordingInfo, RecordingMoment,
    RecordingPart, RecordingPicture, RecordingPlay, RecordingSearch, RecordingsExpiring,
    RecordingsKept, SessionId, SessionInfo,
};
use serde::Deserialize;
use specta::Type;

/// A recording.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingRef {
    /// Its id.
    pub(crate) id: RecordingId,
}

/// A part of a recording.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingRead {
    /// The recording.
    pub(crate) id: RecordingId,
    /// Where the part begins: 0, or the `next` of the part before.
    pub(crate) from: u32,
}

/// Text to look for.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingFind {
    /// Letter case does not count.
    pub(crate) text: String,
    /// Only in this recording.
    pub(crate) id: Option<RecordingId>,
    /// Where to go on: the `next` of the step before.
    pub(crate) from: Option<RecordingCursor>,
}

/// A file for a recording.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingExport {
    /// The recording.
    pub(crate) id: RecordingId,
    /// The file.
    pub(crate) path: String,
}

/// A rule for how long recordings are kept.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingRule {
    /// The rule, which need not be the vault's.
    pub(crate) kept: RecordingsKept,
}

/// Another title.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingRename {
    /// The recording.
    pub(crate) id: RecordingId,
    /// Its title from then on.
    pub(crate) title: String,
}

/// A player of a recording.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingPlayer {
    /// As `recording_play` gave it.
    pub(crate) player: SessionId,
}

/// A time for a player to show.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingShow {
    /// As `recording_play` gave it.
    pub(crate) player: SessionId,
    /// Milliseconds from the beginning.
    pub(crate) at: u32,
}

/// A small picture of a recording.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordingSmall {
    /// As `recording_play` gave it.
    pub(crate) player: SessionId,
    /// About when, in milliseconds from the beginning.
    pub(crate) at: u32,
    /// The most pixels across.
    pub(crate) width: u16,
    /// The most pixels down.
    pub(crate) height: u16,
}

/// A session to record.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionRecord {
    /// The session.
    pub(crate) id: SessionId,
    /// Whether lines that are typed are recorded as well.
    pub(crate) keys: bool,
}

/// A session.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionRecordStop {
    /// The session.
    pub(crate) id: SessionId,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<RecordingInfo>, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().list(&vault).await?)
}

pub(crate) async fn read(ctx: Ctx, args: RecordingRead) -> Result<RecordingPart, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().read(&vault, args.id, args.from).await?)
}

pub(crate) async fn play(ctx: Ctx, args: RecordingRef) -> Result<RecordingPlay, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().play(&vault, args.id).await?)
}

pub(crate) async fn attach(ctx: Ctx, args: RecordingPlayer) -> Result<Attachment, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().attach(&vault, args.player)?)
}

pub(crate) async fn show(ctx: Ctx, args: RecordingShow) -> Result<RecordingMoment, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().show(&vault, args.player, args.at).await?)
}

pub(crate) async fn picture(
    ctx: Ctx,
    args: RecordingSmall,
) -> Result<Option<RecordingPicture>, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    let most = (args.width, args.height);
    Ok(ctx.core.recordings().picture(&vault, args.player, args.at, most).await?)
}

pub(crate) async fn leave(ctx: Ctx, args: RecordingPlayer) -> Result<(), ApiError> {
    ctx.core.recordings().leave(args.player);
    Ok(())
}

pub(crate) async fn search(ctx: Ctx, args: RecordingFind) -> Result<RecordingSearch, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().search(&vault, &args.text, args.id, args.from).await?)
}

pub(crate) async fn export(ctx: Ctx, args: RecordingExport) -> Result<Option<String>, ApiError> {
    let vault = ctx.authorize_vault(Right::Reveal)?;
    Ok(ctx.core.recordings().export(&vault, args.id, &args.path).await?)
}

pub(crate) async fn rename(ctx: Ctx, args: RecordingRename) -> Result<RecordingInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.recordings().rename(&vault, args.id, &args.title).await?)
}

pub(crate) async fn delete(ctx: Ctx, args: RecordingRef) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.recordings().delete(&vault, args.id).await?)
}

pub(crate) async fn expiring(
    ctx: Ctx,
    args: RecordingRule,
) -> Result<RecordingsExpiring, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.recordings().expiring(&vault, args.kept).await?)
}

pub(crate) async fn record(ctx: Ctx, args: SessionRecord) -> Result<SessionInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.sessions().record(&vault, args.id, args.keys).await?)
}

pub(crate) async fn stop(ctx: Ctx, args: SessionRecordStop) -> Result<SessionInfo, ApiError> {
    Ok(ctx.core.sessions().stop_recording(args.id).await?)
}
