//! Commands with parameters.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    ApiError, NodeId, SessionId, Snippet, SnippetDraft, SnippetId, SnippetPreview, SnippetValues,
};
use serde::Deserialize;
use specta::Type;

/// A snippet to add or change.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SnippetSave {
    /// None adds one.
    pub(crate) id: Option<SnippetId>,
    /// All its fields.
    pub(crate) draft: SnippetDraft,
    /// A folder or machine that it is for: a new one is kept where that is, here or on a team server.
    #[expect(dead_code, reason = "read where it is decided where a command runs")]
    pub(crate) near: Option<NodeId>,
}

/// A snippet.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SnippetRef {
    /// Its id.
    pub(crate) id: SnippetId,
}

/// A snippet to look at as it would be sent.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SnippetLook {
    /// The snippet.
    pub(crate) id: SnippetId,
    /// What is filled in.
    pub(crate) values: SnippetValues,
    /// Where it would go.
    pub(crate) session: Option<SessionId>,
}

/// A snippet to type into a terminal.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SnippetSend {
    /// The snippet.
    pub(crate) id: SnippetId,
    /// What is filled in.
    pub(crate) values: SnippetValues,
    /// Where it goes.
    pub(crate) session: SessionId,
    /// The program there knows pasted text from typed.
    pub(crate) bracketed: bool,
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<Snippet>, ApiError> {
    Ok(ctx.core.snippets().list(&ctx.authorize_vault(Right::View)?).await?)
}

pub(crate) async fn save(ctx: Ctx, args: SnippetSave) -> Result<Snippet, ApiError> {
    let vault = ctx.authorize_vault(Right::Edit)?;
    Ok(ctx.core.snippets().save(&vault, args.id, args.draft).await?)
}

pub(crate) async fn delete(ctx: Ctx, args: SnippetRef) -> Result<(), ApiError> {
    Ok(ctx.core.snippets().delete(&ctx.authorize_vault(Right::Edit)?, args.id).await?)
}

pub(crate) async fn preview(ctx: Ctx, args: SnippetLook) -> Result<SnippetPreview, ApiError> {
    let vault = ctx.authorize_vault(Right::View)?;
    Ok(ctx.core.snippets().preview(&vault, args.id, &args.values, args.session).await?)
}

pub(crate) async fn send(ctx: Ctx, args: SnippetSend) -> Result<(), ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    let SnippetSend { id, values, session, bracketed } = args;
    Ok(ctx.core.snippets().send(&vault, id, &values, session, bracketed).await?)
}
