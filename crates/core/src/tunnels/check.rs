//! What a tunnel may look like. Each check gives back the tidied value.

use crate::{
    CoreError,
    tree::{check_address, check_line, shown},
};
use patchbay_model::{Tunnel, TunnelEnd, TunnelKind};
use std::{collections::HashSet, net::IpAddr};

const MOST: usize = 64;
const LONGEST_NAME: usize = 255;
/// What fits into a socket address everywhere (`sun_path`).
const LONGEST_PATH: usize = 103;

/// The tunnels kept with a machine.
pub(crate) fn tunnels(all: Vec<Tunnel>) -> Result<Vec<Tunnel>, CoreError> {
    if all.len() > MOST {
        return Err(CoreError::invalid(
            "tunnels",
            format!("{} tunnels are too many for one machine.", all.len()),
            format!("Keep {MOST} at most."),
        ));
    }
    let mut ids = HashSet::new();
    let mut places = HashSet::new();
    let mut tidy = Vec::with_capacity(all.len());
    for (at, one) in all.into_iter().enumerate() {
        let field = format!("tunnels.{at}");
        let one = tunnel(one, &field)?;
        if !ids.insert(one.id) {
            return Err(CoreError::invalid(&field, "Two tunnels have the same id.", "Remove one."));
        }
        let here = one.kind != TunnelKind::Remote;
        let free = matches!(one.listen, TunnelEnd::Port { port: 0, .. });
        if !free && !places.insert((here, one.listen.clone())) {
            return Err(CoreError::invalid(
                &format!("{field}.listen"),
                format!("Two tunnels listen at {}.", one.listen),
                "Give one of them another port.",
            ));
        }
        tidy.push(one);
    }
    Ok(tidy)
}

/// One tunnel; `field` is where problems are.
pub(crate) fn tunnel(mut tunnel: Tunnel, field: &str) -> Result<Tunnel, CoreError> {
    let name = tunnel.name.trim().to_owned();
    check_line(&format!("{field}.name"), "The name of the tunnel", &name)?;
    if name.chars().count() > LONGEST_NAME {
        return Err(CoreError::invalid(
            &format!("{field}.name"),
            "The name of the tunnel is too long.",
            "Shorten it.",
        ));
    }
    tunnel.name = name;
    tunnel.listen = listen(tunnel.listen, tunnel.kind, &format!("{field}.listen"))?;
    let to = format!("{field}.to");
    tunnel.to = match (tunnel.kind, tunnel.to) {
        (TunnelKind::Dynamic, _) => None,
        (_, Some(end)) => Some(destination(end, &to)?),
        (_, None) => {
            return Err(CoreError::invalid(
                &to,
                "The tunnel leads nowhere.",
                "Type where to, such as db:5432.",
            ));
        }
    };
    Ok(tunnel)
}

fn listen(end: TunnelEnd, kind: TunnelKind, field: &str) -> Result<TunnelEnd, CoreError> {
    let TunnelEnd::Port { address, port } = end else { return socket(end, field) };
    let address = address.trim().to_owned();
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let bare = bare.unwrap_or(&address).to_owned();
    let bare = if bare == "localhost" { String::new() } else { bare };
    let fits = bare.is_empty() || bare == "*" || bare.parse::<IpAddr>().is_ok();
    // The machine may know names of its own.
    let fits = fits || (kind == TunnelKind::Remote && check_address(&bare).is_ok());
    if !fits {
        return Err(CoreError::invalid(
            field,
            format!("“{}” is not an address to listen at.", shown(&bare)),
            "Leave it empty for this computer only, or type an IP address of it, or * for all.",
        ));
    }
    Ok(TunnelEnd::Port { address: bare, port })
}

fn destination(end: TunnelEnd, field: &str) -> Result<TunnelEnd, CoreError> {
    let TunnelEnd::Port { address, port } = end else { return socket(end, field) };
    let address = check_address(&address).map_err(|error| match error {
        CoreError::Invalid { message, next, .. } => CoreError::invalid(field, message, next),
        other => other,
    })?;
    if port == 0 {
        return Err(CoreError::invalid(field, "0 is not a port.", "Ports go from 1 to 65535."));
    }
    Ok(TunnelEnd::Port { address, port })
}

fn socket(end: TunnelEnd, field: &str) -> Result<TunnelEnd, CoreError> {
    let TunnelEnd::Socket { path } = &end else { return Ok(end) };
    check_line(field, "The path", path)?;
    if !path.starts_with('/') || path.len() > LONGEST_PATH || path.ends_with('/') {
        return Err(CoreError::invalid(
            field,
            format!("“{}” is not the path of a socket.", shown(path)),
            format!("Type a whole path of up to {LONGEST_PATH} bytes, such as /run/app.sock."),
        ));
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use patchbay_model::TunnelId;

    fn port(address: &str, port: u16) -> TunnelEnd {
        TunnelEnd::Port { address: address.into(), port }
    }

    fn local(listen: TunnelEnd, to: Option<TunnelEnd>) -> Tunnel {
        let (id, kind) = (TunnelId::new(), TunnelKind::Local);
        Tunnel { id, name: " db ".into(), kind, listen, to, with_session: false }
    }

    #[test]
    fn what_is_tidied_and_what_is_refused() {
        let to = || Some(port("db", 5432));
        let tidy = tunnel(local(port("[::1]", 1), Some(port("[fe80::1]", 2))), "t").unwrap();
        assert_eq!(
            (tidy.name.as_str(), tidy.listen, tidy.to),
            ("db", port("::1", 1), Some(port("fe80::1", 2)))
        );
        assert_eq!(tunnel(local(port("localhost", 1), to()), "t").unwrap().listen, port("", 1));
        let socket = |path: &str| TunnelEnd::Socket { path: path.into() };
        for (listen, to, field) in [
            (port("", 1), None, "t.to"),
            (port("", 1), Some(port("", 1)), "t.to"),
            (port("", 1), Some(port("db", 0)), "t.to"),
            (port("", 1), Some(socket("relative")), "t.to"),
            (port("web", 1), to(), "t.listen"),
            (socket("/x\ny"), to(), "t.listen"),
            (socket(&format!("/{}", "x".repeat(200))), to(), "t.listen"),
        ] {
            let error = tunnel(local(listen, to), "t").unwrap_err();
            assert!(
                matches!(&error, CoreError::Invalid { field: at, .. } if at == field),
                "{error}"
            );
        }
        let dynamic = Tunnel { kind: TunnelKind::Dynamic, ..local(port("*", 1080), to()) };
        assert_eq!(tunnel(dynamic, "t").unwrap().to, None);
    }

    #[test]
    fn no_two_listen_at_the_same_place() {
        let to = || Some(port("db", 5432));
        let one = local(port("", 8080), to());
        let there = Tunnel { kind: TunnelKind::Remote, ..local(port("", 8080), to()) };
        let any = || local(port("", 0), to());
        assert!(tunnels(vec![one.clone(), there, any(), any()]).is_ok());
        let twin = local(port("localhost", 8080), to());
        assert!(tunnels(vec![one.clone(), twin]).is_err());
        assert!(
            tunnels(vec![
                any(),
                Tunnel { listen: port("", 1), ..one.clone() },
                one.clone(),
                Tunnel { listen: port("", 9), ..one }
            ])
            .is_err()
        );
    }
}
