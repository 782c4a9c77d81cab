//! Every route by everybody: what the table says of who may call it is so, and what is refused changes nothing.

use super::{Site, given, organisation, owned, script, signed_in};
use crate::{
    Caller, Proof, RequestId,
    api::{
        policy::Policy,
        route::{Route, Verb},
        table::table,
    },
    team::{
        Audience, NewShare,
        testing::{PASSWORD, World, visitor},
    },
};
use patchbay_model::{
    AccountId, GroupId, GuestId, HandoffId, InvitationId, LinkId, NodeId, OrganisationId,
    PasskeyId, ProviderId, RoleId, SessionId, ShareId, SignInId, Timestamp,
};
use patchbay_team::{
    directory::{EDITOR, OWNER, VIEWER},
    entity::{
        Account, Answer, Change, Group, Handoff, Invitation, Link, Passkey, Provider, ProviderKind,
        Role, Subject,
    },
    permission::{Permission, Permissions},
    token::{self, TokenKind},
};
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Who {
    Nobody,
    /// A member who was given nothing.
    Guest,
    Editor,
    Owner,
    /// Owns another organisation.
    Rival,
    Suspended,
    /// Was signed in, and is not any more.
    Revoked,
    /// A token of the owner's that may not administer.
    Script,
    /// A token of the owner's that may do everything.
    Steward,
    /// Runs the server, and is no member.
    Operator,
    /// Somebody who runs the server and acts as the owner.
    Acting,
}

const ALL: [Who; 11] = [
    Who::Nobody,
    Who::Guest,
    Who::Editor,
    Who::Owner,
    Who::Rival,
    Who::Suspended,
    Who::Revoked,
    Who::Script,
    Who::Steward,
    Who::Operator,
    Who::Acting,
];

struct Cast {
    world: World,
    site: Site,
    target: OrganisationId,
    machine: NodeId,
    guest: AccountId,
    editor: AccountId,
    owner: AccountId,
    rival: AccountId,
    suspended: AccountId,
    made: std::sync::atomic::AtomicU32,
}

impl Cast {
    async fn new() -> Self {
        let world = World::new().await;
        let site = Site::new(&world.team);
        let mut people = Vec::new();
        for name in ["owner2", "editor", "guest", "suspended", "rival"] {
            people.push(world.joins(name, None).await);
        }
        let [owner, editor, guest, suspended, rival] = people[..] else { panic!() };
        let target = organisation(&world, "Target", &people[..4]).await;
        given(&world, target, owner, OWNER).await;
        given(&world, target, editor, EDITOR).await;
        given(&world, target, suspended, OWNER).await;
        owned(&world, "Rivals", rival).await;
        let root = NodeId::from_bytes(*target.as_bytes());
        let machine = World::machine("web", "192.0.2.1", None);
        let machine = world.save(owner, None, Some(root), machine).await.unwrap();
        let directory = world.team.known.directory();
        let account = directory.account(suspended).unwrap().clone();
        world.make(Change::PutAccount(Account { suspended: true, ..account })).await;
        let made = Default::default();
        Self { world, site, target, machine, guest, editor, owner, rival, suspended, made }
    }

    fn account(&self, who: Who) -> AccountId {
        match who {
            Who::Nobody | Who::Guest | Who::Revoked => self.guest,
            Who::Editor => self.editor,
            Who::Owner | Who::Script | Who::Steward | Who::Acting => self.owner,
            Who::Rival => self.rival,
            Who::Suspended => self.suspended,
            Who::Operator => self.world.owner,
        }
    }

    async fn token(&self, who: Who) -> String {
        let account = self.account(who);
        match who {
            Who::Nobody => String::new(),
            Who::Script => {
                let may = Permissions::of(&[Permission::See, Permission::Edit, Permission::Share]);
                script(&self.world, account, may).await.1
            }
            Who::Steward => script(&self.world, account, Permissions::ALL).await.1,
            Who::Acting => self.world.acting(self.world.owner, account).await,
            Who::Revoked => {
                let (id, token) = signed_in(&self.world, account).await;
                self.world.make(Change::DeleteSignIn(id)).await;
                token
            }
            _ => signed_in(&self.world, account).await.1,
        }
    }

