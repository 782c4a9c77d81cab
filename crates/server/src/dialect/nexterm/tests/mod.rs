//! The API against the real router, over a team on SQLite.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod door;
mod examples;
mod kept;
mod places;
mod released;
mod shapes;

use crate::{
    Inside,
    http::{Connection, Door, Limits, Proxies, metrics::Metrics, routes},
    net::Permits,
    team::testing::{PASSWORD, World},
    ui::Files,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use patchbay_model::{AccountId, NodeId, Timestamp, TokenId};
use patchbay_team::{
    entity::{ApiToken, Change},
    permission::{Permission, Permissions},
    token::{self, TokenKind},
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

struct Api {
    world: World,
    app: Router,
    permits: Arc<Permits>,
    /// Of the owner.
    token: String,
}

struct Said {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Said {
    /// The status, and the code and message in the body.
    fn no(&self) -> (u16, Option<u64>, &str) {
        let message = self.body["message"].as_str().unwrap();
        (self.status.as_u16(), self.body["code"].as_u64(), message)
    }

    fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }
}

impl Api {
    async fn new() -> Self {
        let world = World::new().await;
        let inside = Inside(Arc::clone(&world.team));
        let door = Arc::new(Door {
            service: Arc::new(inside.clone()),
            metrics: Metrics::default(),
            drain: CancellationToken::new(),
            names: vec!["your-server".to_owned()],
            limits: Limits::default(),
            proxies: Proxies::default(),
            files: Files::default(),
        });
        let app = routes(&door, super::routes(&inside));
        let permits = Permits::new(1000, 1000, &Arc::default());
        let mut api = Self { world, app, permits, token: String::new() };
        api.token = api.sign_in("owner").await;
        api
    }

    async fn sign_in(&self, name: &str) -> String {
        let body = json!({ "username": name, "password": PASSWORD });
        let said = self.send("POST", "/api/auth/login", &[], &body.to_string()).await;
        said.ok()["token"].as_str().unwrap().to_owned()
    }

    /// A token of a script.
    async fn script(
        &self,
        account: AccountId,
        may: &[Permission],
        lasts: i64,
    ) -> (String, TokenId) {
        let (text, hash) = token::generate(TokenKind::Api).unwrap();
        let now = self.world.team.now();
        let id = TokenId::new();
        let made = ApiToken {
            id,
            account,
            name: "script".to_owned(),
            hash,
            permissions: Permissions::of(may),
            networks: Vec::new(),
            created: now,
            expires: Some(Timestamp(now.0 + lasts)),
            last_used: None,
            last_address: None,
        };
        self.world.make(Change::PutToken(made)).await;
        (text.expose_secret().clone(), id)
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Said {
        let here = "127.0.0.1:6989".parse().unwrap();
        let permit = self.permits.take(std::net::Ipv4Addr::LOCALHOST.into(), true).unwrap();
        let mut request = Request::builder().method(method).uri(path).extension(Connection {
            from: "127.0.0.1:40000".parse().unwrap(),
            to: here,
            tls: true,
            permit: Arc::new(permit),
        });
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request = request.header("Host", "your-server:6989");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(headers.contains_key("x-request-id"));
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Said { status, headers, body }
    }

    async fn by(&self, token: &str, method: &str, path: &str, body: Value) -> Said {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, &body).await
    }

    /// The owner asks.
    async fn ask(&self, method: &str, path: &str, body: Value) -> Said {
        self.by(&self.token, method, path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null).await.ok()
    }

    /// Makes an entry; gives its number.
    async fn put(&self, body: Value) -> i64 {
        self.ask("PUT", "/api/entry", body).await.ok()["id"].as_i64().unwrap()
    }

    /// An entry with nothing special.
    async fn plain(&self, name: &str) -> i64 {
        self.put(json!({ "name": name, "config": { "ip": "192.0.2.1" } })).await
    }

    async fn names(&self) -> Vec<String> {
        let list = self.get("/api/entry/list").await;
        let names = list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
        names.map(str::to_owned).collect()
    }

    /// A folder made in the window, and its number.
    async fn folder(&self, parent: Option<NodeId>, name: &str) -> (NodeId, i64) {
        let args = json!({ "id": null, "parent": parent, "draft": { "name": name } });
        let saved = self.world.call(self.world.owner, "folder_save", args).await.unwrap();
        let id: NodeId = serde_json::from_value(saved["id"].clone()).unwrap();
        let number =
            self.world.team.store.number(patchbay_team_store::Numbered::Folder, *id.as_bytes());
        (id, number.await.unwrap())
    }

    /// The machine or folder of that name.
    async fn node(&self, name: &str) -> NodeId {
        let rows = self.world.call(self.world.owner, "tree_load", json!({})).await.unwrap();
        let names = rows["names"].as_array().unwrap();
        let at = names.iter().position(|other| other == name).unwrap();
        serde_json::from_value(rows["ids"][at].clone()).unwrap()
    }

    async fn organisation(&self) -> i64 {
        let id = *self.world.organisation.as_bytes();
        let number = self.world.team.store.number(patchbay_team_store::Numbered::Organisation, id);
        number.await.unwrap()
    }

    async fn actions(&self) -> Vec<(String, Option<String>)> {
        let records = self.world.team.store.audit(1, 10_000).await.unwrap();
        records.into_iter().map(|record| (record.entry.action, record.entry.address)).collect()
    }
}
