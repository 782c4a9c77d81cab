//! Who asks: a token in `Authorization`, or in the cookie of the UI.

use super::outer::Asked;
use super::peer::only;
use super::{Door, Failure, Peer};
use crate::service::Caller;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use patchbay_model::{ApiError, ErrorCode, Secret};
use std::sync::Arc;
use std::time::Duration;

/// The cookie that has the token of a sign-in in a browser.
pub const COOKIE: &str = "patchbay";
/// The cookie beside it that has the token of somebody who acts as another person. It goes before the other, also when it is good no
/// longer: nobody who thinks to act as somebody else must be taken for themselves.
pub const ACTING_COOKIE: &str = "patchbay-as";
/// The longest token that is looked at.
const LONGEST: usize = 256;

/// What a request shows to prove who asks.
#[derive(Debug)]
pub struct Credential(pub Secret<String>);

impl Credential {
    /// The token of a request; the header goes before the cookie.
    ///
    /// # Errors
    /// If there is a header, and it is not of the kind that is understood.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        let token = match headers.contains_key(header::AUTHORIZATION) {
            true => Some(
                bearer(headers)
                    .ok_or_else(|| signed_out("The header Authorization is not understood."))?,
            ),
            false => cookie(headers),
        };
        match token {
            Some(token) if token.len() > LONGEST => Err(signed_out("The token is not good.")),
            token => Ok(token.map(|token| Self(Secret::new(token.to_owned())))),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    match cookies(headers, ACTING_COOKIE)[..] {
        [] => match cookies(headers, COOKIE)[..] {
            [token] => Some(token),
            // Two are one that somebody else has put there.
            _ => None,
        },
        [token] => Some(token),
        _ => None,
    }
}

fn cookies<'a>(headers: &'a HeaderMap, called: &str) -> Vec<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let tokens = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == called).then_some(value)
    });
    tokens.collect()
}

/// The cookie for a token that is good for so long.
#[must_use]
pub fn token_cookie(token: &Secret<String>, good_for: Duration) -> HeaderValue {
    let token = token.expose_secret();
    let seconds = good_for.as_secs();
    let line =
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict");
    let mut value =
        HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static("patchbay="));
    value.set_sensitive(true);
    value
}

/// The cookie for the token of somebody who acts as another, until the browser ends: when the token is good no longer, that is said.
#[must_use]
pub fn acting_cookie(token: &Secret<String>) -> HeaderValue {
    let token = token.expose_secret();
    let line = format!("{ACTING_COOKIE}={token}; Path=/; HttpOnly; Secure; SameSite=Strict");
    let mut value = HeaderValue::try_from(line).unwrap_or_else(|_| forget_acting_cookie());
    value.set_sensitive(true);
    value
}

/// The cookie that takes the place of the one with the token.
#[must_use]
pub fn forget_cookie() -> HeaderValue {
    HeaderValue::from_static("patchbay=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict")
}

/// The same of whoever acts as another.
#[must_use]
pub fn forget_acting_cookie() -> HeaderValue {
    HeaderValue::from_static("patchbay-as=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict")
}

fn signed_out(message: &str) -> Failure {
    Failure::signed_out(ApiError::new(ErrorCode::AuthFailed, message).next("Sign in."))
}

async fn caller(parts: &mut Parts) -> Result<Option<Caller>, Failure> {
    let Some(Credential(token)) = Credential::of(&parts.headers)? else { return Ok(None) };
    let (Some(door), Some(peer)) =
        (parts.extensions.get::<Arc<Door>>(), parts.extensions.get::<Peer>())
    else {
        let error = ApiError::new(ErrorCode::Internal, "The request was not looked at.");
        return Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, error));
    };
    let (account, proof) = door
        .service
        .authenticate(token.expose_secret(), peer.address)
        .await
        .map_err(Failure::signed_out)?;
    let caller = Caller { account, proof, address: peer.address, request: peer.request };
    if let Some(asked) = parts.extensions.get::<Asked>() {
        asked.is(account);
    }
    Ok(Some(caller))
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        caller(parts).await?.ok_or_else(|| signed_out("Nobody is signed in."))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        caller(parts).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn token(list: &[(&'static str, &str)]) -> Result<Option<String>, StatusCode> {
        match Credential::of(&headers(list)) {
            Ok(found) => Ok(found.map(|Credential(token)| token.expose_secret().clone())),
            Err(failure) => Err(failure.status),
        }
    }

    #[test]
    fn a_token_is_found_in_one_place() {
        let some = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(token(&[]), Ok(None));
        assert_eq!(token(&[("authorization", "bearer pbt_a")]), some("pbt_a"));
        assert_eq!(token(&[("cookie", "a=b; patchbay=pbs_c; d=e")]), some("pbs_c"));
        let both = [("authorization", "Bearer pbt_a"), ("cookie", "patchbay=pbs_c")];
        assert_eq!(token(&both), some("pbt_a"));
        assert_eq!(token(&[("cookie", "patchbay=one; patchbay=two")]), Ok(None));
        assert_eq!(token(&[("cookie", "xpatchbay=one; patchbayx=two")]), Ok(None));
        // Whoever acts as somebody else is not themselves, whatever they show besides.
        let acts = ("cookie", "patchbay=pbs_own; patchbay-as=pba_x");
        assert_eq!(token(&[acts]), some("pba_x"));
        assert_eq!(token(&[("authorization", "Bearer pbt_a"), acts]), some("pbt_a"));
        let two = [acts, ("cookie", "patchbay-as=pba_y")];
        assert_eq!(token(&two), Ok(None));
        let refused = Err(StatusCode::UNAUTHORIZED);
        assert_eq!(token(&[("authorization", "Basic YTpi")]), refused);
        assert_eq!(token(&[("authorization", "Basic YTpi"), ("cookie", "patchbay=c")]), refused);
        let two = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
        assert_eq!(token(&two), refused);
        assert_eq!(token(&[("cookie", &format!("patchbay={}", "x".repeat(300)))]), refused);
    }

    #[test]
    fn the_cookie_is_for_this_server_and_no_script() {
        let cookie = token_cookie(&"pbs_x".to_owned().into(), Duration::from_secs(60));
        let expected = "patchbay=pbs_x; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict";
        assert_eq!(cookie.to_str().unwrap(), expected);
    }
}
