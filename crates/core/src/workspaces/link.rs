//! The running connection with a workspace: it hears what happens there, and comes back after a loss.
//!
//! What happened while nobody listened was not heard. So after a loss everything that is followed is read again, and what
//! is different is told as events.

use super::{
    Workspaces, kept, known, rows, signed_out, told, told::Followed, workspace::Workspace,
};
use crate::{Core, CoreError};
use patchbay_model::{ApiError, AppEvent, TreeRows, WorkspaceAccount, WorkspaceState};
use patchbay_team_client::{Client, ClientError, Events, Method, Place};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// Waits before joining again, in milliseconds; the last is repeated.
const RETRY: [u64; 5] = [250, 500, 1000, 2000, 5000];
/// Between two looks at a server that shows another certificate than the one that is trusted.
const DOUBTED: Duration = Duration::from_secs(30);
/// After so many tries in vain the next node is tried: a moment's loss is no reason to leave the one that runs the sessions.
const STAY: usize = 2;
/// Of one server. More are a mistake.
const MOST_NODES: usize = 32;
/// How long a tree stays as it is before it is written down.
const QUIET: Duration = Duration::from_secs(3);

/// Begins with a workspace; it goes on until the workspace is ended or the services are gone.
pub(super) fn start(core: &Core, workspace: &Arc<Workspace>) {
    let link = Link { core: core.weak(), workspace: Arc::clone(workspace), tries: 0 };
    let ended = workspace.ended.clone();
    tokio::spawn(async move { ended.run_until_cancelled(link.run()).await });
}

struct Link {
    core: Weak<Core>,
    workspace: Arc<Workspace>,
    /// How often it did not work since it last did.
    tries: usize,
}

/// What `/me` says, as far as it is shown.
pub(super) type Me = WorkspaceAccount;

#[derive(Deserialize)]
struct Server {
    name: String,
}

impl Link {
    async fn run(mut self) {
        while self.core.strong_count() > 0 {
            let Some(client) = self.workspace.signed_in() else {
                self.workspace.hurry.notified().await;
                continue;
            };
            let Err(error) = self.join(&client).await;
            // Another sign-in meanwhile, or another certificate: this says nothing about it.
            let replaced =
                !self.workspace.signed_in().is_some_and(|now| Arc::ptr_eq(&now, &client));
            if replaced {
                self.tries = 0;
                continue;
            }
            drop(client);
            self.lost(error).await;
        }
    }

    /// Joins and stays for as long as it holds.
    async fn join(&mut self, client: &Client) -> Result<std::convert::Infallible, ClientError> {
        self.look(client).await?;
        let mut events = client.events().await?;
        self.catch_up(client).await?;
        self.tries = 0;
        self.stand(WorkspaceState::Connected, None);
        let ended = tokio::select! {
            Err(error) = self.hear(&mut events) => error,
            Err(error) = self.follow_tree(client) => error,
            // Somebody has reason to doubt that it holds.
            () = self.workspace.hurry.notified() => match self.look(client).await {
                Err(error) => error,
                Ok(()) => ClientError::Unreachable {
                    at: client.site().address.to_string(),
                    why: "it is joined again".to_owned(),
                },
            },
        };
        if let Some(core) = self.core.upgrade() {
            self.workspace.was_until(core.clock().wall());
        }
        Err(ended)
    }

    /// Who is signed in there, and what it is called now.
    async fn look(&self, client: &Client) -> Result<(), ClientError> {
        let account: Me = read(client.request(Method::GET, "/me", None).await?, client)?;
        let server: Server = read(client.request(Method::GET, "/server", None).await?, client)?;
        let nodes = nodes(client).await?;
        let mut kept = self.workspace.kept();
        (kept.account, kept.name) = (Some(account), server.name);
        kept.nodes =
            nodes.into_iter().filter(|node| node.url != kept.address).take(MOST_NODES).collect();
        if self.workspace.is_now(kept.clone())
            && let Some(core) = self.core.upgrade()
        {
            Workspaces(&core).changed();
            Workspaces(&core).tree_changed();
            written(&core, kept::keep(self.workspace.id, &kept)).await;
        }
        Ok(())
    }

    async fn catch_up(&self, client: &Client) -> Result<(), ClientError> {
        let (sessions, tasks, runs) = tokio::try_join!(
            listed::<patchbay_model::SessionInfo>(client, "session_list"),
            listed::<patchbay_model::TaskInfo>(client, "task_list"),
            listed::<patchbay_model::RunInfo>(client, "run_list"),
        )?;
        self.read_tree(client).await?;
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let now = Followed {
            sessions: sessions.into_iter().map(|one| (one.id, one)).collect(),
            tasks: tasks.into_iter().map(|one| (one.id, one)).collect(),
            runs: runs.into_iter().map(|one| (one.id, one)).collect(),
        };
        told::caught_up(&core, &self.workspace, &now);
        for event in [AppEvent::Recordings, AppEvent::Triggers] {
            told::event(&core, &self.workspace, event);
        }
        Ok(())
    }

    async fn hear(&self, events: &mut Events) -> Result<std::convert::Infallible, ClientError> {
        loop {
            let event = events.next().await?;
            let Some(core) = self.core.upgrade() else { std::future::pending().await };
            // One of a kind that a later server has says nothing to this one.
            if let Ok(event) = serde_json::from_str::<AppEvent>(&event) {
                told::event(&core, &self.workspace, event);
            }
        }
    }

