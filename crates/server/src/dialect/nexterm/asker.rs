//! Who asks: this API knows the header `Authorization` and no cookies.

use super::{Dialect, Mount, refusal::Refusal};
use crate::Caller;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};

/// Who asks.
pub(super) struct Asker(pub(super) Caller);

impl FromRequestParts<Dialect> for Asker {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, dialect: &Dialect) -> Result<Self, Refusal> {
        let header = parts.headers.get(header::AUTHORIZATION);
        let missing = match dialect.mount {
            Mount::Reference => StatusCode::UNAUTHORIZED,
            Mount::Released => StatusCode::BAD_REQUEST,
        };
        let Some(header) = header else {
            let message = "You need to provide the 'authorization' header";
            return Err(Refusal::door(missing, message));
        };
        if header.to_str().unwrap_or_default().split(' ').count() != 2 {
            let message = "You need to provide the token in the 'authorization' header";
            return Err(Refusal::door(missing, message));
        }
        let caller =
            <Caller as FromRequestParts<Dialect>>::from_request_parts(parts, dialect).await?;
        if caller.proof.acting().is_some() {
            let message = "This is for your own account, and not for somebody else's";
            return Err(Refusal::door(StatusCode::FORBIDDEN, message));
        }
        Ok(Self(caller))
    }
}
