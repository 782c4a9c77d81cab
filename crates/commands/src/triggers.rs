//! Patterns that are looked for in what terminals show.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right, triggers};
use patchbay_model::{
    ApiError, SessionId, Trigger, TriggerDraft, TriggerId, TriggerList, TriggerMark,
};
use serde::Deserialize;
use specta::Type;

/// A trigger to add or change.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TriggerSave {
    /// None adds one.
    pub(crate) id: Option<TriggerId>,
    /// All its fields.
    pub(crate) draft: TriggerDraft,
}

/// A trigger.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TriggerRef {
    /// Its id.
    pub(crate) id: TriggerId,
}

/// A pattern to try out.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TriggerTry {
    /// The pattern.
    pub(crate) pattern: String,
    /// Whether small and capital letters are the same.
    pub(crate) ignore_case: bool,
    /// A line.
    pub(crate) line: String,
}

/// Lines to mark.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TriggerLines {
    /// The session that shows them.
    pub(crate) session: SessionId,
    /// Whole lines, 500 at most.
    pub(crate) lines: Vec<String>,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<TriggerList, ApiError> {
    Ok(ctx.core.triggers().list(&ctx.authorize_vault(Right::View)?)?)
}

pub(crate) async fn save(ctx: Ctx, args: TriggerSave) -> Result<Trigger, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.triggers().save(&vault, args.id, args.draft).await?)
}

pub(crate) async fn delete(ctx: Ctx, args: TriggerRef) -> Result<(), ApiError> {
    Ok(ctx.core.triggers().delete(&ctx.authorize_vault(Right::Edit)?, args.id).await?)
}

pub(crate) async fn marks(ctx: Ctx, args: TriggerLines) -> Result<Vec<TriggerMark>, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.triggers().marks(&vault, args.session, &args.lines)?)
}

pub(crate) async fn attempt(_: Ctx, args: TriggerTry) -> Result<bool, ApiError> {
    Ok(triggers::found(&args.pattern, args.ignore_case, &args.line)?)
}
