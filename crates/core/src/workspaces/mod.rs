//! Workspaces: team servers whose machines stand in the tree of this vault.
//!
//! Each has one running connection while the vault is unlocked. What its events keep up to date (the tree, sessions, tasks,
//! runs) is held here and answered from here; everything else is asked for when it is wanted. Locking the vault forgets
//! the sign-ins; what goes on at the servers goes on. Deliberately absent: which command concerns which workspace
//! (`patchbay-commands`), and HTTP (`patchbay-team-client`).

mod direct;
mod doors;
pub(crate) mod files;
mod handoff;
mod kept;
mod known;
mod link;
mod rows;
mod told;
mod workspace;

#[cfg(test)]
mod tests;

use crate::{Authorized, Core, CoreError, WholeVault, sessions::Tickets, sync, vault::Unlocked};
use handoff::Handoffs;
use patchbay_model::{
    ApiError, AppEvent, Attachment, ErrorCode, RunInfo, Secret, SessionInfo, TaskInfo, TreeRows,
    WorkspaceId, WorkspaceInfo,
};
pub use patchbay_team_client::Relay;
use patchbay_team_client::{ClientError, Method};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};
use told::Followed;
use workspace::Workspace;

/// What the services keep about workspaces between calls.
#[derive(Default)]
pub(crate) struct WorkspacesState {
    /// None while the vault is locked.
    all: Mutex<BTreeMap<WorkspaceId, Arc<Workspace>>>,
    /// What front ends were told of before the vault was locked: they hear later what of it is gone.
    before: Mutex<HashMap<WorkspaceId, Followed>>,
    tickets: Tickets<StreamTicket>,
    handoffs: Handoffs,
}

impl std::fmt::Debug for WorkspacesState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkspacesState")
            .field("workspaces", &sync::lock(&self.all).len())
            .finish_non_exhaustive()
    }
}

impl Drop for WorkspacesState {
    fn drop(&mut self) {
        for workspace in sync::lock(&self.all).values() {
            workspace.end();
        }
    }
}

/// What lets one viewer see the bytes of a session at a team server.
#[derive(Clone, Debug)]
pub struct StreamTicket {
    workspace: WorkspaceId,
    /// Of the server: good once, for ten seconds.
    token: Secret<String>,
}

/// Workspaces.
#[derive(Clone, Copy, Debug)]
pub struct Workspaces<'a>(pub(crate) &'a Core);

