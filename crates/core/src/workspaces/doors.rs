//! Coming in and going out: looking at a server, adding it, signing in and out, trusting another certificate, leaving.

use super::{
    Workspaces, api,
    kept::{self, Kept},
    link,
    told::Followed,
    workspace::{Gone, Workspace, agent, site},
};
use crate::{Authorized, CoreError, WholeVault};
use patchbay_model::{
    ApiError, ErrorCode, Secret, WorkspaceAccount, WorkspaceEntry, WorkspaceId, WorkspaceInfo,
    WorkspaceInvitation, WorkspaceOffer,
};
use patchbay_store::Change;
use patchbay_team_client::{Client, ClientError, Method, Place, Site, Trust};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Who leaves does not wait longer for the server to hear it.
pub(super) const FAREWELL: Duration = Duration::from_secs(5);

/// What a server says of itself to everybody.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Server {
    name: String,
    version: String,
    set_up: bool,
}

/// Somebody was let in.
#[derive(Deserialize)]
pub(super) struct Welcome {
    pub(super) token: Secret<String>,
    pub(super) account: WorkspaceAccount,
}

/// What is signed in to.
pub(super) enum Door {
    /// A server of this name that is not in the tree yet.
    New(String),
    /// One that was added before.
    Known(WorkspaceId),
}

