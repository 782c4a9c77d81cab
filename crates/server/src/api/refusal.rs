//! With which status an error is answered.

use crate::http::Failure;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use patchbay_model::{ApiError, ErrorCode};

/// A request that was not done.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Failure);

impl Refusal {
    /// At the door a wrong password says that nobody has signed in.
    pub(super) fn at_the_door(error: ApiError) -> Self {
        if error.code == ErrorCode::AuthFailed {
            return Self(Failure::new(StatusCode::UNAUTHORIZED, error));
        }
        error.into()
    }

    pub(super) fn invalid(field: Option<&str>, message: impl Into<String>) -> Self {
        let error = ApiError::new(ErrorCode::Invalid, message);
        Self(Failure::new(
            StatusCode::BAD_REQUEST,
            match field {
                Some(field) => error.on(field),
                None => error,
            },
        ))
    }

    pub(super) fn code(&self) -> ErrorCode {
        self.0.error.code
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let status = match error.code {
            ErrorCode::SignedOut | ErrorCode::NeedsCode => StatusCode::UNAUTHORIZED,
            ErrorCode::AuthFailed | ErrorCode::NotAllowed => StatusCode::FORBIDDEN,
            ErrorCode::Throttled => StatusCode::TOO_MANY_REQUESTS,
            _ => return Self(error.into()),
        };
        Self(Failure::new(status, error))
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
