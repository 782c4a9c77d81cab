//! The routes over a real team and the real router.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod accounts;
mod acting;
mod audit;
mod device;
mod direct;
mod directories;
mod door;
mod matrix;
mod oidc;
mod passkeys;
mod permissions;
mod requests;

use super::{Api, router};
use crate::{
    Inside, Team,
    http::{Connection, Door, Limits, Proxies, metrics::Metrics, routes},
    net::Permits,
    team::testing::World,
    ui::Files,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
};
use patchbay_model::{AccountId, OrganisationId, RoleId, SignInId, TokenId};
use patchbay_team::{
    directory::OWNER,
    entity::{ApiToken, Change, Grant, Organisation, Policy, SignIn, Subject},
    permission::Permissions,
    token::{self, TokenKind},
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicI64},
};
use tower::ServiceExt as _;

/// A server's routes, without connections.
struct Site {
    app: Router,
    permits: Arc<Permits>,
}

/// An answer.
#[derive(Debug)]
struct Got {
    status: StatusCode,
    json: Value,
    headers: HeaderMap,
}

impl Got {
    #[track_caller]
    fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json
    }

    /// Refused with this status and code, about this field.
    #[track_caller]
    fn is(&self, status: u16, code: &str, field: Option<&str>) {
        let error = &self.json["error"];
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(error["code"], code, "{self:?}");
        assert_eq!(error["field"].as_str(), field, "{self:?}");
        assert!(self.json["requestId"].is_string(), "{self:?}");
    }
}

impl Site {
    fn new(team: &Arc<Team>) -> Self {
        let open = Arc::new(AtomicI64::new(0));
        let door = Door {
            service: Arc::new(Inside(Arc::clone(team))),
            metrics: Metrics::default(),
            drain: Default::default(),
            names: Vec::new(),
            limits: Limits::default(),
            proxies: Proxies::default(),
            files: Files::default(),
        };
        let api = Api {
            team: Arc::clone(team),
            name: "Test server".to_owned(),
            fingerprint: Some("AA:BB".to_owned()),
        };
        let app = routes(&Arc::new(door), router(api));
        Self { app, permits: Permits::new(1000, 1000, &open) }
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let from = "127.0.0.1:5000".parse().unwrap();
        let to = "127.0.0.1:7443".parse().unwrap();
        let permit = self.permits.take("127.0.0.1".parse().unwrap(), false).unwrap();
        let connection = Connection { from, to, tls: true, permit: Arc::new(permit) };
        Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v1{path}") })
            .header(header::HOST, "localhost:7443")
            .extension(connection)
    }

    async fn send(&self, request: Request<Body>) -> Got {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 22).await.unwrap();
        let of_json = |kind: &HeaderValue| kind == "application/json";
        let json = match parts.headers.get(header::CONTENT_TYPE) {
            _ if body.is_empty() => Value::Null,
            kind if kind.is_some_and(of_json) => serde_json::from_slice(&body).unwrap(),
            _ => Value::String(String::from_utf8(body.to_vec()).unwrap()),
        };
        Got { status: parts.status, json, headers: parts.headers }
    }

    /// Asks a route: `POST /me/join`, say.
    async fn ask(&self, token: &str, route: &str, body: Value) -> Got {
        let (method, path) = route.split_once(' ').unwrap();
        let mut request = self.request(method, path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Runs a command.
    async fn rpc(&self, token: &str, command: &str, args: Value) -> Got {
        self.ask(token, &format!("POST /api/rpc/{command}"), args).await
    }

    async fn get(&self, token: &str, path: &str) -> Got {
        self.ask(token, &format!("GET {path}"), Value::Null).await
    }
}

/// Signs somebody in, without asking for a password.
async fn signed_in(world: &World, account: AccountId) -> (SignInId, String) {
    let (token, hash) = token::generate(TokenKind::SignIn).unwrap();
    let sign_in = world.sign_in(account, hash, 3_600_000);
    let (id, address) = (sign_in.id, "192.0.2.9".to_owned());
    let sign_in = SignIn { address, ..sign_in };
    world.make(Change::PutSignIn(sign_in)).await;
    (id, token.expose_secret().clone())
}

/// A token of somebody's scripts.
async fn script(world: &World, account: AccountId, permissions: Permissions) -> (TokenId, String) {
    let (token, hash) = token::generate(TokenKind::Api).unwrap();
    let id = TokenId::new();
    let kept = ApiToken {
        id,
        account,
        name: "script".to_owned(),
        hash,
        permissions,
        networks: Vec::new(),
        created: world.team.now(),
        expires: None,
        last_used: None,
        last_address: None,
    };
    world.make(Change::PutToken(kept)).await;
    (id, token.expose_secret().clone())
}

/// An organisation with these members, the first of whom owns it.
async fn organisation(world: &World, name: &str, members: &[AccountId]) -> OrganisationId {
    let id = OrganisationId::new();
    let name = name.to_owned();
    let members: BTreeSet<AccountId> = members.iter().copied().collect();
    let created = world.team.now();
    let policy = Policy::default();
    let made = Organisation { id, name, members, created, policy };
    world.make(Change::PutOrganisation(made)).await;
    id
}

/// A role of somebody's on all of an organisation.
async fn given(world: &World, organisation: OrganisationId, who: AccountId, role: RoleId) {
    let grant = world.team.grant(organisation, Subject::Account(who), role);
    world.make(Change::PutGrant(Grant { ..grant })).await;
}

async fn owned(world: &World, name: &str, owner: AccountId) -> OrganisationId {
    let id = organisation(world, name, &[owner]).await;
    given(world, id, owner, OWNER).await;
    id
}