    fn name(&self, what: &str) -> String {
        let number = self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("{what}{number}")
    }

    async fn invitation(&self, organisation: OrganisationId) -> (InvitationId, String) {
        let (token, hash) = token::generate(TokenKind::Invitation).unwrap();
        let id = InvitationId::new();
        let expires = Timestamp(self.world.team.now().0 + 60_000);
        let by = Some(self.owner);
        let organisation = Some(organisation);
        let invitation = Invitation { id, organisation, hash, role: None, by, expires };
        self.world.make(Change::PutInvitation(invitation)).await;
        (id, token.expose_secret().clone())
    }

    async fn role(&self) -> RoleId {
        let (id, name) = (RoleId::new(), self.name("role"));
        let organisation = Some(self.target);
        let permissions = Permissions::of(&[Permission::See]);
        self.world.make(Change::PutRole(Role { id, organisation, name, permissions })).await;
        id
    }

    async fn provider(&self) -> ProviderId {
        let id = ProviderId::new();
        let whole = json!({ "settings": oidc(), "secret": null }).to_string();
        let sealed = self.world.team.seal_named(&format!("provider/{id}"), whole.as_bytes());
        let provider = Provider {
            id,
            kind: ProviderKind::Oidc,
            name: self.name("provider"),
            settings: sealed.unwrap(),
            disabled: false,
            created: self.world.team.now(),
        };
        self.world.make(Change::PutProvider(provider)).await;
        id
    }