impl Workspaces<'_> {
    /// What answers at an address. Nothing is said to it but the question who it is.
    ///
    /// # Errors
    /// If nothing answers, or no team server does.
    pub async fn look(
        &self,
        _vault: &Authorized<WholeVault>,
        address: &str,
    ) -> Result<WorkspaceOffer, CoreError> {
        let Place { address, token } = place(address)?;
        let looked = Site::look(&address).await.map_err(said)?;
        // What is asked next is asked of the same one, whoever it is.
        let trust = Trust::Pinned(looked.fingerprint.clone());
        let site = Site { address: address.clone(), trust, agent: agent(self.0) };
        let server = server(&Client::stranger(site)).await?;
        Ok(WorkspaceOffer {
            address: address.to_string(),
            name: server.name,
            version: server.version,
            set_up: server.set_up,
            fingerprint: (!looked.trusted).then_some(looked.fingerprint),
            token: token.map(|token| token.expose_secret().clone()),
        })
    }

    /// What a link says, to whoever has made sure that the right server answers.
    ///
    /// # Errors
    /// If the server does not answer, is not trusted, or knows no such link (any more).
    pub async fn invitation(
        &self,
        _vault: &Authorized<WholeVault>,
        address: &str,
        fingerprint: Option<String>,
        token: &Secret<String>,
    ) -> Result<WorkspaceInvitation, CoreError> {
        let site = site(place(address)?.address, fingerprint, agent(self.0));
        let stranger = Client::stranger(site);
        let path = format!("/invitations/{}", token.expose_secret());
        let answer = stranger.request(Method::GET, &path, None).await.map_err(said)?;
        link::read(answer, &stranger).map_err(said)
    }

    /// Adds a team server. Nothing is kept unless it lets the person in.
    ///
    /// # Errors
    /// If it is there already, does not answer, is not trusted, or does not let the person in.
    pub async fn add(
        &self,
        _vault: &Authorized<WholeVault>,
        address: &str,
        fingerprint: Option<String>,
        entry: WorkspaceEntry,
    ) -> Result<WorkspaceInfo, CoreError> {
        let (stranger, door) = self.new_door(address, fingerprint).await?;
        let welcome = enter(&stranger, entry).await?;
        self.let_in(&stranger, door, welcome).await
    }

    /// Signs in to a workspace again.
    ///
    /// # Errors
    /// If the server does not answer, is not trusted any more, or does not let the person in.
    pub async fn sign_in(
        &self,
        _vault: &Authorized<WholeVault>,
        id: WorkspaceId,
        entry: WorkspaceEntry,
    ) -> Result<WorkspaceInfo, CoreError> {
        let (stranger, door) = self.known_door(id)?;
        let welcome = enter(&stranger, entry).await?;
        self.let_in(&stranger, door, welcome).await
    }

    /// A team server that is not in the tree yet.
    pub(super) async fn new_door(
        &self,
        address: &str,
        fingerprint: Option<String>,
    ) -> Result<(Client, Door), CoreError> {
        let address = place(address)?.address;
        if !self.0.is_own() {
            return Err(CoreError::NoVaultFile);
        }
        self.not_there(&address.to_string())?;
        let stranger = Client::stranger(site(address, fingerprint, agent(self.0)));
        let name = server(&stranger).await?.name;
        Ok((stranger, Door::New(name)))
    }

    /// A team server that was added before.
    pub(super) fn known_door(&self, id: WorkspaceId) -> Result<(Client, Door), CoreError> {
        Ok((Client::stranger(self.get(id)?.site()?), Door::Known(id)))
    }

    fn not_there(&self, address: &str) -> Result<(), CoreError> {
        let all = self.all();
        match all.iter().map(|one| one.kept()).find(|one| one.is_at(address)) {
            None => Ok(()),
            Some(known) => Err(CoreError::invalid(
                "address",
                format!("The team server “{}” is in your tree already.", known.name),
                "Sign in to it there.",
            )),
        }
    }

    /// Takes up a sign-in. One that cannot be kept is ended.
    pub(super) async fn let_in(
        &self,
        stranger: &Client,
        door: Door,
        welcome: Welcome,
    ) -> Result<WorkspaceInfo, CoreError> {
        let (site, token) = (stranger.site().clone(), welcome.token.clone());
        let taken = match door {
            Door::New(name) => self.added(&site, name, welcome).await,
            Door::Known(id) => self.signed_in(id, welcome).await,
        };
        if taken.is_err() {
            farewell(&Client::signed_in(site, token)).await;
        }
        taken
    }

    async fn added(
        &self,
        site: &Site,
        name: String,
        Welcome { token, account }: Welcome,
    ) -> Result<WorkspaceInfo, CoreError> {
        let address = site.address.to_string();
        // Somebody may have added it in another window meanwhile.
        self.not_there(&address)?;
        let fingerprint = match &site.trust {
            Trust::System => None,
            Trust::Pinned(fingerprint) => Some(fingerprint.clone()),
        };
        let id = WorkspaceId::new();
        let kept = Kept { name, address, fingerprint, account: Some(account), nodes: Vec::new() };
        let mut changes = vec![kept::keep(id, &kept)?];
        changes.extend(kept::keep_token(id, Some(&token)));
        self.write(changes).await?;
        let workspace = Workspace::new(self.0, id, kept, Some(token), Followed::default());
        self.start(Arc::clone(&workspace));
        self.changed();
        self.tree_changed();
        Ok(workspace.info())
    }

    async fn signed_in(
        &self,
        id: WorkspaceId,
        Welcome { token, account }: Welcome,
    ) -> Result<WorkspaceInfo, CoreError> {
        let workspace = self.get(id)?;
        let before = workspace.kept();
        let another = before.account.as_ref().is_some_and(|before| before.id != account.id);
        let kept = Kept { account: Some(account), ..before };
        let mut changes = vec![kept::keep(id, &kept)?];
        if another {
            changes.extend(kept::keep_token(id, None));
        }
        changes.extend(kept::keep_token(id, Some(&token)));
        self.write(changes).await?;
        let old = workspace.signed_in();
        workspace.is_now(kept);
        if another {
            self.is_gone(&workspace, &workspace.forget());
        }
        workspace.sign_in(Some(token));
        workspace.hurry();
        self.changed();
        if let Some(old) = old {
            // Two sign-ins of one place are one too many.
            farewell(&old).await;
        }
        Ok(workspace.info())
    }

    /// Ends the sign-in. What was shown under it goes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn sign_out(
        &self,
        _vault: &Authorized<WholeVault>,
        id: WorkspaceId,
    ) -> Result<(), CoreError> {
        let workspace = self.get(id)?;
        let client = workspace.signed_in();
        self.put_out(&workspace, None).await?;
        workspace.hurry();
        if let Some(client) = client {
            farewell(&client).await;
        }
        Ok(())
    }

    /// Ends the sign-in and forgets the workspace. Nothing changes at the server.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn remove(
        &self,
        _vault: &Authorized<WholeVault>,
        id: WorkspaceId,
    ) -> Result<(), CoreError> {
        let workspace = self.get(id)?;
        let client = workspace.signed_in();
        self.write(kept::forget(id)).await?;
        crate::sync::lock(&self.0.workspaces.all).remove(&id);
        self.end_direct(id);
        for event in workspace.rest().all_gone() {
            self.0.emit(event);
        }
        self.changed();
        self.tree_changed();
        if let Some(client) = client {
            farewell(&client).await;
        }
        Ok(())
    }

    /// Connects without waiting for the next try.
    ///
    /// # Errors
    /// If it is not there.
    pub fn retry(&self, _vault: &Authorized<WholeVault>, id: WorkspaceId) -> Result<(), CoreError> {
        self.get(id)?.hurry();
        Ok(())
    }

    /// Trusts another certificate, which the person has compared; the sign-in stays.
    ///
    /// # Errors
    /// If the server shows yet another one, or does not answer.
    pub async fn trust(
        &self,
        _vault: &Authorized<WholeVault>,
        id: WorkspaceId,
        fingerprint: &str,
    ) -> Result<WorkspaceInfo, CoreError> {
        let workspace = self.get(id)?;
        workspace.turn_home();
        let looked = Site::look(&workspace.site()?.address).await.map_err(said)?;
        if looked.fingerprint != fingerprint {
            let message = format!("“{}” shows yet another certificate.", workspace.name());
            return Err(api(ApiError::new(ErrorCode::HostKey, message)
                .next(format!("It is now {}. Compare that one.", looked.fingerprint))
                .on("fingerprint")));
        }
        let kept = Kept { fingerprint: Some(looked.fingerprint), ..workspace.kept() };
        let unlocked = self.0.vault().unlocked()?;
        let token = kept::token(&unlocked, id).await?;
        self.write(vec![kept::keep(id, &kept)?]).await?;
        workspace.is_now(kept);
        workspace.sign_in(token);
        workspace.hurry();
        self.changed();
        Ok(workspace.info())
    }

    /// The sign-in is over: it is forgotten with all that was shown under it.
    pub(super) async fn put_out(
        &self,
        workspace: &Arc<Workspace>,
        problem: Option<ApiError>,
    ) -> Result<(), CoreError> {
        let gone = workspace.sign_out(problem);
        self.is_gone(workspace, &gone);
        self.changed();
        self.write(kept::keep_token(workspace.id, None)).await
    }

    /// Tells front ends what is shown no more.
    fn is_gone(&self, workspace: &Workspace, gone: &Gone) {
        self.end_direct(workspace.id);
        for event in gone.followed.all_gone() {
            self.0.emit(event);
        }
        if gone.tree {
            self.tree_changed();
        }
    }

    async fn write(&self, changes: Vec<Change>) -> Result<(), CoreError> {
        Ok(self.0.vault().unlocked()?.vault().apply(changes).await?)
    }
}

