//! Around everything: the request's id, one line in the log, the figures, and what every answer carries.

use super::error::written;
use super::{Door, Failure, Peer, RequestId};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use patchbay_model::AccountId;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Who asked, for the log line: filled in once it is proved.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<OnceLock<AccountId>>);

impl Asked {
    pub(super) fn is(&self, account: AccountId) {
        // A second time it is the same.
        let _same = self.0.set(account);
    }
}

/// The first and the last that sees a request.
pub(super) async fn pass(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (mut parts, body) = request.into_parts();
    let route = parts.extensions.get::<MatchedPath>().cloned();
    // Never the path itself: tokens of links are in some.
    let route = route.as_ref().map_or("ui", MatchedPath::as_str);
    let api = route.starts_with("/api");
    let method = known(&parts.method);
    let asked = Asked::default();
    let (id, address, response) = match Peer::new(&parts, &door.proxies) {
        Ok(peer) => {
            let (id, address) = (peer.request, Some(peer.address));
            parts.extensions.insert(Arc::clone(&door));
            parts.extensions.insert(peer);
            parts.extensions.insert(asked.clone());
            (id, address, next.run(Request::from_parts(parts, body)).await)
        }
        Err(id) => (id, None, no_host().into_response()),
    };
    let mut response = written(response, id).await;
    dress(&mut response, id, api);
    let status = response.status().as_u16();
    let took = began.elapsed();
    door.metrics.answered(method, route, status, took);
    let account = asked.0.get();
    tracing::info!(
        target: "patchbay_server::request",
        request = %id,
        method,
        route,
        status,
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        address = address.map(tracing::field::display),
        account = account.map(tracing::field::display),
        "answered"
    );
    response
}

fn no_host() -> Failure {
    Failure::invalid(
        StatusCode::BAD_REQUEST,
        "The request does not say which server it is for.",
        "Send exactly one Host header.",
    )
}

/// A method that figures are kept of; whatever a client makes up is one.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

fn dress(response: &mut Response, id: RequestId, api: bool) {
    let is_html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    // A browser puts the headers of such an answer in place of those it has kept (RFC 9111 section 3.2): the policy of the page
    // that it has is not to be lost.
    let is_kept = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy =
        if is_html { crate::ui::POLICY } else { "default-src 'none'; frame-ancestors 'none'" };
    if !is_kept {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if api || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
