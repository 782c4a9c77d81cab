//! Whether the server lives, and whether it is to be sent requests.

use super::{Door, Failure};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;
use std::time::Duration;

/// A database that takes longer is as good as none.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn alive() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"alive"}"#)
}

pub(super) async fn ready(State(door): State<Arc<Door>>) -> Result<impl IntoResponse, Failure> {
    if door.drain.is_cancelled() {
        return Err(Failure::busy("The server is about to end.", "Ask another node."));
    }
    match tokio::time::timeout(PATIENCE, door.service.ready()).await {
        Ok(Ok(())) => Ok(([(header::CONTENT_TYPE, "application/json")], r#"{"status":"ready"}"#)),
        failed => {
            // Anybody may ask, so the reason stays in the log.
            let error = failed.map_or_else(
                |_| "no answer in time".to_owned(),
                |said| said.err().map_or_else(String::new, |error| error.to_string()),
            );
            tracing::warn!(error, "the server is not ready");
            Err(Failure::busy("The database does not answer.", "The server's log says more."))
        }
    }
}