fn place(text: &str) -> Result<Place, CoreError> {
    let next = "It is what “Invite” or whoever runs the server shows you.";
    Place::read(text).map_err(|wrong| CoreError::invalid("address", wrong, next))
}

pub(super) fn said(error: ClientError) -> CoreError {
    api(error.into())
}

async fn server(client: &Client) -> Result<Server, CoreError> {
    let no_server = |at: &Client| {
        let message = format!("What answers at {} is no team server.", at.site().address);
        api(ApiError::new(ErrorCode::Protocol, message)
            .next("Check the address and the port.")
            .on("address"))
    };
    let answer = match client.request(Method::GET, "/server", None).await {
        Ok(answer) => answer,
        Err(ClientError::Strange { .. } | ClientError::Refused { status: 404, .. }) => {
            return Err(no_server(client));
        }
        Err(error) => return Err(said(error)),
    };
    link::read(answer, client).map_err(|_| no_server(client))
}

/// Shows what it takes to be let in.
async fn enter(client: &Client, entry: WorkspaceEntry) -> Result<Welcome, CoreError> {
    let (path, body) = match &entry {
        WorkspaceEntry::SignIn { name, password, code } => {
            let mut body = json!({ "name": name, "password": password.expose_secret() });
            if let (Some(code), Some(body)) = (code, body.as_object_mut()) {
                body.insert("code".to_owned(), Value::String(code.expose_secret().clone()));
            }
            ("/sign-in", body)
        }
        WorkspaceEntry::Join { token, name, display, password } => (
            "/join",
            json!({ "token": token.expose_secret(), "name": name, "display": display,
                "password": password.expose_secret() }),
        ),
    };
    let answer = client.request(Method::POST, path, Some(&body)).await.map_err(said)?;
    link::read(answer, client).map_err(said)
}

/// Tells a server that a sign-in is over. It ends by itself if the server does not hear it.
pub(super) async fn farewell(client: &Client) {
    let telling = client.request(Method::POST, "/sign-out", None);
    if !matches!(timeout(FAREWELL, telling).await, Ok(Ok(_))) {
        tracing::info!("a team server did not hear that the sign-in is over");
    }
}