    /// Code of a program that waits.
    async fn handoff(&self) -> String {
        let letters = b"BCDFGHJKLMNPQRSTVWXZ";
        let number = self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed) as usize;
        let [a, b] = [number / 20 % 20, number % 20].map(|at| char::from(letters[at]));
        let code = format!("BBBB-BB{a}{b}");
        let now = self.world.team.now();
        let handoff = Handoff {
            id: HandoffId::new(),
            hash: token::hash(&code),
            code: code.clone(),
            address: "192.0.2.1".to_owned(),
            client: "cli".to_owned(),
            created: now,
            expires: Timestamp(now.0 + 60_000),
            answer: Answer::Waiting,
        };
        self.world.make(Change::PutHandoff(handoff)).await;
        code
    }

    /// Somebody new in the organisation.
    async fn spare(&self) -> AccountId {
        let id = self.world.joins(&self.name("spare"), None).await;
        let directory = self.world.team.known.directory();
        let mut target = directory.organisation(self.target).unwrap().clone();
        target.members.insert(id);
        self.world.make(Change::PutOrganisation(target)).await;
        id
    }

    /// A session of the owner's with a link to it: its token.
    async fn share(&self) -> (SessionId, ShareId, String) {
        let session = self.world.session(self.owner, self.machine).await;
        let team = &self.world.team;
        let proof = Proof::SignIn(SignInId::new());
        let (address, request) = (visitor().address, RequestId::new());
        let caller = Caller { account: self.owner, proof, address, request };
        let wanted = NewShare { may_control: true, audience: Audience::Anybody, minutes: 5 };
        let entry = team.note(&caller, "share.create");
        let made = team.create_share(&caller, session, wanted, entry).await;
        let (token, share) = made.unwrap();
        (session, share.id, token.expose_secret().clone())
    }

    /// Somebody who came by such a link: their key.
    async fn visitor(&self) -> (SessionId, GuestId, String) {
        let (session, _, token) = self.share().await;
        let name = self.name("Visitor");
        let joined = self.world.team.join_share(&token, None, &name, &visitor()).await.unwrap();
        (session, joined.guest, joined.key.expose_secret().clone())
    }

    async fn link(&self, account: AccountId) -> LinkId {
        let link = Link {
            id: LinkId::new(),
            account,
            provider: self.provider().await,
            subject: self.name("subject"),
            label: "label".to_owned(),
            created: self.world.team.now(),
        };
        self.world.make(Change::PutLink(link.clone())).await;
        link.id
    }

    async fn passkey(&self, account: AccountId) -> PasskeyId {
        let (id, now) = (PasskeyId::new(), self.world.team.now());
        let passkey = Passkey {
            id,
            account,
            name: self.name("passkey"),
            credential: id.as_bytes().to_vec(),
            key: Vec::new(),
            counter: 0,
            challenge: now,
            created: now,
            last_used: None,
        };
        self.world.make(Change::PutPasskey(passkey)).await;
        id
    }

    /// What stands in the path: things that are there, and each time new ones.
    async fn path(&self, route: &Route, who: Who) -> String {
        let mut path = route.path.replace("{node}", &self.machine.to_string());
        if route.verb == Verb::Delete && route.path == "/organisations/{organisation}" {
            let id = organisation(&self.world, &self.name("Doomed"), &[]).await;
            path = path.replace("{organisation}", &id.to_string());
        }
        path = path.replace("{organisation}", &self.target.to_string());
        if path.contains("{account}") {
            path = path.replace("{account}", &self.spare().await.to_string());
        }
        if path.starts_with("/accounts/{id}/links/") {
            let whose = self.spare().await;
            path = format!("/accounts/{whose}/links/{}", self.link(whose).await);
        }
        if path.starts_with("/accounts/{id}/passkeys/") {
            let whose = self.spare().await;
            path = format!("/accounts/{whose}/passkeys/{}", self.passkey(whose).await);
        }
        if path == "/shares/{token}" {
            path = path.replace("{token}", &self.share().await.2);
        }
        if path.ends_with("/guests/{id}") {
            let (session, guest, _) = self.visitor().await;
            path = format!("/sessions/{session}/guests/{guest}");
        }
        if path.contains("{session}") {
            let (session, share, _) = self.share().await;
            path = path.replace("{session}", &session.to_string());
            path = path.replace("{id}", &share.to_string());
        }
        if path.contains("{token}") {
            path = path.replace("{token}", &self.invitation(self.target).await.1);
        }
        if path.contains("{id}") {
            path = path.replace("{id}", &self.thing(route, who).await);
        }
        if path.ends_with("/file") {
            path += "?path=motd";
        }
        if path == "/why" {
            path = format!("/why?account={}&organisation={}", self.account(who), self.target);
        }
        path
    }

    async fn thing(&self, route: &Route, who: Who) -> String {
        let part = route.path.split("/{id}").next().unwrap().rsplit('/').next().unwrap();
        match part {
            "sign-ins" => signed_in(&self.world, self.account(who)).await.0.to_string(),
            "tokens" => {
                script(&self.world, self.account(who), Permissions::ALL).await.0.to_string()
            }
            "accounts" => self.spare().await.to_string(),
            "providers" => self.provider().await.to_string(),
            "oidc" | "directory" => ProviderId::new().to_string(),
            "links" => self.link(self.account(who)).await.to_string(),
            "passkeys" => self.passkey(self.account(who)).await.to_string(),
            "groups" => {
                let (id, name) = (GroupId::new(), self.name("group"));
                let (organisation, members) = (self.target, Default::default());
                self.world.make(Change::PutGroup(Group { id, organisation, name, members })).await;
                id.to_string()
            }
            "roles" => self.role().await.to_string(),
            "grants" => {
                let subject = Subject::Account(self.spare().await);
                let grant = self.world.team.grant(self.target, subject, VIEWER);
                let id = grant.id;
                self.world.make(Change::PutGrant(grant)).await;
                id.to_string()
            }
            "invitations" => self.invitation(self.target).await.0.to_string(),
            other => panic!("nothing is known of {other}"),
        }
    }

    /// A body that is right.
    async fn body(&self, route: &Route) -> Value {
        let see = json!(["see"]);
        match (route.verb, route.path) {
            (Verb::Get, _) => Value::Null,
            (_, "/password-strength") => json!({ "password": "abc", "name": "x" }),
            (_, "/setup") => json!({
                "token": "pbi_x", "name": self.name("n"), "display": "", "password": PASSWORD, "organisation": "New",
            }),
            (_, "/sign-in") => json!({ "name": "guest", "password": PASSWORD }),
            (_, "/join") => json!({
                "token": self.invitation(self.target).await.1, "name": self.name("n"), "display": "N", "password": PASSWORD,
            }),
            (_, "/sign-in/oidc/{id}" | "/me/links/oidc/{id}") => Value::Null,
            (_, "/sign-in/oidc" | "/me/links/oidc") => {
                json!({ "ticket": "AAAA", "code": "x", "state": "x" })
            }
            (_, "/sign-in/second") => json!({ "ticket": "AAAA", "code": "000000" }),
            (_, "/me/links/directory/{id}") => json!({ "name": "x", "password": "x" }),
            (Verb::Post | Verb::Put, path) if path.starts_with("/providers") => {
                let mut body = json!({ "settings": oidc() });
                if path != "/providers/try" {
                    body["name"] = json!(self.name("p"));
                }
                body
            }
            (Verb::Patch, "/me/passkeys/{id}") => json!({ "name": self.name("k") }),
            (_, "/me/passkeys") => json!({
                "ticket": "AAAA", "name": "k", "clientData": "", "attestation": "",
            }),
            (_, "/sign-in/passkey") => json!({
                "ticket": "AAAA", "credential": "", "clientData": "", "authenticatorData": "", "signature": "",
            }),
            (Verb::Post, "/sign-in/device") => {
                // There is room for so many from one address, and each caller begins one.
                for waiting in self.world.team.known.directory().handoffs() {
                    self.world.make(Change::DeleteHandoff(waiting.id)).await;
                }
                json!({ "client": "cli" })
            }
            (_, "/sign-in/device" | "/sign-in/device/token") => json!({ "deviceCode": "pbd_x" }),
            (_, "/me/device/look") => json!({ "userCode": self.handoff().await }),
            (_, "/me/device") => json!({ "userCode": self.handoff().await, "allow": true }),
            (_, "/me") => json!({ "display": "Somebody" }),
            (_, "/me/join") => {
                let id = organisation(&self.world, &self.name("More"), &[]).await;
                json!({ "token": self.invitation(id).await.1 })
            }
            (_, "/me/password") => json!({ "current": PASSWORD, "new": PASSWORD }),
            (Verb::Put | Verb::Delete, "/me/totp") | (_, "/me/recovery-codes") => {
                json!({ "code": "000000" })
            }
            (_, "/shares/join") => {
                json!({ "token": self.share().await.2, "name": self.name("Visitor") })
            }
            (_, "/shares/control") => json!({ "key": self.visitor().await.2, "wish": "ask" }),
            (_, path) if path.starts_with("/shares/") => json!({ "key": self.visitor().await.2 }),
            (Verb::Post, path) if path.ends_with("/shares") => {
                json!({ "mayControl": false, "audience": "organisation", "minutes": 60 })
            }
            (_, path) if path.ends_with("/control") => json!({ "guest": null }),
            (_, "/me/tokens") => {
                json!({ "name": self.name("t"), "permissions": see, "networks": [], "expires": null })
            }
            (_, "/accounts/{id}") if route.verb == Verb::Patch => json!({ "suspended": true }),
            (_, "/accounts/{id}/act-as") => {
                json!({ "reason": "the list stays empty", "password": PASSWORD })
            }
            (_, "/accounts/{id}/password") => json!({ "password": PASSWORD }),
            (Verb::Post, "/organisations") => json!({ "name": self.name("o") }),
            (Verb::Patch, _) => json!({ "name": "Target" }),
            (Verb::Put, path) if path.ends_with("/policy") => {
                json!({ "askReason": 0, "record": "off", "keepDays": 0, "keepOffline": true, "direct": false })
            }
            (Verb::Post | Verb::Put, path) if path.contains("/groups") => {
                json!({ "name": self.name("g"), "members": [] })
            }
            (Verb::Post | Verb::Put, path) if path.contains("/roles") => {
                json!({ "name": self.name("r"), "permissions": see })
            }
            (Verb::Post, path) if path.ends_with("/grants") => {
                let spare = self.spare().await;
                json!({ "subject": { "kind": "account", "id": spare }, "node": null, "role": VIEWER })
            }
            (Verb::Post, path) if path.ends_with("/invitations") => {
                json!({ "role": null, "days": 7 })
            }
            _ => Value::Null,
        }
    }
}

