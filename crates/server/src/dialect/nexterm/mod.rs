//! The entries API of Nexterm: `/api/entry` as its reference has it, `/api/entries` as released servers behave.
//!
//! An entry is a machine of the member's tree; the two mounts differ in the shape of lists and in how errors are told. Everything is
//! done by the member's services, so rights, rules and the audit log are theirs. What Patchbay has no place for is kept with the
//! machine and comes back as it went in. Deliberately absent: folders, identities and sessions of that API, entries that a
//! hypervisor lists by itself, and its WebSockets.

mod asker;
mod config;
mod lists;
mod login;
mod numbers;
mod refusal;
mod seen;
mod wish;
mod write;

#[cfg(test)]
mod tests;

use crate::{Inside, Proof, inside::ceiling};
use asker::Asker;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::header,
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{get, patch, post, put},
};
use lists::Lists;
use numbers::Numbers;
use patchbay_core::Ctx;
use patchbay_team_store::TeamStore;
use refusal::Refusal;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

type Answer = Result<Json<Value>, Refusal>;

/// Whose manners.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Mount {
    /// Those of the reference, with honest statuses.
    Reference,
    /// Those of released servers.
    Released,
}

/// What both mounts share.
struct Shared {
    inside: Inside,
    numbers: Numbers,
    lists: Lists,
    /// One write after the other: each reads what it changes first.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Dialect {
    shared: Arc<Shared>,
    mount: Mount,
}

/// A member who asks, with the services that do what is asked.
struct Desk<'a> {
    dialect: &'a Dialect,
    asker: &'a Asker,
    ctx: Ctx,
    member: Arc<crate::team::Member>,
}

impl Dialect {
    fn store(&self) -> &TeamStore {
        &self.shared.inside.0.store
    }

    async fn desk<'a>(&'a self, asker: &'a Asker) -> Result<Desk<'a>, Refusal> {
        let member = self.shared.inside.member(&asker.0).await?;
        Ok(Desk { dialect: self, asker, ctx: member.ctx(), member })
    }
}

/// The routes, for all members.
pub(crate) fn routes(inside: &Inside) -> Router {
    let shared = Arc::new(Shared {
        inside: inside.clone(),
        numbers: Numbers::default(),
        lists: Lists::default(),
        turn: tokio::sync::Mutex::default(),
    });
    let reference = Dialect { shared: Arc::clone(&shared), mount: Mount::Reference };
    let released = Dialect { shared, mount: Mount::Released };
    Router::new().merge(entries("/api/entry").with_state(reference)).merge(
        Router::new()
            .merge(entries("/api/entries"))
            .route("/api/auth/login", post(login::login))
            .layer(map_response(refusal::as_released))
            .with_state(released),
    )
}

fn entries(at: &str) -> Router<Dialect> {
    let path = |rest: &str| format!("{at}{rest}");
    Router::new()
        .route(at, put(create))
        .route(&path("/"), put(create))
        .route(&path("/list"), get(list))
        .route(&path("/recent"), get(recent))
        .route(&path("/import/ssh-config"), post(import))
        .route(&path("/{entry}"), get(one).patch(change).delete(delete))
        .route(&path("/{entry}/duplicate"), post(duplicate))
        .route(&path("/{entry}/reposition"), patch(reposition))
        .route(&path("/{entry}/wake"), post(wake))
}

async fn list(State(dialect): State<Dialect>, asker: Asker) -> Result<Response, Refusal> {
    let desk = dialect.desk(&asker).await?;
    let bytes = desk.list().await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

async fn recent(
    State(dialect): State<Dialect>,
    asker: Asker,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let limit = lists::limit(dialect.mount, query.get("limit").map(String::as_str))?;
    Ok(Json(dialect.desk(&asker).await?.recent(limit).await?))
}

async fn one(State(dialect): State<Dialect>, asker: Asker, Path(entry): Path<String>) -> Answer {
    Ok(Json(dialect.desk(&asker).await?.one(&entry).await?))
}

async fn create(State(dialect): State<Dialect>, asker: Asker, body: Bytes) -> Answer {
    let wish = wish::Wish::read(&wish::json(&body)?)?;
    let _turn = dialect.shared.turn.lock().await;
    let id = dialect.desk(&asker).await?.create(wish).await?;
    Ok(Json(json!({ "id": id, "message": "Entry got successfully created" })))
}

async fn change(
    State(dialect): State<Dialect>,
    asker: Asker,
    Path(entry): Path<String>,
    body: Bytes,
) -> Answer {
    let wish = wish::Wish::read(&wish::json(&body)?)?;
    let _turn = dialect.shared.turn.lock().await;
    dialect.desk(&asker).await?.change(&entry, wish).await?;
    Ok(said("Entry got successfully edited"))
}

async fn delete(State(dialect): State<Dialect>, asker: Asker, Path(entry): Path<String>) -> Answer {
    let _turn = dialect.shared.turn.lock().await;
    dialect.desk(&asker).await?.delete(&entry).await?;
    Ok(said("Entry got successfully deleted"))
}

async fn duplicate(
    State(dialect): State<Dialect>,
    asker: Asker,
    Path(entry): Path<String>,
) -> Answer {
    let _turn = dialect.shared.turn.lock().await;
    dialect.desk(&asker).await?.duplicate(&entry).await?;
    Ok(said("Entry got successfully duplicated"))
}

async fn import(State(dialect): State<Dialect>, asker: Asker, body: Bytes) -> Answer {
    let batch = wish::Batch::read(wish::json(&body)?)?;
    let _turn = dialect.shared.turn.lock().await;
    Ok(Json(dialect.desk(&asker).await?.import(batch).await?))
}

async fn reposition(
    State(dialect): State<Dialect>,
    asker: Asker,
    Path(entry): Path<String>,
    body: Bytes,
) -> Answer {
    let to = wish::Reposition::read(&wish::json(&body)?)?;
    let _turn = dialect.shared.turn.lock().await;
    dialect.desk(&asker).await?.reposition(&entry, &to).await?;
    Ok(said("Entry successfully repositioned"))
}

async fn wake(State(dialect): State<Dialect>, asker: Asker, Path(entry): Path<String>) -> Answer {
    dialect.desk(&asker).await?.wake(&entry).await?;
    Ok(said("Wake-On-LAN packet sent successfully"))
}

fn said(message: &str) -> Json<Value> {
    Json(json!({ "message": message }))
}

/// Whose list it is: what a token may not do is not in it.
fn key_of(account: patchbay_model::AccountId, proof: Proof) -> (patchbay_model::AccountId, u8) {
    (account, ceiling(proof).bits())
}
