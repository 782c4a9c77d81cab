//! What every request goes through, and the routes that every build has.
//!
//! From the outside in: id, log line and figures; panics; the body, read whole; `Host`; other sites; then the route.

mod auth;
mod body;
mod error;
mod events;
mod guard;
mod health;
pub mod metrics;
mod outer;
mod peer;
mod rpc;
mod stream;

pub use auth::{
    ACTING_COOKIE, COOKIE, Credential, acting_cookie, forget_acting_cookie, forget_cookie,
    token_cookie,
};
pub use error::Failure;
pub use peer::{Connection, Peer, Proxies, RequestId};

use crate::service::Service;
use crate::ui::Files;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use guard::Hosts;
use metrics::Metrics;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Limits of one request, apart from those of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest body, in bytes.
    pub body: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a stream's viewer may take to say which session it wants.
    pub greeting: Duration,
    /// How often streams and event listeners are asked whether they are there.
    pub alive: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1024 * 1024,
            body_time: Duration::from_secs(30),
            greeting: Duration::from_secs(10),
            alive: Duration::from_secs(20),
        }
    }
}

/// What all requests share.
pub struct Door {
    /// What is behind.
    pub service: Arc<dyn Service>,
    /// Figures.
    pub metrics: Metrics,
    /// Cancelled when the server is told to end.
    pub drain: CancellationToken,
    /// Host names that are ours.
    pub names: Vec<String>,
    /// Limits of a request.
    pub limits: Limits,
    /// Who may speak for others.
    pub proxies: Proxies,
    /// What browsers load.
    pub files: Files,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("names", &self.names).finish_non_exhaustive()
    }
}

/// All routes: `api` is what is written beside the ones of this crate. Its handlers may take a [`Peer`], a
/// [`Caller`](crate::Caller) and answer with a [`Failure`].
pub fn routes(door: &Arc<Door>, api: Router) -> Router {
    let own = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/api/rpc/{command}", post(rpc::call))
        .route("/api/events", get(events::follow))
        .route("/api/stream", get(stream::open))
        .route("/api", any(error::no_route))
        .route("/api/{*rest}", any(error::no_route))
        .fallback(get(crate::ui::serve))
        .with_state(Arc::clone(door));
    // The last added is the first asked.
    own.merge(api)
        .layer(from_fn_with_state(Arc::clone(door), guard::other_sites))
        .layer(from_fn_with_state(Arc::new(Hosts::new(&door.names)), guard::host))
        .layer(from_fn_with_state(door.limits, body::whole))
        .layer(DefaultBodyLimit::max(door.limits.body))
        .layer(from_fn(error::calm))
        .layer(from_fn_with_state(Arc::clone(door), outer::pass))
}
