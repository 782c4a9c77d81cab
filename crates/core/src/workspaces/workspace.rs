//! One workspace while the vault is open: where it stands and what is known of it.

use super::{
    api,
    kept::{Kept, Node},
    signed_out,
    told::Followed,
};
use crate::{Core, CoreError, sync};
use patchbay_model::{
    ApiError, AppEvent, ErrorCode, NodeId, Secret, Timestamp, TreeRows, WorkspaceId, WorkspaceInfo,
    WorkspaceState,
};
use patchbay_team_client::{Address, Client, Place, Site, Trust};
use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Things that were named in answers and are remembered as a workspace's; the oldest are forgotten first.
const MOST_CLAIMS: usize = 20_000;

/// A workspace.
pub(super) struct Workspace {
    pub(super) id: WorkspaceId,
    live: Mutex<Live>,
    /// Somebody wants it to be tried now.
    pub(super) hurry: Notify,
    /// Its tree is not what is shown.
    pub(super) stale: Notify,
    pub(super) ended: CancellationToken,
    agent: String,
}

struct Live {
    kept: Kept,
    /// Where it is reached, if not at the address it was joined by.
    node: Option<Node>,
    client: Option<Arc<Client>>,
    state: WorkspaceState,
    problem: Option<ApiError>,
    as_of: Option<Timestamp>,
    rows: Arc<TreeRows>,
    nodes: HashSet<[u8; 16]>,
    followed: Followed,
    claims: Claims,
}

/// What is shown no more.
pub(super) struct Gone {
    /// Whether a tree was.
    pub(super) tree: bool,
    pub(super) followed: Followed,
}

#[derive(Default)]
struct Claims {
    all: HashSet<[u8; 16]>,
    order: VecDeque<[u8; 16]>,
}

impl Workspace {
    pub(super) fn new(
        core: &Core,
        id: WorkspaceId,
        kept: Kept,
        token: Option<Secret<String>>,
        followed: Followed,
    ) -> Arc<Self> {
        let workspace = Self {
            id,
            live: Mutex::new(Live {
                kept,
                node: None,
                client: None,
                state: WorkspaceState::SignedOut,
                problem: None,
                as_of: None,
                rows: Arc::default(),
                nodes: HashSet::new(),
                followed,
                claims: Claims::default(),
            }),
            hurry: Notify::new(),
            stale: Notify::new(),
            ended: CancellationToken::new(),
            agent: agent(core),
        };
        workspace.sign_in(token);
        Arc::new(workspace)
    }

    /// The folder that it is shown in.
    pub(super) const fn root(&self) -> NodeId {
        NodeId::from_bytes(*self.id.as_bytes())
    }

    pub(super) fn name(&self) -> String {
        sync::lock(&self.live).kept.name.clone()
    }

    pub(super) fn kept(&self) -> Kept {
        sync::lock(&self.live).kept.clone()
    }

    /// Remembers what it is from now on; whether that is anything new.
    pub(super) fn is_now(&self, kept: Kept) -> bool {
        let mut live = sync::lock(&self.live);
        let new = live.kept != kept;
        live.kept = kept;
        new
    }

