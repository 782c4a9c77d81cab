//! `/api/v1`: the team server's own routes. `table.rs` lists them all, each with who may call it; what they take and answer is
//! `wire/`, and what they do is in `crate::team`.
//!
//! Deliberately absent: commands of the product (`crate::http`, `/api/rpc`), and what requests have in common (`crate::http`).

mod access;
mod accounts;
mod audit;
mod device;
mod export;
mod files;
mod grants;
mod input;
mod me;
mod open;
mod openapi;
mod organisations;
mod passkeys;
mod policy;
mod proofs;
mod providers;
mod refusal;
mod route;
mod sharing;
mod table;
#[cfg(test)]
mod tests;
mod views;
mod wire;

use crate::Team;
use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::MethodRouter,
};
use refusal::Refusal;
use route::Route;
use std::sync::Arc;

/// Where all of it is.
pub(crate) const ROOT: &str = "/api/v1";

/// What the routes are made of.
#[derive(Debug)]
pub struct Api {
    /// The services.
    pub team: Arc<Team>,
    /// What the server is called: on the sign-in page, and by authenticator apps.
    pub name: String,
    /// SHA-256 of the certificate; none behind a proxy.
    pub fingerprint: Option<String>,
}

/// The routes below `/api/v1`.
pub fn router(api: Api) -> Router {
    let api = Arc::new(api);
    table::table().into_iter().fold(Router::new(), |router, route| {
        let path = format!("{ROOT}{}", route.path);
        router.route(&path, handler(Arc::new(route), &api))
    })
}

fn handler(route: Arc<Route>, api: &Arc<Api>) -> MethodRouter {
    let filter = route.verb.filter();
    let serve = move |State(api): State<Arc<Api>>, request: Request| {
        let route = Arc::clone(&route);
        async move { route.serve(api, request).await }
    };
    axum::routing::on(filter, serve).with_state(Arc::clone(api))
}

/// What a handler gives.
type Answered<A> = Result<A, Refusal>;

/// What is sent back.
type Served = Result<Response, Refusal>;
