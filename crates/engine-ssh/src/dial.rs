//! From a name to a TCP connection, over whichever of its addresses answers first.

use crate::{Hop, Reach, SocketDestination, SshError, Waiting, report::Report, text::phrase};
use futures_util::{StreamExt, stream::FuturesUnordered};
use patchbay_model::Stage;
use socket2::{SockRef, TcpKeepalive};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    time::{Instant, sleep, timeout_at},
};

/// How long an address may stay silent before the next one is tried beside it (RFC 8305 section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// `host:port` as people write it.
pub(crate) fn shown(hop: &Hop) -> String {
    let host = bare(&hop.address);
    if host.contains(':') {
        format!("[{host}]:{}", hop.port)
    } else {
        format!("{host}:{}", hop.port)
    }
}

/// The address without the brackets of an IPv6 literal.
pub(crate) fn bare(address: &str) -> &str {
    let address = address.trim();
    address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address)
}

pub(crate) async fn tcp(
    hop: &Hop,
    reach: &Reach,
    deadline: Instant,
    report: &Report,
) -> Result<TcpStream, SshError> {
    report.began(Stage::Name, bare(&hop.address));
    let mut addresses = resolve(hop, deadline).await?;
    addresses.retain(|address| reach.allows(address.ip()));
    if addresses.is_empty() {
        return Err(SshError::OutOfReach { address: shown(hop) });
    }
    let list = addresses.iter().map(|a| a.ip().to_string()).collect::<Vec<_>>();
    report.done(Stage::Name, list.join(", "));
    report.began(Stage::Connect, shown(hop));
    let stream = race(hop, addresses, deadline).await?;
    let peer = stream.peer_addr().map_or_else(|_| shown(hop), |a| a.to_string());
    report.done(Stage::Connect, peer);
    Ok(stream)
}

/// Connects to a Unix socket of this computer.
#[cfg(unix)]
pub(crate) async fn socket(
    to: &SocketDestination,
    report: &Report,
) -> Result<tokio::net::UnixStream, SshError> {
    report.began(Stage::Connect, &to.path);
    let connecting = tokio::net::UnixStream::connect(&to.path);
    let connected = tokio::time::timeout(to.connect_timeout, connecting).await;
    let unusable =
        |reason: &str| SshError::Socket { path: to.path.clone(), reason: reason.to_owned() };
    let stream = connected.map_err(|_| unusable("it is too busy to answer"))?;
    let stream = stream.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unusable("it does not exist"),
        io::ErrorKind::ConnectionRefused => unusable("no program listens there"),
        io::ErrorKind::PermissionDenied => unusable("you may not use it"),
        _ => unusable(&phrase(&error.to_string())),
    })?;
    report.done(Stage::Connect, &to.path);
    Ok(stream)
}

/// There are none that could be used.
#[cfg(not(unix))]
pub(crate) async fn socket(
    to: &SocketDestination,
    _: &Report,
) -> Result<tokio::io::DuplexStream, SshError> {
    let reason = "this system has no Unix sockets".to_owned();
    Err(SshError::Socket { path: to.path.clone(), reason })
}

async fn resolve(hop: &Hop, deadline: Instant) -> Result<Vec<SocketAddr>, SshError> {
    let host = bare(&hop.address);
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![(ip, hop.port).into()]);
    }
    let unknown =
        |reason: &str| SshError::UnknownHost { host: phrase(host), reason: reason.to_owned() };
    if host.is_empty() {
        return Err(unknown("it is empty"));
    }
    let found = match timeout_at(deadline, lookup_host((host, hop.port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(error)) => return Err(unknown(&resolver_says(&error))),
        Err(_) => return Err(timed_out(hop, Waiting::Name)),
    };
    if found.is_empty() { Err(unknown("it has no address")) } else { Ok(alternating(found)) }
}