    pub(super) fn info(&self) -> WorkspaceInfo {
        let live = sync::lock(&self.live);
        WorkspaceInfo {
            id: self.id,
            root: self.root(),
            name: live.kept.name.clone(),
            address: live.kept.address.clone(),
            fingerprint: live.kept.fingerprint.clone(),
            account: live.kept.account.clone(),
            state: live.state,
            problem: live.problem.clone(),
            as_of: if live.state == WorkspaceState::Connected { None } else { live.as_of },
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        sync::lock(&self.live).state == WorkspaceState::Connected
    }

    /// The server where it is reached, as it is trusted now.
    pub(super) fn site(&self) -> Result<Site, CoreError> {
        sync::lock(&self.live).site(&self.agent)
    }

    /// Whether it is reached at another address than the one it was joined by.
    pub(super) fn is_elsewhere(&self) -> bool {
        sync::lock(&self.live).node.is_some()
    }

    /// Turns back to the address it was joined by.
    pub(super) fn turn_home(&self) {
        sync::lock(&self.live).node = None;
    }

    /// Turns to the next address of the server, if it has told of others. The sign-in counts at each.
    pub(super) fn turn(&self) {
        let mut live = sync::lock(&self.live);
        let next = live.next_node();
        if next == live.node {
            return;
        }
        live.node = next;
        if let (Some(client), Ok(site)) = (live.client.clone(), live.site(&self.agent)) {
            live.client = Some(Arc::new(client.at(site)));
        }
    }

    /// Signs in with a token, or out without one.
    pub(super) fn sign_in(&self, token: Option<Secret<String>>) {
        let site = self.site().ok();
        let client = token.zip(site).map(|(token, site)| Arc::new(Client::signed_in(site, token)));
        let mut live = sync::lock(&self.live);
        live.state = match client {
            Some(_) => WorkspaceState::Connecting,
            None => WorkspaceState::SignedOut,
        };
        live.problem = None;
        live.client = client;
    }

    /// The sign-in is over, and why if somebody else ended it. What was shown under it is not shown a moment longer.
    pub(super) fn sign_out(&self, problem: Option<ApiError>) -> Gone {
        let mut live = sync::lock(&self.live);
        (live.state, live.problem, live.client) = (WorkspaceState::SignedOut, problem, None);
        live.forget()
    }

    /// Shows nothing any more of what it has shown.
    pub(super) fn forget(&self) -> Gone {
        sync::lock(&self.live).forget()
    }

    /// Who is signed in there, for the connection.
    pub(super) fn signed_in(&self) -> Option<Arc<Client>> {
        sync::lock(&self.live).client.clone()
    }

    /// Who is signed in there, if it can be asked something now.
    pub(super) fn client(&self) -> Result<Arc<Client>, CoreError> {
        let live = sync::lock(&self.live);
        let name = &live.kept.name;
        let Some(client) = live.client.clone() else { return Err(api(signed_out(name))) };
        match live.state {
            WorkspaceState::Connected | WorkspaceState::Connecting => Ok(client),
            WorkspaceState::SignedOut => Err(api(signed_out(name))),
            WorkspaceState::Offline => Err(api(
                ApiError::new(
                    ErrorCode::Unreachable,
                    format!("The team server “{name}” does not answer at the moment."),
                )
                .next("It is tried again by itself. What is shown of it can be looked at meanwhile.")
                .retry(),
            )),
            WorkspaceState::CertificateChanged => Err(api(
                ApiError::new(
                    ErrorCode::HostKey,
                    format!("The team server “{name}” shows another certificate than the one you trusted, so nothing is sent to it."),
                )
                .next("Compare it with whoever runs the server."),
            )),
        }
    }

    /// Where it stands from now on; whether that is anything new.
    pub(super) fn stand(&self, state: WorkspaceState, problem: Option<ApiError>) -> bool {
        let mut live = sync::lock(&self.live);
        let new = live.state != state || live.problem != problem;
        (live.state, live.problem) = (state, problem);
        new
    }

    /// What is shown was so until now.
    pub(super) fn was_until(&self, now: Timestamp) {
        sync::lock(&self.live).as_of = Some(now);
    }

    /// Shows a tree; whether it is another one. Nobody is shown anything who is not signed in.
    pub(super) fn show(&self, rows: TreeRows, as_of: Option<Timestamp>) -> bool {
        let mut live = sync::lock(&self.live);
        if live.client.is_none() {
            return false;
        }
        live.as_of = as_of.or(live.as_of);
        // Its own count of changes says nothing here.
        let rows = TreeRows { revision: 0, ..rows };
        if *live.rows == rows {
            return false;
        }
        live.nodes = rows.ids.iter().map(|id| *id.as_bytes()).collect();
        live.rows = Arc::new(rows);
        true
    }

    pub(super) fn rows(&self) -> Arc<TreeRows> {
        Arc::clone(&sync::lock(&self.live).rows)
    }

    pub(super) fn has_node(&self, id: [u8; 16]) -> bool {
        sync::lock(&self.live).nodes.contains(&id)
    }

    /// Whether something with this id is its own, as far as it says.
    pub(super) fn knows(&self, id: [u8; 16]) -> bool {
        let live = sync::lock(&self.live);
        live.nodes.contains(&id) || live.claims.all.contains(&id) || live.followed.has(id)
    }

    pub(super) fn claim(&self, ids: impl IntoIterator<Item = [u8; 16]>) {
        let claims = &mut sync::lock(&self.live).claims;
        for id in ids {
            if claims.all.insert(id) {
                claims.order.push_back(id);
            }
        }
        while claims.order.len() > MOST_CLAIMS {
            if let Some(oldest) = claims.order.pop_front() {
                claims.all.remove(&oldest);
            }
        }
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&Followed) -> T) -> T {
        look(&sync::lock(&self.live).followed)
    }

    /// Takes an event; false if it is about nothing that is followed.
    pub(super) fn follow(&self, event: &AppEvent) -> bool {
        let mut live = sync::lock(&self.live);
        live.client.is_some() && live.followed.take(event)
    }

    /// Tries it now.
    pub(super) fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// Ends the connection.
    pub(super) fn end(&self) {
        self.ended.cancel();
    }

    /// Ends the connection and forgets the sign-in and what was shown; gives what front ends were told of.
    pub(super) fn rest(&self) -> Followed {
        self.end();
        let mut live = sync::lock(&self.live);
        live.client = None;
        live.state = WorkspaceState::SignedOut;
        live.forget().followed
    }
}

impl Live {
    fn site(&self, agent: &str) -> Result<Site, CoreError> {
        let home = &self.kept.fingerprint;
        let (url, fingerprint) = match &self.node {
            // Where authorities vouch for one, they vouch for all.
            Some(node) => (&node.url, home.is_some().then(|| node.fingerprint.clone()).flatten()),
            None => (&self.kept.address, home.clone()),
        };
        let place = Place::read(url).map_err(|wrong| CoreError::Internal(wrong.to_owned()))?;
        Ok(site(place.address, fingerprint, agent.to_owned()))
    }

    /// Home is the first, and comes after the last.
    fn next_node(&self) -> Option<Node> {
        let nodes = &self.kept.nodes;
        let Some(now) = &self.node else { return nodes.first().cloned() };
        let at = nodes.iter().position(|one| one == now)?;
        nodes.get(at + 1).cloned()
    }

    fn forget(&mut self) -> Gone {
        let tree = !self.rows.ids.is_empty();
        self.rows = Arc::default();
        self.nodes.clear();
        self.claims = Claims::default();
        Gone { tree, followed: std::mem::take(&mut self.followed) }
    }
}

/// A server that is trusted by this certificate, or by this computer's authorities.
pub(super) fn site(address: Address, fingerprint: Option<String>, agent: String) -> Site {
    Site { address, trust: fingerprint.map_or(Trust::System, Trust::Pinned), agent }
}

/// What this computer calls itself, for the list of sign-ins.
pub(super) fn agent(core: &Core) -> String {
    format!("Patchbay/{} ({})", core.config().version, host(core))
}

/// The name of this computer, as far as every server can show it.
pub(super) fn host(core: &Core) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-._ ".contains(*c);
    core.config().host_name.chars().filter(plain).take(64).collect()
}
