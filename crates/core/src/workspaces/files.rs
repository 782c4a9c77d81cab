//! Files of a workspace's machines for tasks of this computer: the server connects with the machine, and this computer speaks SFTP
//! with it over a channel that the server carries unread.
//!
//! So a file goes between this computer and the machine as it does between this computer and a machine of the vault: by the same
//! tasks, with the same care. Deliberately absent: commands of a machine's shell, which would be one more thing to carry; a machine's
//! own copying and hashing is for tasks that run at the server.

use super::{StreamTicket, Workspaces};
use crate::{
    Core, CoreError,
    files::shell::Shell,
    sessions::{Reached, closing, no_files},
};
use patchbay_engine_ssh::Commands;
use patchbay_model::{
    ApiError, Attachment, ErrorCode, NodeId, SessionId, SessionInfo, SessionState, TerminalSize,
    WorkspaceId,
};
use patchbay_sftp::{Client, Options};
use patchbay_team_client::Relay;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Weak;
use tokio::sync::broadcast::error::RecvError;

impl Workspaces<'_> {
    /// A session at a workspace, as it was told last.
    pub(crate) fn session(&self, id: SessionId) -> Option<SessionInfo> {
        let workspace = self.get(self.owner(*id.as_bytes())?).ok()?;
        workspace.look(|all| all.sessions.get(&id).cloned())
    }

    /// Reaches the files of a machine over a session at a workspace that is open for them.
    ///
    /// # Errors
    /// If the workspace is not connected, or the session is not open for files any more.
    pub(crate) async fn files(
        &self,
        workspace: WorkspaceId,
        session: &SessionInfo,
    ) -> Result<Reached, CoreError> {
        let title = &session.title;
        let (reader, writer) = self.relay(workspace, session.id).await?.channel();
        let client = Client::start(reader, writer, Options::default()).await;
        let client = client.map_err(|error| super::api(no_files(title, &error)))?;
        Ok(Reached { client, shell: Shell::new(Commands::none()), called: title.as_str().into() })
    }

    /// Opens the bytes of a session at a workspace.
    ///
    /// # Errors
    /// If the workspace is not connected, or does not have the session.
    pub(crate) async fn relay(
        &self,
        workspace: WorkspaceId,
        session: SessionId,
    ) -> Result<Relay, CoreError> {
        let args = json!({ "id": session }).to_string();
        let attached: Attachment = self.told(workspace, "session_attach", &args).await?;
        let ticket = StreamTicket { workspace, token: attached.token.into() };
        self.stream(&ticket, 0).await
    }

    /// Connects a closed session at a workspace again.
    pub(crate) async fn again(
        &self,
        workspace: WorkspaceId,
        session: SessionId,
        size: TerminalSize,
    ) -> Result<(), CoreError> {
        let args = json!({ "id": session, "size": size }).to_string();
        self.rpc(workspace, "session_reconnect", &args).await.map(drop)
    }

    /// What a workspace answers to a command.
    ///
    /// # Errors
    /// If it is not connected, says no, or answers something else.
    pub(crate) async fn told<T: DeserializeOwned>(
        &self,
        workspace: WorkspaceId,
        command: &str,
        args: &str,
    ) -> Result<T, CoreError> {
        let answer = self.rpc(workspace, command, args).await?;
        serde_json::from_str(&answer).map_err(|_| {
            let name = self.info(workspace).map(|info| info.name).unwrap_or_default();
            let message = format!("The team server “{name}” says something strange.");
            super::api(ApiError::new(ErrorCode::Protocol, message).next("Ask who runs it."))
        })
    }
}

/// Reaches the files of a workspace's machine over a session of their own there, in which nobody answers anything. It is closed
/// with the last clone of the client.
pub(crate) async fn by_itself(
    weak: &Weak<Core>,
    workspace: WorkspaceId,
    node: NodeId,
    size: TerminalSize,
) -> Result<Reached, CoreError> {
    let core = weak.upgrade().ok_or_else(closing)?;
    let target = json!({ "kind": "files", "id": node });
    let args = json!({ "target": target, "size": size, "attempt": null }).to_string();
    let mut events = core.events();
    let opened: SessionInfo = core.workspaces().told(workspace, "session_open", &args).await?;
    let leaving = Leaving { core: weak.clone(), workspace, session: opened.id };
    drop(core);
    let mut info = opened;
    loop {
        let core = weak.upgrade().ok_or_else(closing)?;
        match info.state {
            SessionState::Open => {
                let reached = core.workspaces().files(workspace, &info).await?;
                let closed = reached.client.closed();
                tokio::spawn(async move {
                    let _why = closed.await;
                    drop(leaving);
                });
                return Ok(reached);
            }
            SessionState::Connecting { .. } => {}
            _ => return Err(nobody(&info)),
        }
        drop(core);
        if matches!(events.recv().await, Err(RecvError::Closed)) {
            return Err(closing());
        }
        let core = weak.upgrade().ok_or_else(closing)?;
        info = core.workspaces().session(info.id).unwrap_or(info);
    }
}

/// Why a session of its own came to nothing: it failed, or somebody would have to answer something.
fn nobody(info: &SessionInfo) -> CoreError {
    use patchbay_model::CloseReason::Failed;
    let machine = &info.title;
    if let SessionState::Closed { reason: Failed { error } } = &info.state
        && !matches!(error.code, ErrorCode::Cancelled | ErrorCode::HostKey | ErrorCode::AuthFailed)
    {
        return super::api(error.clone());
    }
    let message = format!("{machine} could not be signed in to without you.");
    let error = ApiError::new(ErrorCode::Cancelled, message);
    super::api(error.next(format!("Open the files of {machine}, then resume.")))
}

/// Closes a session at a workspace when it is dropped.
struct Leaving {
    core: Weak<Core>,
    workspace: WorkspaceId,
    session: SessionId,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let Some(core) = self.core.upgrade() else { return };
        let (workspace, session) = (self.workspace, self.session);
        tokio::spawn(async move {
            let args = json!({ "id": session }).to_string();
            if let Err(error) = core.workspaces().rpc(workspace, "session_close", &args).await {
                tracing::debug!(%error, "a session at a team server was not closed");
            }
        });
    }
}
