//! A team for tests: a database in a folder of its own, and people in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Member, Newcomer, Opening, Team, Visitor, Whose, known::root_of};
use patchbay_core::{Clock, Reach, SystemClock};
use patchbay_model::{
    AccountId, ApiError, EntryDraft, GrantId, IdentityId, InvitationId, NodeId, OrganisationId,
    RoleId, Secret, SessionId, SignInId, Timestamp,
};
use patchbay_team::{
    entity::{Change, Grant, Hash, Invitation, SignIn, Subject},
    master::MasterKey,
    permission::Permissions,
    token::{self, TokenKind},
};
use patchbay_team_store::Place;
use serde_json::{Value, json};
use std::{net::Ipv4Addr, sync::Arc};

pub(crate) const PASSWORD: &str = "four patch cables humming";

pub(crate) struct World {
    pub(crate) team: Arc<Team>,
    pub(crate) organisation: OrganisationId,
    pub(crate) owner: AccountId,
    _home: tempfile::TempDir,
}

pub(crate) fn visitor() -> Visitor {
    Visitor { address: Ipv4Addr::LOCALHOST.into(), client: "test".to_owned(), device: None }
}

pub(crate) fn newcomer(name: &str) -> Newcomer {
    let password = Secret::new(PASSWORD.to_owned());
    Newcomer { name: name.to_owned(), display: name.to_owned(), password }
}

/// A server that nobody has set up yet.
pub(crate) async fn opened(home: &tempfile::TempDir) -> Arc<Team> {
    opened_at(home, Arc::new(SystemClock::default())).await
}

async fn opened_at(home: &tempfile::TempDir, clock: Arc<dyn Clock>) -> Arc<Team> {
    let team = Team::open(Opening {
        place: Place::Sqlite(home.path().join("team.db")),
        node: None,
        master: MasterKey::generate().unwrap().0,
        files: home.path().join("members"),
        files_stay: true,
        reach: Reach::default(),
        clock,
        plain_loopback: true,
        cheap: true,
    });
    team.await.unwrap()
}

impl World {
    /// A server that somebody called `owner` has set up.
    pub(crate) async fn new() -> Self {
        Self::at(Arc::new(SystemClock::default())).await
    }

    /// The same by another clock.
    pub(crate) async fn at(clock: Arc<dyn Clock>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let team = opened_at(&home, clock).await;
        let token = team.set_up_token().await.unwrap().unwrap();
        let owner = team.set_up(token.expose_secret(), newcomer("owner"), "Lab", &visitor()).await;
        let owner = owner.unwrap().account;
        let organisation = team.known.directory().organisations().next().unwrap().id;
        Self { team, organisation, owner, _home: home }
    }

    /// Somebody who joins, with a role on all of the organisation or none.
    pub(crate) async fn joins(&self, name: &str, role: Option<RoleId>) -> AccountId {
        let (token, hash) = token::generate(TokenKind::Invitation).unwrap();
        let invitation = Invitation {
            id: InvitationId::new(),
            organisation: Some(self.organisation),
            hash,
            role,
            by: Some(self.owner),
            expires: Timestamp(self.team.now().0 + 60_000),
        };
        self.make(Change::PutInvitation(invitation)).await;
        let joined = self.team.join(token.expose_secret(), newcomer(name), &visitor()).await;
        joined.unwrap().account
    }

    /// Makes a change without asking.
    pub(crate) async fn make(&self, change: Change) {
        let turn = self.team.turn().await;
        self.team.commit(&turn, vec![change], Vec::new(), Vec::new()).await.unwrap();
    }

    pub(crate) async fn grant(&self, who: AccountId, node: NodeId, role: RoleId) -> GrantId {
        let id = GrantId::new();
        let grant = Grant {
            id,
            organisation: self.organisation,
            subject: Subject::Account(who),
            node: Some(node),
            role,
            created: self.team.now(),
        };
        self.make(Change::PutGrant(grant)).await;
        id
    }

    /// A sign-in that nothing has been written down of, for so many milliseconds.
    pub(crate) fn sign_in(&self, account: AccountId, hash: Hash, lasts: i64) -> SignIn {
        let now = self.team.now();
        SignIn {
            id: SignInId::new(),
            account,
            hash,
            created: now,
            last_used: now,
            expires: Timestamp(now.0 + lasts),
            address: visitor().address.to_string(),
            client: "test".to_owned(),
            acting: None,
        }
    }

    /// Somebody who runs the server acts as another person: the token for it.
    pub(crate) async fn acting(&self, operator: AccountId, account: AccountId) -> String {
        let signed_in = |account, kind, acting| {
            let (token, hash) = token::generate(kind).unwrap();
            let sign_in = SignIn { acting, ..self.sign_in(account, hash, 60_000) };
            (sign_in, token.expose_secret().clone())
        };
        let (own, _) = signed_in(operator, TokenKind::SignIn, None);
        let (acting, token) = signed_in(account, TokenKind::Acting, Some(own.id));
        self.make(Change::PutSignIn(own)).await;
        self.make(Change::PutSignIn(acting)).await;
        token
    }

    pub(crate) async fn member(&self, who: AccountId) -> Arc<Member> {
        let whose = Whose { account: who, ceiling: Permissions::ALL, acting: None };
        self.team.member(whose).await.unwrap()
    }

    /// What a command of somebody gives.
    pub(crate) async fn call(
        &self,
        who: AccountId,
        name: &str,
        args: Value,
    ) -> Result<Value, ApiError> {
        let member = self.member(who).await;
        let result = patchbay_commands::dispatch(&member.ctx(), name, &args.to_string()).await?;
        Ok(serde_json::from_str(&result).unwrap())
    }

    /// A session with a machine, whatever becomes of it.
    pub(crate) async fn session(&self, who: AccountId, machine: NodeId) -> SessionId {
        let args = json!({ "target": { "kind": "entry", "id": machine },
            "size": { "cols": 80, "rows": 24, "width": 0, "height": 0 }, "attempt": null });
        let opened = self.call(who, "session_open", args).await.unwrap();
        serde_json::from_value(opened["id"].clone()).unwrap()
    }

    pub(crate) fn root(&self) -> NodeId {
        root_of(self.organisation)
    }

    /// An identity with a password, of somebody's own.
    pub(crate) async fn identity(&self, who: AccountId, name: &str, password: &str) -> IdentityId {
        let draft = json!({ "id": null, "name": name, "user": "admin", "kind": "password", "password": password,
            "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null });
        let saved = self.call(who, "identity_save", json!({ "draft": draft })).await.unwrap();
        serde_json::from_value(saved["id"].clone()).unwrap()
    }

    pub(crate) fn machine(name: &str, address: &str, identity: Option<IdentityId>) -> Value {
        let mut draft = serde_json::to_value(EntryDraft {
            name: name.to_owned(),
            address: address.to_owned(),
            ..EntryDraft::default()
        })
        .unwrap();
        if let Some(identity) = identity {
            draft["settings"]["identities"] = json!([identity]);
        }
        draft
    }

    /// Saves a machine.
    pub(crate) async fn save(
        &self,
        who: AccountId,
        id: Option<NodeId>,
        parent: Option<NodeId>,
        draft: Value,
    ) -> Result<NodeId, ApiError> {
        let args = json!({ "id": id, "parent": parent, "draft": draft });
        let saved = self.call(who, "entry_save", args).await?;
        Ok(serde_json::from_value(saved["id"].clone()).unwrap())
    }
}
