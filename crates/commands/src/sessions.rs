//! Sessions: connecting, answering, ending.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
use patchbay_model::{
    ApiError, Attachment, EntryDraft, HostKeyAnswer, NodeId, PromptId, Secret, SessionId,
    SessionInfo, SessionTarget, TerminalSize,
};
use serde::Deserialize;
use specta::Type;

/// What to open.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionOpen {
    /// A machine, or a local shell.
    pub(crate) target: SessionTarget,
    /// Size of the terminal.
    pub(crate) size: TerminalSize,
    /// Names this attempt, so that asking twice opens one session.
    pub(crate) attempt: Option<String>,
}

/// A session.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionRef {
    /// Its id.
    pub(crate) id: SessionId,
}

/// Answers to a prompt.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionAnswer {
    /// The session.
    pub(crate) id: SessionId,
    /// The prompt.
    pub(crate) prompt: PromptId,
    /// One for each question.
    pub(crate) answers: Vec<Secret<String>>,
}

/// A prompt not to be answered.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionCancelPrompt {
    /// The session.
    pub(crate) id: SessionId,
    /// The prompt.
    pub(crate) prompt: PromptId,
}

/// A decision about a host key.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionHostKey {
    /// The session.
    pub(crate) id: SessionId,
    /// The decision.
    pub(crate) answer: HostKeyAnswer,
}

/// A session to connect again.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionReconnect {
    /// The session.
    pub(crate) id: SessionId,
    /// Size of the terminal.
    pub(crate) size: TerminalSize,
}

/// Another title.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionRename {
    /// The session.
    pub(crate) id: SessionId,
    /// Its title from then on.
    pub(crate) title: String,
}

/// A machine to try before it is saved.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionTest {
    /// All its fields.
    pub(crate) draft: EntryDraft,
    /// The folder it would be in.
    pub(crate) parent: Option<NodeId>,
    /// The machine it would change.
    pub(crate) id: Option<NodeId>,
}

pub(crate) async fn open(_ctx: Ctx, _: SessionOpen) -> Result<SessionInfo, ApiError> {
    Err(not_yet())
}

pub(crate) async fn list(_ctx: Ctx, _: NoArgs) -> Result<Vec<SessionInfo>, ApiError> {
    Err(not_yet())
}

pub(crate) async fn attach(_ctx: Ctx, _: SessionRef) -> Result<Attachment, ApiError> {
    Err(not_yet())
}

pub(crate) async fn answer(_ctx: Ctx, _: SessionAnswer) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn cancel_prompt(_ctx: Ctx, _: SessionCancelPrompt) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn host_key(_ctx: Ctx, _: SessionHostKey) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn reconnect(_ctx: Ctx, _: SessionReconnect) -> Result<SessionInfo, ApiError> {
    Err(not_yet())
}

pub(crate) async fn disconnect(_ctx: Ctx, _: SessionRef) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn close(_ctx: Ctx, _: SessionRef) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn rename(_ctx: Ctx, _: SessionRename) -> Result<SessionInfo, ApiError> {
    Err(not_yet())
}

pub(crate) async fn test(_ctx: Ctx, _: SessionTest) -> Result<SessionInfo, ApiError> {
    Err(not_yet())
}