impl Workspaces<'_> {
    /// All of them, by name. None while the vault is locked.
    #[must_use]
    pub fn list(&self, _vault: &Authorized<WholeVault>) -> Vec<WorkspaceInfo> {
        self.infos()
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_any(&self) -> bool {
        !sync::lock(&self.0.workspaces.all).is_empty()
    }

    /// Those that are connected.
    #[must_use]
    pub fn connected(&self) -> Vec<WorkspaceId> {
        self.all().iter().filter(|one| one.is_connected()).map(|one| one.id).collect()
    }

    /// The workspace that something with this id belongs to; none if it is of this vault, or unknown.
    #[must_use]
    pub fn owner(&self, id: [u8; 16]) -> Option<WorkspaceId> {
        let found = self.all().into_iter().find(|one| one.knows(id))?;
        // No server takes over what is kept here by calling something of its own alike.
        (!known::is_here(self.0, id)).then_some(found.id)
    }

    /// Whether something with this id belongs to a workspace that rests because the vault is locked.
    #[must_use]
    pub fn rests(&self, id: [u8; 16]) -> bool {
        sync::lock(&self.0.workspaces.before).values().any(|followed| followed.has(id))
    }

    /// The workspace whose folder in the tree this is.
    #[must_use]
    pub fn of_root(&self, id: [u8; 16]) -> Option<WorkspaceInfo> {
        let found = self.all().into_iter().find(|one| *one.root().as_bytes() == id);
        found.map(|one| one.info())
    }

    /// One of them.
    ///
    /// # Errors
    /// If it is not there, or the vault is locked.
    pub fn info(&self, id: WorkspaceId) -> Result<WorkspaceInfo, CoreError> {
        Ok(self.get(id)?.info())
    }

    /// Says that what has these ids belongs to a workspace: an answer of it named them.
    pub fn claim(&self, id: WorkspaceId, ids: impl IntoIterator<Item = [u8; 16]>) {
        if let Ok(workspace) = self.get(id) {
            workspace.claim(ids);
        }
    }

    /// Runs a command at a workspace: JSON in, JSON out.
    ///
    /// # Errors
    /// If it is not connected, or the command says no.
    pub async fn rpc(
        &self,
        id: WorkspaceId,
        command: &str,
        args: &str,
    ) -> Result<String, CoreError> {
        let workspace = self.get(id)?;
        let client = workspace.client()?;
        let answer = client.rpc(command, args).await;
        answer.map_err(|error| self.failed(&workspace, error))
    }

    /// Asks a route of a workspace, below `/api/v1`.
    ///
    /// # Errors
    /// If it is not connected, or the server says no.
    pub async fn request(
        &self,
        _vault: &Authorized<WholeVault>,
        id: WorkspaceId,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, CoreError> {
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => {
                let next = "Give GET, POST, PUT, PATCH or DELETE.";
                return Err(CoreError::invalid("method", "There is no such method.", next));
            }
        };
        let workspace = self.get(id)?;
        let client = workspace.client()?;
        let answer = client.request(method, path, body.as_ref()).await;
        answer.map_err(|error| self.failed(&workspace, error))
    }

    /// The tree with the workspaces at its end, each a folder.
    #[must_use]
    pub fn joined(&self, mut rows: TreeRows) -> TreeRows {
        for workspace in self.all() {
            rows::append(&mut rows, &workspace.info(), &workspace.rows());
        }
        rows
    }

    /// The sessions of all workspaces, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionInfo> {
        self.followed(|followed| followed.sessions.values().cloned().collect())
    }

    /// The tasks of all workspaces.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.followed(|followed| followed.tasks.values().cloned().collect())
    }

    /// The runs of all workspaces.
    #[must_use]
    pub fn runs(&self) -> Vec<RunInfo> {
        self.followed(|followed| followed.runs.values().cloned().collect())
    }

    fn followed<T>(&self, look: impl Fn(&Followed) -> Vec<T>) -> Vec<T> {
        self.all().iter().flat_map(|one| one.look(&look)).collect()
    }

    /// Takes what an answer said of a session, task or run, unless an event was faster.
    pub fn heard(&self, id: WorkspaceId, event: AppEvent) {
        if let Ok(workspace) = self.get(id) {
            told::answered(self.0, &workspace, event);
        }
    }

    /// A ticket of this front end's own for one that a workspace gave.
    ///
    /// # Errors
    /// If this front end shows no sessions.
    pub fn attachment(
        &self,
        id: WorkspaceId,
        token: Secret<String>,
    ) -> Result<Attachment, CoreError> {
        let url = self.0.sessions().stream_url()?;
        let ticket = StreamTicket { workspace: id, token };
        let token = self.0.workspaces.tickets.issue(ticket, self.0.clock().now());
        Ok(Attachment {
            url,
            token: token.ok_or_else(|| CoreError::Internal("no token could be made".into()))?,
        })
    }

    /// What a token is for, which is worthless from then on.
    #[must_use]
    pub fn redeem(&self, token: &str) -> Option<StreamTicket> {
        self.0.workspaces.tickets.redeem(token, self.0.clock().now())
    }

    /// Opens the bytes of a session at a workspace, from where a viewer has got to.
    ///
    /// # Errors
    /// If it is not connected, or does not let this in.
    pub async fn stream(&self, ticket: &StreamTicket, resume: u64) -> Result<Relay, CoreError> {
        let workspace = self.get(ticket.workspace)?;
        let relay = workspace.client()?.stream(&ticket.token, resume).await;
        relay.map_err(|error| self.failed(&workspace, error))
    }

    /// Takes up what is kept, now that the vault is open.
    pub(crate) async fn begin(&self, unlocked: &Arc<Unlocked>) -> Result<(), CoreError> {
        if !self.0.is_own() {
            return Ok(());
        }
        for (id, kept) in kept::all(unlocked).await? {
            let token = kept::token(unlocked, id).await?;
            let tree = kept::tree(unlocked, id).await;
            let before = sync::lock(&self.0.workspaces.before).remove(&id).unwrap_or_default();
            let workspace = Workspace::new(self.0, id, kept, token, before);
            if let Some(tree) = tree {
                workspace.show(known::sound(self.0, id, tree.rows), Some(tree.as_of));
            }
            self.start(workspace);
        }
        // What is left of another vault is nobody's any more.
        sync::lock(&self.0.workspaces.before).clear();
        let there: Vec<WorkspaceId> = self.all().iter().map(|one| one.id).collect();
        self.0.sessions().end_direct(|from, _| there.contains(&from));
        if self.0.vault().unlocked().is_err() {
            // It was locked again in the middle of this.
            self.rest();
        }
        self.changed();
        Ok(())
    }

    /// Lets go of everything, because the vault is being locked.
    pub(crate) fn rest(&self) {
        self.0.workspaces.handoffs.give_up_all();
        let all = std::mem::take(&mut *sync::lock(&self.0.workspaces.all));
        let mut before = sync::lock(&self.0.workspaces.before);
        for (id, workspace) in all {
            before.insert(id, workspace.rest());
        }
    }

    fn start(&self, workspace: Arc<Workspace>) {
        let mut all = sync::lock(&self.0.workspaces.all);
        // One that is there already is the same one, told of twice.
        if let Some(old) = all.insert(workspace.id, Arc::clone(&workspace)) {
            old.end();
        }
        drop(all);
        link::start(self.0, &workspace);
    }

    fn all(&self) -> Vec<Arc<Workspace>> {
        let mut all: Vec<_> = sync::lock(&self.0.workspaces.all).values().cloned().collect();
        all.sort_by_cached_key(|one| (one.name().to_lowercase(), one.id));
        all
    }

    fn infos(&self) -> Vec<WorkspaceInfo> {
        self.all().iter().map(|one| one.info()).collect()
    }

    fn get(&self, id: WorkspaceId) -> Result<Arc<Workspace>, CoreError> {
        self.0.vault().unlocked()?;
        let found = sync::lock(&self.0.workspaces.all).get(&id).cloned();
        found.ok_or(CoreError::NotFound("team server"))
    }

    /// Tells front ends how the workspaces stand.
    fn changed(&self) {
        self.0.emit(AppEvent::Workspaces { workspaces: self.infos() });
    }

    /// Tells front ends that the tree is another one.
    fn tree_changed(&self) {
        self.0.emit(AppEvent::Tree { revision: self.0.vault().next_tree_revision() });
    }

    /// What a failed request says about the workspace.
    fn failed(&self, workspace: &Arc<Workspace>, error: ClientError) -> CoreError {
        if error.is_signed_out() {
            workspace.hurry();
            return api(signed_out(&workspace.name()));
        }
        if error.is_certificate() {
            workspace.hurry();
        }
        api(error.into())
    }
}

fn api(error: ApiError) -> CoreError {
    CoreError::Api(Box::new(error))
}

fn signed_out(name: &str) -> ApiError {
    let message = format!("You are not signed in to the team server “{name}” any more.");
    ApiError::new(ErrorCode::SignedOut, message).next("Sign in again.")
}