/// Settings of a provider that is not there.
fn oidc() -> Value {
    json!({
        "kind": "oidc", "issuer": "http://127.0.0.1:1", "clientId": "x", "scopes": [], "authority": null,
        "trustedSecondFactor": false, "requires": null, "creates": null,
    })
}

/// What an answer has to be.
fn expected(route: &Route, who: Who) -> u16 {
    let out = matches!(who, Who::Nobody | Who::Suspended | Who::Revoked);
    let gives = matches!(who, Who::Owner | Who::Steward | Who::Operator | Who::Acting);
    match route.policy {
        // Whoever acts as somebody does what that person may, but for what is that person's alone.
        Policy::Guest | Policy::Opener | Policy::Own | Policy::Person if who == Who::Acting => 403,
        Policy::Anyone | Policy::Guest => good(route),
        _ if out => 401,
        // A token that may do less has sessions of its own.
        Policy::Opener if matches!(who, Who::Owner | Who::Steward) => good(route),
        Policy::Opener => 404,
        Policy::Known | Policy::Own => match (route.path, who) {
            ("/access/{node}", Who::Guest | Who::Rival | Who::Operator) | ("/why", Who::Rival) => {
                404
            }
            _ => good(route),
        },
        Policy::Person if matches!(who, Who::Script | Who::Steward) => 403,
        Policy::Person => good(route),
        Policy::Operator if who == Who::Operator => good(route),
        Policy::Operator => 403,
        _ if who == Who::Rival => 404,
        Policy::Member => good(route),
        Policy::Giver | Policy::Administrator if gives => good(route),
        // They cannot know that there is such a grant.
        Policy::Giver if route.verb == Verb::Delete && who != Who::Script => 404,
        Policy::Giver | Policy::Administrator => 403,
    }
}

