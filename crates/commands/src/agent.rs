//! Patchbay's own agent, which other programs may use.

use crate::framework::NoArgs;
use patchbay_core::Ctx;
use patchbay_model::{AgentStatus, ApiError, PromptId};
use serde::Deserialize;
use specta::Type;

/// The answer to a program that waits.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AgentAnswer {
    /// The question.
    pub(crate) id: PromptId,
    /// Let it use the key, this once.
    pub(crate) allow: bool,
}

pub(crate) async fn status(ctx: Ctx, _: NoArgs) -> Result<AgentStatus, ApiError> {
    // What was used names identities.
    ctx.authorize_vault(patchbay_core::Right::View)?;
    Ok(ctx.core.agent().status())
}

pub(crate) async fn answer(ctx: Ctx, args: AgentAnswer) -> Result<(), ApiError> {
    Ok(ctx.core.agent().answer(args.id, args.allow)?)
}
