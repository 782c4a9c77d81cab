//! `POST /api/auth/login`: a name and a password for a token.

use super::{
    Answer, Dialect,
    refusal::Refusal,
    wish::{json, text},
};
use crate::{
    http::Peer,
    team::{Credentials, Visitor},
};
use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use patchbay_model::{ErrorCode, Secret};
use serde_json::json;

pub(super) async fn login(
    State(dialect): State<Dialect>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let body = json(&body)?;
    let field = |name: &str| match text(&body, name)?.flatten() {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(Refusal::malformed(format!("{name} is required"))),
    };
    let code = text(&body, "code")?.flatten().filter(|code| !code.is_empty());
    let shown = Credentials {
        name: field("username")?,
        password: Secret::new(field("password")?),
        code: code.map(Secret::new),
    };
    let client = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let visitor = Visitor {
        address: peer.address,
        client: client.unwrap_or("Nexterm API").to_owned(),
        device: None,
    };
    let signed_in = dialect.shared.inside.0.sign_in(shown, &visitor).await;
    let welcome = signed_in.map_err(|error| match error.code {
        // Released servers number these with codes of their own.
        ErrorCode::NeedsCode => {
            Refusal::told(StatusCode::UNAUTHORIZED, 202, "TOTP is required for this account")
        }
        ErrorCode::AuthFailed if error.field.as_deref() == Some("code") => {
            let message = "Your provided code is invalid or has expired.";
            Refusal::told(StatusCode::UNAUTHORIZED, 203, message)
        }
        ErrorCode::AuthFailed => {
            Refusal::told(StatusCode::UNAUTHORIZED, 201, "Username or password incorrect")
        }
        ErrorCode::Throttled => Refusal::later(StatusCode::TOO_MANY_REQUESTS, error.to_string()),
        _ => error.into(),
    })?;
    let directory = dialect.shared.inside.0.known.directory();
    let account = directory.account(welcome.account);
    let token = welcome.token.expose_secret();
    let said: Answer = Ok(Json(json!({
        "token": token,
        "totpRequired": account.is_some_and(|account| account.totp.is_some()),
        "message": "Your session got successfully created",
    })));
    let mut response = said.into_response();
    if let Ok(mut value) = HeaderValue::from_str(token) {
        value.set_sensitive(true);
        response.headers_mut().insert(header::AUTHORIZATION, value);
    }
    Ok(response)
}
