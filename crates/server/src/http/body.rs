//! Bodies are read whole before a handler sees them: too long, too slow and broken-off ones end in one place. But files, which
//! are passed on while they come.

use super::error::too_large;
use super::{Failure, Limits};
use axum::body::HttpBody as _;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use patchbay_model::{ApiError, ErrorCode};

/// Where a body of any length is read while it comes, and whoever reads it sees to it that it does not take too long.
const FLOWING: &str = "/api/v1/sessions/{session}/file";

pub(super) async fn whole(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let flows = *request.method() == Method::PUT && route.is_some_and(|it| it.as_str() == FLOWING);
    if flows || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limits.body) {
        return hang_up(large());
    }
    match tokio::time::timeout(limits.body_time, to_bytes(body, limits.body)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if too_long(&error) => hang_up(large()),
        Ok(Err(_)) => hang_up(Failure::invalid(
            StatusCode::BAD_REQUEST,
            "The request broke off in the middle.",
            "Send it again.",
        )),
        Err(_) => hang_up(Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            ApiError::new(ErrorCode::TimedOut, "The request did not arrive in time.")
                .next("Send it again over a faster connection.")
                .retry(),
        )),
    }
}

fn large() -> Failure {
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, too_large())
}

fn too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The rest of the body is not waited for.
fn hang_up(failure: Failure) -> Response {
    ([(header::CONNECTION, "close")], failure).into_response()
}