fn resolver_says(error: &io::Error) -> String {
    let text = error.to_string();
    phrase(text.strip_prefix("failed to lookup address information: ").unwrap_or(&text))
}

/// IPv6 and IPv4 by turns, so that a broken one of the two costs one stagger and not many.
fn alternating(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (same, other): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|a| a.is_ipv6() == first_is_v6);
    let (mut same, mut other) = (same.into_iter(), other.into_iter());
    let mut order: Vec<SocketAddr> = Vec::new();
    loop {
        match (same.next(), other.next()) {
            (None, None) => return order,
            (a, b) => {
                for address in a.into_iter().chain(b) {
                    if !order.contains(&address) {
                        order.push(address);
                    }
                }
            }
        }
    }
}

async fn race(
    hop: &Hop,
    addresses: Vec<SocketAddr>,
    deadline: Instant,
) -> Result<TcpStream, SshError> {
    let mut left = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut failure: Option<io::Error> = None;
    running.extend(left.next().map(attempt));
    loop {
        let more = !left.as_slice().is_empty();
        if running.is_empty() && !more {
            return Err(explain(hop, failure));
        }
        tokio::select! {
            done = running.next(), if !running.is_empty() => match done {
                Some(Ok(stream)) => return Ok(stream),
                Some(Err(error)) => {
                    // "Refused" tells more than "unreachable": something is there.
                    if failure.is_none() || error.kind() == io::ErrorKind::ConnectionRefused {
                        failure = Some(error);
                    }
                    running.extend(left.next().map(attempt));
                }
                None => {}
            },
            () = sleep(STAGGER), if more => running.extend(left.next().map(attempt)),
            () = tokio::time::sleep_until(deadline) => return Err(timed_out(hop, Waiting::Connect)),
        }
    }
}

async fn attempt(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    socket.set_keepalive(true)?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Has the system ask for signs of life, and give the connection up after so long without one.
pub(crate) fn watch(stream: &TcpStream, silence: Duration) {
    let every = (silence / 4).max(Duration::from_secs(1));
    let asks = TcpKeepalive::new().with_time(every).with_interval(every);
    #[cfg(unix)]
    let asks = asks.with_retries(3);
    let socket = SockRef::from(stream);
    // A system that cannot do it notices later.
    let _later = socket.set_tcp_keepalive(&asks);
    // It does not ask while something is on its way.
    #[cfg(target_os = "linux")]
    let _later = socket.set_tcp_user_timeout(Some(silence));
}

pub(crate) fn explain(hop: &Hop, error: Option<io::Error>) -> SshError {
    let address = shown(hop);
    let Some(error) = error else { return timed_out(hop, Waiting::Connect) };
    let reason = match error.kind() {
        io::ErrorKind::ConnectionRefused => return SshError::Refused { address },
        io::ErrorKind::TimedOut => return timed_out(hop, Waiting::Connect),
        io::ErrorKind::HostUnreachable => "no route to the host".to_owned(),
        io::ErrorKind::NetworkUnreachable => "the network is unreachable".to_owned(),
        _ => phrase(&error.to_string()),
    };
    SshError::Unreachable { address, reason }
}

pub(crate) fn timed_out(hop: &Hop, waiting: Waiting) -> SshError {
    SshError::TimedOut { address: shown(hop), waiting, after: hop.connect_timeout }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn families_alternate_and_nothing_is_lost() {
        let parse =
            |list: &[&str]| list.iter().map(|a| a.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let found = parse(&["[::1]:1", "[::2]:1", "[::2]:1", "1.1.1.1:1", "[::3]:1"]);
        assert_eq!(alternating(found), parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]));
    }

    #[test]
    fn addresses_are_written_as_people_do() {
        assert_eq!(shown(&Hop::new("x", "[fe80::1]", 22)), "[fe80::1]:22");
        assert_eq!(shown(&Hop::new("x", "db.example.com", 2222)), "db.example.com:2222");
    }
}
