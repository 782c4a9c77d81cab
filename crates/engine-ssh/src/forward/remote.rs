//! Remote tunnels: connections made to the machine, carried to where this computer can reach.

use super::{
    Arrival, Door, Flow, ForwardLink, Traffic,
    local::{HELD_UP, ended},
    pipe::{End, pipe},
};
use crate::{SshError, dial, held::Wire};
use patchbay_model::TunnelEnd;
use russh::ChannelOpenFailure;
use std::{io, sync::Arc, sync::atomic::Ordering, time::Duration};
use tokio::{net::TcpStream, sync::mpsc, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

/// For the machine to begin or stop listening, and for a destination to accept a connection.
const LIMIT: Duration = Duration::from_secs(15);

/// A place of the machine at which it listens for us.
#[derive(Debug)]
pub struct RemoteListening {
    /// Where, as people write it.
    pub shown: String,
    at: TunnelEnd,
    arrivals: mpsc::Receiver<Arrival>,
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrival").field("from", &self.from).finish_non_exhaustive()
    }
}

impl ForwardLink {
    /// Has the machine listen. An empty address is its loopback, `*` is all its addresses; port 0 lets it choose.
    ///
    /// # Errors
    /// [`SshError::RemoteListenRefused`].
    pub async fn listen_there(&self, at: &TunnelEnd) -> Result<RemoteListening, SshError> {
        let link = self.route.last()?;
        let refused = |at: &TunnelEnd| SshError::RemoteListenRefused { at: at.to_string() };
        let twice =
            |at: &TunnelEnd| SshError::ListenTaken { at: format!("{at} of {}", self.machine) };
        let asking = async {
            match at {
                TunnelEnd::Port { address, port } => {
                    let wire = on_the_wire(address);
                    // The door is there before the machine listens, so that nobody comes too early; a port the machine
                    // chooses is known only afterwards.
                    let early = Door::Port(wire.to_owned(), u32::from(*port));
                    let mut arrivals = match port {
                        0 => None,
                        _ => Some(link.shared.inbound.open(early).ok_or_else(|| twice(at))?),
                    };
                    let chosen = link.handle.tcpip_forward(wire, u32::from(*port)).await;
                    let chosen = chosen.map_err(|_| refused(at))?;
                    let port = match (*port, u16::try_from(chosen)) {
                        (0, Ok(chosen)) if chosen != 0 => chosen,
                        (0, _) => return Err(refused(at)),
                        (port, _) => port,
                    };
                    if arrivals.is_none() {
                        arrivals =
                            link.shared.inbound.open(Door::Port(wire.to_owned(), u32::from(port)));
                    }
                    let at = TunnelEnd::Port { address: address.clone(), port };
                    Ok((arrivals.ok_or_else(|| twice(&at))?, at))
                }
                TunnelEnd::Socket { path } => {
                    let door = Door::Socket(path.clone());
                    let arrivals = link.shared.inbound.open(door).ok_or_else(|| twice(at))?;
                    let asked = link.handle.streamlocal_forward(path.clone()).await;
                    asked.map_err(|_| refused(at))?;
                    Ok((arrivals, at.clone()))
                }
            }
        };
        let (arrivals, at) = timeout(LIMIT, asking).await.map_err(|_| refused(at))??;
        Ok(RemoteListening { shown: at.to_string(), at, arrivals })
    }

    /// Carries every connection made there to `to`. Ends, with all its connections, when `stop` says so, and has the
    /// machine listen no longer.
    pub async fn serve_remote(
        self: &Arc<Self>,
        mut listening: RemoteListening,
        to: &TunnelEnd,
        traffic: &Arc<Traffic>,
        stop: &CancellationToken,
    ) {
        let near = || {
            let to = to.clone();
            async move { reach(&to).await }
        };
        serve(&mut listening.arrivals, &self.flow, traffic, stop, &to.to_string(), near).await;
        let Ok(link) = self.route.last() else { return };
        let stopping = async {
            match &listening.at {
                TunnelEnd::Port { address, port } => {
                    let wire = on_the_wire(address);
                    let _gone = link.handle.cancel_tcpip_forward(wire, u32::from(*port)).await;
                }
                TunnelEnd::Socket { path } => {
                    let _gone = link.handle.cancel_streamlocal_forward(path.clone()).await;
                }
            }
        };
        let _late = timeout(LIMIT, stopping).await;
    }
}

/// How RFC 4254 section 7.1 writes an address to listen at.
fn on_the_wire(address: &str) -> &str {
    match address {
        "" => "localhost",
        "*" => "",
        address => dial::bare(address),
    }
}

/// Carries every channel a server opens through a door to what `near` connects it to, until `stop` says so or the
/// connection is gone. A channel whose near side is not reached is refused.
pub(super) async fn serve<F>(
    arrivals: &mut mpsc::Receiver<Arrival>,
    flow: &Arc<Flow>,
    traffic: &Arc<Traffic>,
    stop: &CancellationToken,
    to: &str,
    near: impl Fn() -> F,
) where
    F: Future<Output = Result<Box<dyn Wire>, String>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    loop {
        let arrival = tokio::select! {
            arrival = arrivals.recv() => arrival,
            Some(_) = tasks.join_next() => continue,
            () = stop.cancelled() => break,
        };
        let Some(arrival) = arrival else { break };
        let Some(entered) = traffic.enter() else { continue };
        let reaching = near();
        let (flow, traffic, stop) = (Arc::clone(flow), Arc::clone(traffic), stop.clone());
        let to = to.to_owned();
        tasks.spawn(async move {
            let Arrival { channel, reply, from } = arrival;
            let reached = tokio::select! {
                reached = reaching => reached,
                () = stop.cancelled() => return,
            };
            match reached {
                Ok(stream) => {
                    reply.accept().await;
                    traffic.total.fetch_add(1, Ordering::Relaxed);
                    let end = pipe(stream, channel, &flow, &traffic, &stop).await;
                    if end == End::HeldUpOthers {
                        traffic.say(ended(&to, HELD_UP));
                    }
                }
                Err(reason) => {
                    reply.reject(ChannelOpenFailure::ConnectFailed).await;
                    let from = if from.is_empty() { String::new() } else { format!(" for {from}") };
                    traffic.refuse(format!("{to} was not reached{from}: {reason}."));
                }
            }
            drop(entered);
        });
    }
    while tasks.join_next().await.is_some() {}
}

/// Connects to a place this computer can reach; a few words if it cannot.
async fn reach(to: &TunnelEnd) -> Result<Box<dyn Wire>, String> {
    let connecting = async {
        match to {
            TunnelEnd::Port { address, port } => {
                let stream = TcpStream::connect((dial::bare(address), *port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream) as Box<dyn Wire>)
            }
            #[cfg(unix)]
            TunnelEnd::Socket { path } => {
                Ok(Box::new(tokio::net::UnixStream::connect(path).await?) as Box<dyn Wire>)
            }
            #[cfg(not(unix))]
            TunnelEnd::Socket { .. } => Err(io::ErrorKind::Unsupported.into()),
        }
    };
    match timeout(LIMIT, connecting).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(words(&error)),
        Err(_) => Err(format!("no answer within {} s", LIMIT.as_secs())),
    }
}

pub(super) fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there".into(),
        io::ErrorKind::NotFound => "there is nothing".into(),
        io::ErrorKind::PermissionDenied => "this user may not use it".into(),
        _ => crate::text::phrase(&error.to_string()),
    }
}
