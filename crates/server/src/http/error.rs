//! Every error is the same JSON: `{"error": {code, message, nextStep, field, retryable}, "requestId"}`.

use super::{Peer, RequestId};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use patchbay_model::{ApiError, ErrorCode};
use serde::Serialize;
use std::panic::AssertUnwindSafe;

/// The most of what a library says about a request that is passed on.
const WORDS: usize = 1024;

/// A request that was not done, and with which status that is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// For HTTP.
    pub status: StatusCode,
    /// For the caller. It is in a box because results are moved about.
    pub error: Box<ApiError>,
}

impl Failure {
    /// With a status of its own.
    #[must_use]
    pub fn new(status: StatusCode, error: ApiError) -> Self {
        Self { status, error: Box::new(error) }
    }

    /// Nobody has said who asks, or it is not believed.
    #[must_use]
    pub fn signed_out(error: ApiError) -> Self {
        let status = if error.retryable {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::UNAUTHORIZED
        };
        Self::new(status, error)
    }

    /// There is no such thing, or the caller may not know of it: both sound alike.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ApiError::new(ErrorCode::NotFound, "There is nothing at this address."),
        )
    }

    /// It may work later.
    #[must_use]
    pub fn busy(message: &str, next: &str) -> Self {
        let error = ApiError::new(ErrorCode::Unreachable, message).next(next).retry();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// A bad request.
    #[must_use]
    pub fn invalid(status: StatusCode, message: &str, next: &str) -> Self {
        Self::new(status, ApiError::new(ErrorCode::Invalid, message).next(next))
    }
}

impl From<ApiError> for Failure {
    /// Never 401: that a *machine* refused a password must not look as if the caller were signed out.
    fn from(error: ApiError) -> Self {
        let status = match error.code {
            ErrorCode::Invalid => StatusCode::BAD_REQUEST,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::NotAllowed
            | ErrorCode::NeedsReason
            | ErrorCode::NeedsPassphrase
            | ErrorCode::WrongPassphrase => StatusCode::FORBIDDEN,
            ErrorCode::Throttled => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Storage => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::UnknownHost
            | ErrorCode::Refused
            | ErrorCode::Unreachable
            | ErrorCode::Protocol
            | ErrorCode::NoCommonAlgorithm
            | ErrorCode::AuthFailed
            | ErrorCode::Jump
            | ErrorCode::Disconnected
            | ErrorCode::Ended
            | ErrorCode::ShellRefused => StatusCode::BAD_GATEWAY,
            _ => StatusCode::CONFLICT,
        };
        Self::new(status, error)
    }
}

/// Rides on a response until the request's id is put to it.
#[derive(Clone)]
struct Failed(Box<ApiError>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response.extensions_mut().insert(Failed(self.error));
        response
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    error: &'a ApiError,
    request_id: String,
}

/// Writes errors out, also those that libraries answered with in their own words.
pub(super) async fn written(response: Response, request: RequestId) -> Response {
    let (mut parts, body) = response.into_parts();
    let error = match parts.extensions.remove::<Failed>() {
        Some(Failed(error)) => *error,
        None if is_error(parts.status) && !is_json(&parts.headers) => {
            let said = axum::body::to_bytes(body, WORDS).await.unwrap_or_default();
            generic(parts.status, &String::from_utf8_lossy(&said))
        }
        None => return Response::from_parts(parts, body),
    };
    let json = serde_json::to_vec(&Written { error: &error, request_id: request.to_string() })
        .unwrap_or_default();
    let json_type = HeaderValue::from_static("application/json");
    parts.headers.insert(header::CONTENT_TYPE, json_type);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(json))
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn is_json(headers: &axum::http::HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}

fn generic(status: StatusCode, said: &str) -> ApiError {
    let said = said.trim();
    match status {
        StatusCode::NOT_FOUND => *Failure::not_found().error,
        StatusCode::METHOD_NOT_ALLOWED => {
            ApiError::new(ErrorCode::Invalid, "This address does not take this method.")
                .next("The header Allow lists the ones it takes.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ if status.is_server_error() => unforeseen(),
        _ if said.is_empty() => ApiError::new(ErrorCode::Invalid, "The request is malformed."),
        _ => ApiError::new(ErrorCode::Invalid, said),
    }
}

pub(super) fn too_large() -> ApiError {
    ApiError::new(ErrorCode::Invalid, "The request is larger than the server takes.")
        .next("Send it in smaller parts.")
}

fn unforeseen() -> ApiError {
    ApiError::new(ErrorCode::Internal, "The server met an error of its own.")
        .next("Its log has more about it under the request's id.")
}

/// No such route under `/api`.
pub(super) async fn no_route() -> Failure {
    Failure::not_found()
}

/// A handler that panics costs its own request and no other.
pub(super) async fn calm(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.request);
    if let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await {
        response
    } else {
        // What it said may hold anything; the panic hook has logged where it was.
        tracing::error!(request = peer.map(tracing::field::display), "a request met a bug");
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, unforeseen()).into_response()
    }
}
