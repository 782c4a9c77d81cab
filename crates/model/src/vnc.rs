//! Where a VNC server is: what the address of its machine can say besides a host.

use std::fmt;

/// Longest path of a Unix socket: what fits into a socket address everywhere (`sun_path`).
const LONGEST_SOCKET: usize = 103;
/// Longest path and query of a WebSocket.
const LONGEST_PATH: usize = 2048;

/// How a VNC server is reached.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum VncPlace {
    /// By TCP: the address is that of the host, and its port stands beside it.
    #[default]
    Tcp,
    /// By a Unix socket, of this computer or of the last machine on the way.
    Socket {
        /// Its whole path.
        path: String,
    },
    /// By a WebSocket (RFC 6455).
    WebSocket(WebSocketPlace),
}

/// A WebSocket, as its URI names it (RFC 6455 section 3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebSocketPlace {
    /// Whether it is one over TLS (`wss`).
    pub encrypted: bool,
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path and query as they are asked for; begins with a slash.
    pub path: String,
}

impl VncPlace {
    /// What an address says: `/run/vnc.sock` and `unix:/run/vnc.sock` are sockets, `ws://host:port/path?query` and
    /// `wss://…` are WebSockets, and everything else is a host. Nothing if it begins as one of the former and cannot be
    /// used. Whether a host can be one is not looked at.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        let address = address.trim();
        if let Some(path) = socket(address) {
            let fits = !path.is_empty()
                && !path.ends_with('/')
                && path.len() <= LONGEST_SOCKET
                && !path.contains(|c: char| c.is_control());
            return fits.then_some(Self::Socket { path });
        }
        for (scheme, encrypted) in [("ws://", false), ("wss://", true)] {
            if let Some(rest) = after(address, scheme) {
                return WebSocketPlace::of(rest, encrypted).map(Self::WebSocket);
            }
        }
        Some(Self::Tcp)
    }
}

/// The path, if it is meant to be one; empty if that cannot be used.
fn socket(address: &str) -> Option<String> {
    let path = if address.starts_with('/') { address } else { after(address, "unix:")? };
    // Slashes more, as they stand in other URLs, are no part of a path.
    let whole = path.strip_prefix('/').map(|path| format!("/{}", path.trim_start_matches('/')));
    Some(whole.unwrap_or_default())
}

/// What follows a scheme, whose case does not matter (RFC 3986 section 3.1).
fn after<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

impl WebSocketPlace {
    fn of(rest: &str, encrypted: bool) -> Option<Self> {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => authority.split_at_checked(authority.find(':').unwrap_or(authority.len()))?,
        };
        let port = match port.strip_prefix(':') {
            Some(number) => number.parse().ok().filter(|port| *port > 0)?,
            None if port.is_empty() => usual(encrypted),
            None => return None,
        };
        // No fragment (RFC 6455 section 3), and nobody who signs in: that is VNC's own affair.
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/?".contains(&b);
        if host.is_empty()
            || host.contains('@')
            || path.len() > LONGEST_PATH
            || !path.bytes().all(fits)
        {
            return None;
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { encrypted, host: host.to_owned(), port, path })
    }

    /// Host and port as a URI has them (RFC 3986 section 3.2), the port where it is not the usual one.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = match &self.host {
            v6 if v6.contains(':') => format!("[{v6}]"),
            host => host.clone(),
        };
        if self.port == usual(self.encrypted) { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for WebSocketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

const fn usual(encrypted: bool) -> u16 {
    if encrypted { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn written(address: &str) -> String {
        match VncPlace::of(address).unwrap() {
            VncPlace::Tcp => "tcp".to_owned(),
            VncPlace::Socket { path } => path,
            VncPlace::WebSocket(place) => place.to_string(),
        }
    }

    #[test]
    fn an_address_says_what_it_is() {
        for (address, said) in [
            ("wall", "tcp"),
            ("2001:db8::1", "tcp"),
            ("wss", "tcp"),
            ("/run/vnc.sock", "/run/vnc.sock"),
            (" unix:/run/vnc.sock ", "/run/vnc.sock"),
            ("unix:///run/vnc.sock", "/run/vnc.sock"),
            ("///run//vnc.sock", "/run//vnc.sock"),
            ("ws://wall:6080", "ws://wall:6080/"),
            ("WS://wall:80/websockify", "ws://wall/websockify"),
            ("wss://wall", "wss://wall/"),
            ("wss://wall:443/?token=a/b", "wss://wall/?token=a/b"),
            ("ws://wall?token=a", "ws://wall/?token=a"),
            ("ws://[2001:db8::1]:6080/x", "ws://[2001:db8::1]:6080/x"),
        ] {
            assert_eq!(written(address), said, "{address}");
            if said != "tcp" {
                assert_eq!(written(said), said, "what is written is understood again");
            }
        }
    }

    #[test]
    fn what_cannot_be_used_is_nothing() {
        for address in [
            "/",
            "/run/",
            "unix:run/x",
            "unix:",
            "/a\u{7}b",
            "ws://",
            "ws://:80",
            "ws://wall:0",
            "ws://wall:70000",
            "ws://wall:x",
            "ws://[::1",
            "ws://[::1]x",
            "ws://me@wall/",
            "ws://wall/a b",
            "ws://wall/#part",
            "ws://wall/ä",
            &format!("/{}", "x".repeat(LONGEST_SOCKET)),
            &format!("ws://wall/{}", "x".repeat(LONGEST_PATH)),
        ] {
            assert_eq!(VncPlace::of(address), None, "{address:?}");
        }
    }
}
