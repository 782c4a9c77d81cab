//! How this API says no: `{code, message}`, with an honest status or as released servers do it.

use crate::http::Failure;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use patchbay_core::CoreError;
use patchbay_model::{ApiError, ErrorCode};
use serde_json::json;

/// What kind of no it is: released servers tell each in another way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sort {
    /// The request was understood, and is not done: there with status 200.
    Told,
    /// The request is malformed: there with status 400 and no code.
    Malformed,
    /// It is not known who asks: there with a status and no code.
    Door,
    /// The server cannot: everywhere with its status.
    Trouble,
}

/// Why something was not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    sort: Sort,
    status: StatusCode,
    /// As released servers number it.
    pub(super) code: u16,
    pub(super) message: String,
}

impl Refusal {
    fn new(sort: Sort, status: StatusCode, message: impl Into<String>) -> Self {
        Self { sort, status, code: status.as_u16(), message: message.into() }
    }

    /// Understood, and not done.
    pub(super) fn told(status: StatusCode, code: u16, message: impl Into<String>) -> Self {
        Self { code, ..Self::new(Sort::Told, status, message) }
    }

    /// A field is not as it has to be.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(Sort::Malformed, StatusCode::BAD_REQUEST, message)
    }

    /// Nobody says who asks, or it is not believed.
    pub(super) fn door(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(Sort::Door, status, message)
    }

    /// It may work later.
    pub(super) fn later(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(Sort::Trouble, status, message)
    }

    /// No such entry, or none of the caller's: both sound alike.
    pub(super) fn no_entry() -> Self {
        Self::told(StatusCode::NOT_FOUND, 401, "Entry does not exist")
    }

    pub(super) fn no_identity() -> Self {
        let message = "One or more identities do not exist or you don't have access to them";
        Self::told(StatusCode::NOT_FOUND, 501, message)
    }

    pub(super) fn no_folder() -> Self {
        Self::told(StatusCode::NOT_FOUND, 404, "Folder does not exist")
    }

    pub(super) fn no_organisation() -> Self {
        Self::told(StatusCode::NOT_FOUND, 404, "Organization does not exist")
    }

    /// The same, about a field of the config.
    pub(super) fn in_config(self) -> Self {
        Self { message: format!("config.{}", self.message), ..self }
    }

    /// Whether it is about rights.
    pub(super) fn is_forbidden(&self) -> bool {
        self.status == StatusCode::FORBIDDEN
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let message = error.to_string();
        match error.code {
            ErrorCode::Invalid => Self::malformed(message),
            ErrorCode::NotFound => Self::told(StatusCode::NOT_FOUND, 404, message),
            ErrorCode::NotAllowed => Self::told(StatusCode::FORBIDDEN, 403, message),
            ErrorCode::Conflict => Self::told(StatusCode::CONFLICT, 409, message),
            _ => Self::new(Sort::Trouble, Failure::from(error).status, message),
        }
    }
}

impl From<CoreError> for Refusal {
    fn from(error: CoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<patchbay_team_store::StoreError> for Refusal {
    fn from(error: patchbay_team_store::StoreError) -> Self {
        error.api_error().into()
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let sort = match failure.status {
            StatusCode::UNAUTHORIZED => Sort::Door,
            _ => Sort::Trouble,
        };
        Self::new(sort, failure.status, failure.error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "code": self.code, "message": self.message }));
        let mut response = (self.status, body).into_response();
        challenge(&mut response);
        response.extensions_mut().insert(self);
        response
    }
}

/// The same answer as a released server gives it.
pub(super) async fn as_released(response: Response) -> Response {
    let Some(refusal) = response.extensions().get::<Refusal>() else { return response };
    let coded = json!({ "code": refusal.code, "message": refusal.message });
    let plain = json!({ "message": refusal.message });
    let mut told = match refusal.sort {
        Sort::Told => Json(coded).into_response(),
        Sort::Malformed | Sort::Door => (refusal.status, Json(plain)).into_response(),
        Sort::Trouble => return response,
    };
    challenge(&mut told);
    told
}

/// RFC 9110 section 11.6.1.
fn challenge(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
}
