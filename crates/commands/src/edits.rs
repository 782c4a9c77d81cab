//! Files of machines that are edited on this computer.

use crate::{files::FileRef, framework::NoArgs};
use patchbay_core::{Ctx, Right};
use patchbay_model::{ApiError, EditAnswer, EditId, EditInfo};
use serde::Deserialize;
use specta::Type;

/// What becomes of an edited file.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EditAnswerArgs {
    /// The file.
    pub(crate) id: EditId,
    /// The decision.
    pub(crate) answer: EditAnswer,
}

/// A file to edit no longer.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EditStop {
    /// The file.
    pub(crate) id: EditId,
    /// What did not reach the machine is given up.
    pub(crate) discard: bool,
}

pub(crate) async fn edit(ctx: Ctx, args: FileRef) -> Result<EditInfo, ApiError> {
    let place = ctx.authorize_files(args.place, Right::Edit)?;
    Ok(ctx.core.files().edit(&place, &args.path).await?)
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<EditInfo>, ApiError> {
    Ok(ctx.core.files().edits().await)
}

pub(crate) async fn answer(ctx: Ctx, args: EditAnswerArgs) -> Result<EditInfo, ApiError> {
    Ok(ctx.core.files().edit_answer(args.id, args.answer)?)
}

pub(crate) async fn stop(ctx: Ctx, args: EditStop) -> Result<(), ApiError> {
    Ok(ctx.core.files().edit_stop(args.id, args.discard)?)
}