/// What whoever may call it gets.
fn good(route: &Route) -> u16 {
    match (route.verb, route.path) {
        // The server is set up.
        (_, "/setup") => 404,
        // Nothing was begun with this secret.
        (Verb::Delete, "/sign-in/device") | (_, "/sign-in/device/token") => 404,
        (_, "/me/device") => 204,
        // There is no such provider, or nothing was begun there.
        (_, "/sign-in/oidc/{id}" | "/me/links/oidc/{id}" | "/me/links/directory/{id}") => 404,
        (
            Verb::Post,
            "/sign-in/oidc" | "/sign-in/second" | "/me/links/oidc" | "/me/passkeys"
            | "/sign-in/passkey",
        ) => 400,
        (Verb::Patch, "/me/passkeys/{id}") => 204,
        // The session is a terminal's.
        (_, "/sessions/{session}/file") => 409,
        // It was begun by an earlier route, and the code is wrong.
        (Verb::Put, "/me/totp") => 403,
        (Verb::Delete, "/me/totp") | (_, "/me/recovery-codes") => 409,
        (Verb::Delete, "/me/sign-ins") => 200,
        (Verb::Delete, _)
        | (_, "/sign-out" | "/accounts/{id}/password" | "/shares/control" | "/shares/leave") => 204,
        _ => 200,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_for_whom_the_table_says() {
    let cast = Cast::new().await;
    for route in table() {
        let called = format!("{} {}", route.verb.name().to_uppercase(), route.path);
        for who in ALL {
            let token = cast.token(who).await;
            let path = cast.path(&route, who).await;
            let body = cast.body(&route).await;
            let before = cast.world.team.known.directory();
            let asked = format!("{} {path}", route.verb.name().to_uppercase());
            let got = cast.site.ask(&token, &asked, body.clone()).await;
            let expected = expected(&route, who);
            assert_eq!(got.status.as_u16(), expected, "{called} by {who:?}: {got:?}");
            if expected < 400 {
                continue;
            }
            let after = cast.world.team.known.directory();
            assert!(Arc::ptr_eq(&before, &after), "{called} by {who:?} changed something");
            assert!(!got.json["error"]["message"].as_str().unwrap().is_empty(), "{got:?}");
            if who == Who::Rival && path.contains(&cast.target.to_string()) {
                let nowhere = OrganisationId::new().to_string();
                let asked = asked.replace(&cast.target.to_string(), &nowhere);
                let other = cast.site.ask(&token, &asked, body).await;
                assert_eq!(other.status, got.status, "{called}");
                assert_eq!(other.json["error"], got.json["error"], "{called}");
            }
        }
    }
}
