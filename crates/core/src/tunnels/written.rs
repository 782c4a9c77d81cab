//! Tunnels as ssh(1) and ssh_config(5) write them.

use patchbay_model::{Tunnel, TunnelEnd, TunnelId, TunnelKind};

/// The tunnel of `-L`, `-R` or `-D`: `[bind:]port:host:port`, with a path in place of `[bind:]port` or `host:port` for a
/// Unix socket, and just `[bind:]port` for a dynamic one.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn tunnel(kind: TunnelKind, text: &str) -> Result<Tunnel, String> {
    let parts =
        split(text).ok_or_else(|| format!("“{text}” has a bracket without its other half."))?;
    let (listen, to) = match kind {
        TunnelKind::Dynamic => (listen(&parts), None),
        TunnelKind::Local | TunnelKind::Remote => {
            let of_destination = if parts.last().is_some_and(|last| is_path(last)) { 1 } else { 2 };
            let (before, to) = parts.split_at(parts.len().saturating_sub(of_destination));
            (listen(before), Some(destination(to)))
        }
    };
    let unusable = || {
        let wanted = match kind {
            TunnelKind::Dynamic => "[bind:]port",
            TunnelKind::Local | TunnelKind::Remote => "[bind:]port:host:port",
        };
        format!("“{text}” is not of the form {wanted}.")
    };
    let listen = listen.ok_or_else(unusable)?;
    let to = match to {
        Some(to) => Some(to.ok_or_else(unusable)?),
        None => None,
    };
    Ok(Tunnel { id: TunnelId::new(), name: String::new(), kind, listen, to, with_session: false })
}

fn is_path(part: &str) -> bool {
    part.contains('/')
}

/// Parts between colons; those in brackets are addresses. `None` if a bracket stands alone.
fn split(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for c in text.chars() {
        match c {
            '[' if !inside => inside = true,
            ']' if inside => inside = false,
            ':' if !inside => parts.push(String::new()),
            c => parts.last_mut()?.push(c),
        }
    }
    (!inside).then_some(parts)
}

fn listen(parts: &[String]) -> Option<TunnelEnd> {
    match parts {
        [path] if is_path(path) => Some(TunnelEnd::Socket { path: path.clone() }),
        [port] => Some(TunnelEnd::Port { address: String::new(), port: port.parse().ok()? }),
        // An empty address, written down, is all of them.
        [address, port] => {
            let address = if address.is_empty() { "*".to_owned() } else { address.clone() };
            Some(TunnelEnd::Port { address, port: port.parse().ok()? })
        }
        _ => None,
    }
}

fn destination(parts: &[String]) -> Option<TunnelEnd> {
    match parts {
        [path] if is_path(path) => Some(TunnelEnd::Socket { path: path.clone() }),
        [address, port] if !address.is_empty() => {
            let port = port.parse().ok().filter(|port| *port > 0)?;
            Some(TunnelEnd::Port { address: address.clone(), port })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(kind: TunnelKind, text: &str) -> Option<(String, Option<String>)> {
        let tunnel = tunnel(kind, text).ok()?;
        Some((tunnel.listen.to_string(), tunnel.to.map(|to| to.to_string())))
    }

    #[test]
    fn as_ssh_reads_them() {
        let local = |text| ends(TunnelKind::Local, text);
        let found = |listen: &str, to: &str| Some((listen.to_owned(), Some(to.to_owned())));
        assert_eq!(local("8080:db:5432"), found("localhost:8080", "db:5432"));
        assert_eq!(local("0.0.0.0:8080:db:5432"), found("0.0.0.0:8080", "db:5432"));
        assert_eq!(local(":8080:db:5432"), found("*:8080", "db:5432"));
        assert_eq!(local("[::1]:8080:[fe80::2]:80"), found("[::1]:8080", "[fe80::2]:80"));
        assert_eq!(local("/run/a:/run/b"), found("/run/a", "/run/b"));
        assert_eq!(local("8080:/run/b"), found("localhost:8080", "/run/b"));
        assert_eq!(local("/run/a:db:1"), found("/run/a", "db:1"));
        assert_eq!(ends(TunnelKind::Dynamic, "1080"), Some(("localhost:1080".into(), None)));
        assert_eq!(ends(TunnelKind::Dynamic, "*:1080"), Some(("*:1080".into(), None)));
        for bad in [
            "",
            "8080",
            "db:5432",
            "x:db:1",
            "8080:db:0",
            "8080:db:99999",
            "[::1:80:a:1",
            "1:2:3:4:5",
        ] {
            assert_eq!(local(bad), None, "{bad}");
        }
        assert_eq!(ends(TunnelKind::Dynamic, "a:b:c"), None);
        assert_eq!(ends(TunnelKind::Remote, "8080"), None);
    }
}
