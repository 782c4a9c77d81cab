//! Who a browser may be made to speak for: only pages of this server, by a name of this server.

use super::auth::cookie;
use super::peer::only;
use super::{Door, Failure, Peer};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

/// Names that this server is known by.
pub(super) struct Hosts(HashSet<String>);

impl Hosts {
    pub(super) fn new(names: &[String]) -> Self {
        let names = names.iter().map(|name| bare(&name.to_ascii_lowercase()).to_owned());
        Self(names.chain(["localhost".to_owned()]).collect())
    }

    /// Whether a page that calls this server so can be its own. A name that an attacker makes point here cannot be
    /// (DNS rebinding), but an address is the one that the connection goes to.
    fn know(&self, host: &str, local: IpAddr) -> bool {
        let Ok(host) = host.parse::<axum::http::uri::Authority>() else { return false };
        if host.as_str().contains('@') {
            return false;
        }
        let name = bare(host.host());
        self.0.contains(name)
            || name.parse::<IpAddr>().is_ok_and(|ip| {
                ip.to_canonical() == local || (ip.is_loopback() && local.is_loopback())
            })
    }
}

/// Without the brackets of IPv6 addresses and the dot of the root.
fn bare(name: &str) -> &str {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name)
}

pub(super) async fn host(
    State(hosts): State<Arc<Hosts>>,
    peer: Peer,
    request: Request,
    next: Next,
) -> Response {
    // Watchdogs ask by whatever address they have, and learn nothing from these.
    let asked_by_all = matches!(request.uri().path(), "/healthz" | "/readyz");
    if asked_by_all || hosts.know(&peer.host, peer.local) {
        return next.run(request).await;
    }
    Failure::invalid(
        StatusCode::MISDIRECTED_REQUEST,
        "This server is not known by the name that was asked for.",
        "Whoever runs it can add the name with --name.",
    )
    .into_response()
}

/// A page of another site must not be able to do anything here with what the browser sends along.
pub(super) async fn other_sites(
    State(_door): State<Arc<Door>>,
    peer: Peer,
    request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/api") || is_fine(&peer, &request) {
        return next.run(request).await;
    }
    Failure::invalid(
        StatusCode::FORBIDDEN,
        "The request comes from another site.",
        "Programs sign in with the header Authorization; pages send X-Patchbay-Client and come from this server.",
    )
    .into_response()
}

fn is_fine(peer: &Peer, request: &Request) -> bool {
    let headers = request.headers();
    let origins = headers.get_all(header::ORIGIN).iter().count();
    let own = only(headers, "origin").is_some_and(|origin| peer.is_own_origin(origin));
    // A browser that says where a page comes from is believed when that is elsewhere.
    let foreign = (origins > 0 && !own)
        || only(headers, "sec-fetch-site")
            .is_some_and(|site| matches!(site, "cross-site" | "same-site"));
    if foreign {
        return false;
    }
    let by_cookie = !headers.contains_key(header::AUTHORIZATION) && cookie(headers).is_some();
    if !by_cookie {
        return true;
    }
    if is_stream(request.uri(), headers) {
        return own;
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    !changes || (own && headers.contains_key("x-patchbay-client"))
}

fn is_stream(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.path() == "/api/stream" || headers.contains_key(header::UPGRADE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_those_that_were_given_and_addresses_the_one_of_the_connection() {
        let hosts = Hosts::new(&["Patchbay.Example.org".to_owned()]);
        let local = "192.0.2.1".parse().unwrap();
        for own in [
            "patchbay.example.org",
            "patchbay.example.org:7443",
            "patchbay.example.org.",
            "192.0.2.1:7443",
            "localhost:1",
        ] {
            assert!(hosts.know(own, local), "{own}");
        }
        for foreign in [
            "",
            "example.org",
            "patchbay.example.org.evil.example",
            "192.0.2.2",
            "127.0.0.1",
            "a b",
            "patchbay.example.org@evil.example",
            "evil@patchbay.example.org",
            "192.0.2.1.evil.example",
            "[::1]",
            "0",
        ] {
            assert!(!hosts.know(foreign, local), "{foreign}");
        }
        assert!(hosts.know("[::1]:7443", "::1".parse().unwrap()));
    }
}
