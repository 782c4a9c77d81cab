//! `POST /api/rpc/{command}`: a command of the product, exactly as the desktop window calls it.

use super::{Door, Failure};
use crate::service::Caller;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The longest name of a command.
const LONGEST: usize = 64;

pub(super) async fn call(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Path(command): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    if command.len() > LONGEST {
        return Err(Failure::not_found());
    }
    if !body.is_empty() && !is_json(&headers) {
        return Err(Failure::invalid(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The arguments of a command are JSON.",
            "Send the header Content-Type: application/json.",
        ));
    }
    // Passwords and keys come in here.
    let args = String::from_utf8(body.to_vec()).map(Zeroizing::new).map_err(|_| {
        Failure::invalid(
            StatusCode::BAD_REQUEST,
            "The arguments are no UTF-8.",
            "Send them as JSON (RFC 8259).",
        )
    })?;
    // On a task of its own: a client that hangs up must not stop a command half-way, for no command expects that.
    let running = tokio::spawn(async move {
        let args = if args.is_empty() { "{}" } else { args.as_str() };
        door.service.rpc(&caller, &command, args).await
    });
    let result = match running.await {
        Ok(result) => result?,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(_) => return Err(Failure::busy("The server is about to end.", "Ask again.")),
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], result).into_response())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}
