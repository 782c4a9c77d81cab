//! Direct sessions: this computer dials a machine of a workspace itself, where the server hands out what that takes.
//!
//! Whether it may is the server's to say, each time and anew when a session is connected again. The tree says for which machines it
//! would (`TreeRows::direct`), and a session ends as soon as the tree no longer does. While nobody listens to the server, because it is
//! away or the vault is locked, such a session goes on.

use super::{Workspaces, api, workspace::Workspace};
use crate::{Authorized, CoreError, WholeVault};
use patchbay_model::{
    ApiError, DirectWay, ErrorCode, NodeId, SessionId, SessionInfo, SessionTarget, TerminalSize,
    WorkspaceId,
};
use serde_json::json;
use std::{collections::HashSet, sync::Arc};
use zeroize::Zeroizing;

impl Workspaces<'_> {
    /// Opens a session with a machine of a workspace from this computer; connecting goes on by itself. The same attempt asked for
    /// twice is one session.
    ///
    /// # Errors
    /// If it is no machine of a workspace, the server is not connected, or it does not hand out what that takes.
    pub async fn open_direct(
        &self,
        _vault: &Authorized<WholeVault>,
        machine: NodeId,
        (size, attempt): (TerminalSize, Option<String>),
        reason: Option<String>,
    ) -> Result<SessionInfo, CoreError> {
        if let Some(known) = self.0.sessions().opened_by(attempt.as_ref()) {
            return Ok(known);
        }
        let owner = self.owner(*machine.as_bytes()).ok_or(CoreError::NotFound("machine"))?;
        let workspace = self.get(owner)?;
        let way = self.handed_out(&workspace, machine, reason).await?;
        let session = self.0.sessions().open_direct(owner, way, size, attempt).await?;
        // The right to it may have gone while the server answered.
        self.still_allowed(&workspace);
        self.0.sessions().info(session.id)
    }

    /// Connects a closed direct session again; what it showed stays.
    ///
    /// # Errors
    /// As for opening one.
    pub async fn reconnect_direct(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SessionId,
        size: TerminalSize,
        reason: Option<String>,
    ) -> Result<SessionInfo, CoreError> {
        if let Some(going) = self.0.sessions().going(id)? {
            return Ok(going);
        }
        let session = self.0.sessions().info(id)?;
        let (Some(from), SessionTarget::Entry { id: machine }) = (session.direct, session.target)
        else {
            return Err(CoreError::NotFound("session"));
        };
        let workspace = self.get(from)?;
        let way = self.handed_out(&workspace, machine, reason).await?;
        let session = self.0.sessions().reconnect_direct(id, way, size).await?;
        self.still_allowed(&workspace);
        self.0.sessions().info(session.id)
    }

    /// Ends direct sessions with machines of a workspace that this computer may not dial any more: the tree was just read.
    pub(super) fn end_what_is_not_allowed(&self, workspace: &Arc<Workspace>) {
        let allowed: HashSet<NodeId> = workspace.rows().direct.iter().copied().collect();
        let goes_on = |from, machine: NodeId| from != workspace.id || allowed.contains(&machine);
        self.0.sessions().end_direct(goes_on);
    }

    /// The same between two reads. While the tree is not followed it says nothing, and is read again before it is.
    fn still_allowed(&self, workspace: &Arc<Workspace>) {
        if workspace.is_connected() {
            self.end_what_is_not_allowed(workspace);
        }
    }

    /// Ends all direct sessions with machines of a workspace.
    pub(super) fn end_direct(&self, workspace: WorkspaceId) {
        self.0.sessions().end_direct(|from, _| from != workspace);
    }

    async fn handed_out(
        &self,
        workspace: &Arc<Workspace>,
        machine: NodeId,
        reason: Option<String>,
    ) -> Result<DirectWay, CoreError> {
        let client = workspace.client()?;
        let args = json!({ "id": machine, "reason": reason }).to_string();
        let answer = client.rpc("session_hand_out", &args).await;
        let answer = answer.map(Zeroizing::new).map_err(|error| self.failed(workspace, error))?;
        // What does not fit is not repeated: it holds secrets.
        let way: Option<DirectWay> = serde_json::from_str(&answer).ok();
        way.filter(|way| way.hops.last().is_some_and(|hop| hop.id == machine)).ok_or_else(|| {
            let message = format!(
                "The team server “{}” did not say how to reach this machine.",
                workspace.name()
            );
            api(ApiError::new(ErrorCode::Protocol, message).next("Connect through the server."))
        })
    }
}
