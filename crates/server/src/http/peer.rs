//! Where a request comes from, and by what name it is known.

use super::Failure;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use ipnet::IpNet;
use patchbay_model::{ApiError, ErrorCode};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use uuid::Uuid;

/// The name of a request in logs, answers and the audit log; made here, whatever the client calls it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new one.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a default that differs each time surprises")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_simple().fmt(f)
    }
}

/// What the listener knows of a connection; in the extensions of each of its requests.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The far end.
    pub from: SocketAddr,
    /// The near end.
    pub to: SocketAddr,
    /// Whether TLS ends here.
    pub tls: bool,
    /// Lives as long as the connection counts, upgraded ones included.
    pub permit: Arc<crate::net::Permit>,
}

/// Networks of proxies that end TLS and say for whom they speak.
#[derive(Clone, Default, Debug)]
pub struct Proxies(pub Vec<IpNet>);

impl Proxies {
    /// Whether this is one of them.
    #[must_use]
    pub fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who is behind a proxy: of the addresses it lists the last one that is no proxy itself, for everything further to
    /// the left is what the client made up.
    fn behind(&self, proxy: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all("x-forwarded-for");
        let lines: Vec<_> = lines.iter().map(|line| line.to_str().unwrap_or_default()).collect();
        let mut last = proxy;
        for one in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = forwarded(one.trim()) else { return last };
            last = address;
            if !self.include(address) {
                return last;
            }
        }
        last
    }
}

/// An address as proxies write it, some of them with a port.
fn forwarded(text: &str) -> Option<IpAddr> {
    let address = text
        .parse()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .or_else(|_| text.trim_start_matches('[').trim_end_matches(']').parse());
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// Where a request comes from. An extractor, for requests that nobody is signed in for, too.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The name of the request.
    pub request: RequestId,
    /// Who asks; behind a trusted proxy, who the proxy says it is.
    pub address: IpAddr,
    /// Not through a proxy.
    pub direct: bool,
    /// The address of this end.
    pub local: IpAddr,
    /// What the client calls this server, as `host` or `host:port` in lower case.
    pub host: String,
    /// Whether the client speaks HTTPS.
    pub secure: bool,
    /// Whether the client is the UI in a browser: `X-Patchbay-Client: web`.
    pub web: bool,
}

impl Peer {
    pub(super) fn new(parts: &Parts, proxies: &Proxies) -> Result<Self, RequestId> {
        let request = RequestId::new();
        let connection = parts.extensions.get::<Connection>().ok_or(request)?;
        let from = connection.from.ip().to_canonical();
        let direct = !proxies.include(from);
        let address = if direct { from } else { proxies.behind(from, &parts.headers) };
        let forwarded_https = !direct && only(&parts.headers, "x-forwarded-proto") == Some("https");
        Ok(Self {
            request,
            address,
            direct,
            local: connection.to.ip().to_canonical(),
            host: host(parts).ok_or(request)?,
            secure: connection.tls || forwarded_https,
            web: only(&parts.headers, "x-patchbay-client") == Some("web"),
        })
    }

    /// Where this server is, as this client calls it.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.host)
    }

    /// Whether this is the origin of pages that this server served to this client.
    #[must_use]
    pub fn is_own_origin(&self, origin: &str) -> bool {
        let Some((scheme, host)) = origin.split_once("://") else { return false };
        let (expected, port) = if self.secure { ("https", ":443") } else { ("http", ":80") };
        let short = |name: &str| name.trim_end_matches(port).to_ascii_lowercase();
        scheme == expected && short(host) == short(&self.host)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            let error = ApiError::new(ErrorCode::Internal, "The request was not looked at.");
            Failure::new(StatusCode::INTERNAL_SERVER_ERROR, error)
        })
    }
}

/// What the client calls this server; nothing if it says two things or none (RFC 9112 section 3.2).
fn host(parts: &Parts) -> Option<String> {
    let mut said = parts.headers.get_all(header::HOST).iter().map(|host| host.to_str().ok());
    let header = said.next();
    if said.next().is_some() {
        return None;
    }
    let named = parts.uri.authority().map(axum::http::uri::Authority::as_str);
    let host = match (named, header) {
        (Some(named), None) => named,
        (Some(named), Some(Some(header))) if named.eq_ignore_ascii_case(header) => named,
        (None, Some(Some(header))) => header,
        _ => return None,
    };
    Some(host.to_ascii_lowercase())
}

/// A header's value, if it is there exactly once.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn proxies() -> Proxies {
        Proxies(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()])
    }

    #[test]
    fn only_what_a_proxy_added_is_believed() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let cases: &[(&[&str], &str)] = &[
            (&[], "10.0.0.1"),
            (&["192.0.2.7"], "192.0.2.7"),
            (&["203.0.113.9, 192.0.2.7"], "192.0.2.7"),
            (&["203.0.113.9", "192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            (&["203.0.113.9, nonsense"], "10.0.0.1"),
            (&["nonsense, 192.0.2.7:4711"], "192.0.2.7"),
            (&["[2001:db8::1]:443"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            assert_eq!(proxies().behind(proxy, &headers).to_string(), *expected, "{lines:?}");
        }
    }

    #[test]
    fn mapped_addresses_are_the_ones_they_stand_for() {
        assert!(proxies().include("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!proxies().include("192.0.2.1".parse().unwrap()));
    }
}
