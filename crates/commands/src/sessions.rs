//! Sessions: connecting, answering, ending.

use crate::framework::NoArgs;
use patchbay_core::{Ctx, Right, sessions::OpenTarget};
use patchbay_model::{
    ApiError, Attachment, DirectWay, EntryDraft, FilePlace, HostKeyAnswer, LineSignal, NodeId,
    PromptId, Secret, SerialPortInfo, SessionId, SessionInfo, SessionTarget, TerminalSize,
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
    /// Why, where a team server asks for it; it reads this before the command runs.
    #[expect(dead_code, reason = "a team server reads it before the command runs")]
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A machine of a team server that this computer is to dial itself.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionOpenDirect {
    /// The machine.
    pub(crate) id: NodeId,
    /// Size of the terminal.
    pub(crate) size: TerminalSize,
    /// Names this attempt, so that asking twice opens one session.
    pub(crate) attempt: Option<String>,
    /// Why, where the team server asks for it.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// A machine whose way is to be handed out.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionHandOut {
    /// The machine.
    pub(crate) id: NodeId,
    /// Why, where a team server asks for it; it reads this before the command runs.
    #[expect(dead_code, reason = "a team server reads it before the command runs")]
    #[serde(default)]
    pub(crate) reason: Option<String>,
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
    /// Why, where a team server asks for it.
    #[serde(default)]
    pub(crate) reason: Option<String>,
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

/// Something a line is told besides bytes.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionSignal {
    /// The session.
    pub(crate) id: SessionId,
    /// What it is told.
    pub(crate) signal: LineSignal,
}

/// Files of this computer for the clipboard of a desktop.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SessionLendFiles {
    /// The session.
    pub(crate) id: SessionId,
    /// Their paths.
    pub(crate) paths: Vec<String>,
}

pub(crate) async fn lend_files(ctx: Ctx, args: SessionLendFiles) -> Result<u32, ApiError> {
    let here = ctx.authorize_files(FilePlace::Here, Right::View)?;
    Ok(ctx.core.sessions().lend_files(args.id, &here, args.paths).await?)
}

pub(crate) async fn signal(ctx: Ctx, args: SessionSignal) -> Result<(), ApiError> {
    Ok(ctx.core.sessions().signal(args.id, args.signal).await?)
}

pub(crate) async fn serial_ports(_: Ctx, _: NoArgs) -> Result<Vec<SerialPortInfo>, ApiError> {
    Ok(patchbay_core::sessions::serial_ports().await)
}

pub(crate) async fn open(ctx: Ctx, args: SessionOpen) -> Result<SessionInfo, ApiError> {
    let target = OpenTarget::of(&ctx, args.target)?;
    Ok(ctx.core.sessions().open(target, args.size, args.attempt).await?)
}

pub(crate) async fn open_direct(
    ctx: Ctx,
    args: SessionOpenDirect,
) -> Result<SessionInfo, ApiError> {
    let vault = ctx.authorize_vault(Right::Use)?;
    let SessionOpenDirect { id, size, attempt, reason } = args;
    Ok(ctx.core.workspaces().open_direct(&vault, id, (size, attempt), reason).await?)
}

pub(crate) async fn hand_out(ctx: Ctx, args: SessionHandOut) -> Result<DirectWay, ApiError> {
    let machine = ctx.authorize(args.id, Right::Use)?;
    Ok(ctx.core.sessions().hand_out(&machine).await?)
}

pub(crate) async fn list(ctx: Ctx, _: NoArgs) -> Result<Vec<SessionInfo>, ApiError> {
    Ok(ctx.core.sessions().list())
}

pub(crate) async fn attach(ctx: Ctx, args: SessionRef) -> Result<Attachment, ApiError> {
    Ok(ctx.core.sessions().attach(args.id)?)
}

pub(crate) async fn answer(ctx: Ctx, args: SessionAnswer) -> Result<(), ApiError> {
    Ok(ctx.core.sessions().answer(args.id, args.prompt, Some(args.answers))?)
}

pub(crate) async fn cancel_prompt(ctx: Ctx, args: SessionCancelPrompt) -> Result<(), ApiError> {
    Ok(ctx.core.sessions().answer(args.id, args.prompt, None)?)
}

pub(crate) async fn host_key(ctx: Ctx, args: SessionHostKey) -> Result<(), ApiError> {
    Ok(ctx.core.sessions().answer_host_key(args.id, args.answer)?)
}

pub(crate) async fn reconnect(ctx: Ctx, args: SessionReconnect) -> Result<SessionInfo, ApiError> {
    let SessionReconnect { id, size, reason } = args;
    if ctx.core.sessions().info(id)?.direct.is_some() {
        let vault = ctx.authorize_vault(Right::Use)?;
        return Ok(ctx.core.workspaces().reconnect_direct(&vault, id, size, reason).await?);
    }
    Ok(ctx.core.sessions().reconnect(&ctx, id, size).await?)
}

pub(crate) async fn disconnect(ctx: Ctx, args: SessionRef) -> Result<(), ApiError> {
    Ok(ctx.core.sessions().disconnect(args.id)?)
}

pub(crate) async fn close(ctx: Ctx, args: SessionRef) -> Result<(), ApiError> {
    Ok(ctx.core.sessions().close(args.id)?)
}

pub(crate) async fn rename(ctx: Ctx, args: SessionRename) -> Result<SessionInfo, ApiError> {
    Ok(ctx.core.sessions().rename(args.id, &args.title)?)
}

pub(crate) async fn test(ctx: Ctx, args: SessionTest) -> Result<SessionInfo, ApiError> {
    let folder = ctx.authorize_folder(args.parent, Right::Use)?;
    Ok(ctx.core.sessions().test(args.draft, &folder, args.id).await?)
}