    /// Reads the tree whenever it has changed, and writes it down when it has been quiet for a moment.
    async fn follow_tree(&self, client: &Client) -> Result<std::convert::Infallible, ClientError> {
        self.keep_tree().await;
        loop {
            self.workspace.stale.notified().await;
            self.read_tree(client).await?;
            while let Ok(()) = timeout(QUIET, self.workspace.stale.notified()).await {
                self.read_tree(client).await?;
            }
            self.keep_tree().await;
        }
    }

    async fn read_tree(&self, client: &Client) -> Result<(), ClientError> {
        let found: TreeRows = command(client, "tree_load").await?;
        if !rows::is_whole(&found) {
            return Err(strange(client));
        }
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        let found = known::sound(&core, self.workspace.id, found);
        let unkept = self.workspace.rows().unkept.clone();
        if self.workspace.show(found, Some(core.clock().wall())) {
            Workspaces(&core).tree_changed();
        }
        Workspaces(&core).end_what_is_not_allowed(&self.workspace);
        if self.workspace.rows().unkept != unkept {
            // What is not to be kept is not kept for a moment longer.
            self.keep_tree().await;
        }
        Ok(())
    }

    async fn keep_tree(&self) {
        let Some(core) = self.core.upgrade() else { return };
        let rows = rows::kept(&self.workspace.rows());
        written(&core, kept::keep_tree(self.workspace.id, &rows, core.clock().wall())).await;
    }

    /// Says why it is not connected, and waits until it is worth another try.
    async fn lost(&mut self, error: ClientError) {
        self.tries += 1;
        tracing::info!(%error, tries = self.tries, "a team server is not connected");
        if error.is_signed_out() {
            self.put_out().await;
            return;
        }
        // Another than this one may still be as it was.
        let elsewhere = self.workspace.is_elsewhere();
        if error.is_certificate() && !elsewhere {
            self.stand(WorkspaceState::CertificateChanged, Some(error.into()));
            // It may be somebody on the way in this network, and not in the next one.
            let _next = timeout(DOUBTED, self.workspace.hurry.notified()).await;
            return;
        }
        let was_connected = self.workspace.is_connected();
        // A short break is nobody's business.
        if self.tries > 1 || !was_connected {
            self.stand(WorkspaceState::Offline, Some(error.into()));
        }
        if self.tries > STAY {
            self.workspace.turn();
        }
        let wait = RETRY.get(self.tries - 1).or(RETRY.last()).copied().unwrap_or_default();
        tokio::select! {
            () = sleep(Duration::from_millis(wait)) => {}
            () = self.workspace.hurry.notified() => {}
        }
    }

    /// The server takes the sign-in no more: what it let the person see goes with it.
    async fn put_out(&self) {
        let Some(core) = self.core.upgrade() else { return };
        let problem = signed_out(&self.workspace.name());
        if let Err(error) = Workspaces(&core).put_out(&self.workspace, Some(problem)).await {
            tracing::warn!(%error, "an ended sign-in could not be forgotten");
        }
    }

    fn stand(&self, state: WorkspaceState, problem: Option<ApiError>) {
        let Some(core) = self.core.upgrade() else { return };
        let is_away = matches!(state, WorkspaceState::Offline | WorkspaceState::CertificateChanged);
        if is_away && self.workspace.show(rows::kept(&self.workspace.rows()), None) {
            Workspaces(&core).tree_changed();
        }
        if self.workspace.stand(state, problem) {
            Workspaces(&core).changed();
        }
    }
}

/// Writes to the vault what is only there to be there again later.
async fn written(core: &Core, change: Result<patchbay_store::Change, CoreError>) {
    let write = async {
        let unlocked = core.vault().unlocked()?;
        Ok::<_, CoreError>(unlocked.vault().apply(vec![change?]).await?)
    };
    match write.await {
        Ok(()) | Err(CoreError::VaultLocked) => {}
        Err(error) => tracing::warn!(%error, "what a team server says could not be kept"),
    }
}

/// Where the server is, as it says; an older one does not.
async fn nodes(client: &Client) -> Result<Vec<kept::Node>, ClientError> {
    let said: Vec<kept::Node> = match client.request(Method::GET, "/nodes", None).await {
        Ok(answer) => read(answer, client)?,
        Err(ClientError::Refused { status: 404, .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(said.into_iter().filter(|node| Place::read(&node.url).is_ok()).collect())
}

async fn listed<T: DeserializeOwned>(client: &Client, name: &str) -> Result<Vec<T>, ClientError> {
    command(client, name).await
}

async fn command<T: DeserializeOwned>(client: &Client, name: &str) -> Result<T, ClientError> {
    let answer = client.rpc(name, "{}").await?;
    serde_json::from_str(&answer).map_err(|_| strange(client))
}

pub(super) fn read<T: DeserializeOwned>(
    answer: serde_json::Value,
    client: &Client,
) -> Result<T, ClientError> {
    serde_json::from_value(answer).map_err(|_| strange(client))
}

/// It speaks, and not as a team server does.
fn strange(client: &Client) -> ClientError {
    ClientError::Strange { at: client.site().address.to_string(), status: 200 }
}
