//! Local and dynamic tunnels: connections made to this computer, carried to where the machine can reach.

use super::{
    ForwardLink, Listening, Refusal, Traffic,
    listen::Accepted,
    pipe::{End, pipe},
    socks,
};
use crate::{Waiting, dial, held::Wire, route};
use patchbay_model::TunnelEnd;
use russh::{Channel, client::Msg};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// When no more files can be opened, waiting is all that helps.
const BREATH: Duration = Duration::from_millis(200);
/// Bytes on their way to and from who takes a connection elsewhere.
const NEAR: usize = 64 * 1024;

/// What connects with the places that a machine can reach: an SSH connection of this computer's, or somebody who has one.
pub trait Reach: Send + Sync + 'static {
    /// A connection with such a place. It ends when it is dropped.
    type Connection: Send + 'static;

    /// What the machine is called.
    fn machine(&self) -> &str;

    /// Connects with a place; `from` is the address and port of the program that asks, empty for a Unix socket. It is not
    /// dropped before it is done.
    fn reach(
        self: Arc<Self>,
        to: TunnelEnd,
        from: (String, u16),
    ) -> impl Future<Output = Result<Self::Connection, Refusal>> + Send;

    /// Passes bytes until both directions have ended, one is broken, or `stop` says so. Says why if it was ended for another reason.
    fn carry(
        &self,
        near: impl AsyncRead + AsyncWrite + Send + Unpin,
        far: Self::Connection,
        traffic: &Traffic,
        stop: &CancellationToken,
    ) -> impl Future<Output = Result<(), &'static str>> + Send;
}

/// Carries every connection made to `listening` to `to`, or to wherever it asks for by SOCKS 5 if that is `None`.
/// Ends, with all its connections, when `stop` says so; those that come later wait in `listening`.
pub async fn serve_local<R: Reach>(
    reach: &Arc<R>,
    listening: &Listening,
    to: Option<&TunnelEnd>,
    traffic: &Arc<Traffic>,
    stop: &CancellationToken,
) {
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listening.accept() => accepted,
            Some(_) = tasks.join_next() => continue,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok(accepted) => {
                let Some(entered) = traffic.enter() else { continue };
                let one = One {
                    reach: Arc::clone(reach),
                    traffic: Arc::clone(traffic),
                    stop: stop.clone(),
                };
                let to = to.cloned();
                tasks.spawn(async move {
                    one.carry(accepted, to).await;
                    drop(entered);
                });
            }
            Err(error) => {
                traffic.say(format!("A connection could not be accepted: {error}."));
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// A channel, which the server would keep if nobody closed it.
pub struct Opened(Option<Channel<Msg>>);

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(unwanted) = self.0.take() {
            tokio::spawn(async move { drop(unwanted.close().await) });
        }
    }
}

impl Reach for ForwardLink {
    type Connection = Opened;

    fn machine(&self) -> &str {
        &self.machine
    }

    async fn reach(self: Arc<Self>, to: TunnelEnd, from: (String, u16)) -> Result<Opened, Refusal> {
        let link = self.route.last().map_err(|_| Refusal::general("the connection is gone"))?;
        let opened = match to {
            TunnelEnd::Port { address, port } => {
                let (host, port) = (dial::bare(&address).to_owned(), u32::from(port));
                let (from, from_port) = (from.0, u32::from(from.1));
                let from = if from.is_empty() { "127.0.0.1".to_owned() } else { from };
                link.handle.channel_open_direct_tcpip(host, port, from, from_port).await
            }
            TunnelEnd::Socket { path } => link.handle.channel_open_direct_streamlocal(path).await,
        };
        let channel = opened.map_err(|error| match error {
            russh::Error::ChannelOpenFailure(failure) => {
                let said = link.shared.forward_refusal().filter(|said| !said.is_empty());
                let meaning = route::meaning(&failure);
                Refusal {
                    code: socks::reply_for(&failure),
                    reason: said
                        .map_or_else(|| meaning.to_owned(), |said| format!("{meaning} ({said})")),
                }
            }
            _ => Refusal::general(&link.broke_off(Waiting::Connect).to_string()),
        })?;
        Ok(Opened(Some(channel)))
    }

    async fn carry(
        &self,
        near: impl AsyncRead + AsyncWrite + Send + Unpin,
        mut far: Opened,
        traffic: &Traffic,
        stop: &CancellationToken,
    ) -> Result<(), &'static str> {
        let Some(channel) = far.0.take() else { return Ok(()) };
        match pipe(near, channel, &self.flow, traffic, stop).await {
            End::Done => Ok(()),
            End::HeldUpOthers => Err(HELD_UP),
        }
    }
}

impl ForwardLink {
    /// Connects with a place that the machine can reach, for a program that is not at this computer. It ends when what is given is
    /// dropped, and with the connection.
    ///
    /// # Errors
    /// Why the machine does not connect.
    pub async fn connect(
        self: &Arc<Self>,
        to: TunnelEnd,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static + use<>, Refusal> {
        let entered = self.elsewhere.enter();
        let entered = entered.ok_or_else(|| Refusal::general("there are too many connections"))?;
        let far = Arc::clone(self).reach(to, (String::new(), 0)).await?;
        let (given, near) = tokio::io::duplex(NEAR);
        let link = Arc::downgrade(self);
        tokio::spawn(async move {
            // Not for longer than others want the connection that carries it.
            let Some(link) = link.upgrade() else { return };
            let _ended = link.carry(near, far, &link.elsewhere, &link.over).await;
            drop(entered);
        });
        Ok(given)
    }
}

/// One connection.
struct One<R> {
    reach: Arc<R>,
    traffic: Arc<Traffic>,
    stop: CancellationToken,
}

impl<R: Reach> One<R> {
    async fn carry(self, accepted: Accepted, to: Option<TunnelEnd>) {
        let Accepted { mut stream, from } = accepted;
        let asked = async {
            match to {
                Some(to) => Ok((to, false)),
                None => socks::asked(&mut stream).await.map(|to| (to, true)),
            }
        };
        let asked = tokio::select! {
            asked = asked => asked,
            () = self.stop.cancelled() => return,
        };
        let (to, by_socks) = match asked {
            Ok(asked) => asked,
            Err(why) => return self.traffic.refuse(why),
        };
        let Some(opened) = self.open(&to, from).await else { return };
        let far = match opened {
            Ok(far) => far,
            Err(refusal) => return self.refuse(&to, refusal, by_socks.then_some(stream)).await,
        };
        if by_socks && socks::answer(&mut stream, socks::SUCCEEDED).await.is_err() {
            return;
        }
        self.traffic.total.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if let Err(why) = self.reach.carry(stream, far, &self.traffic, &self.stop).await {
            self.traffic.say(ended(&to.to_string(), why));
        }
    }

    /// The machine does not connect.
    async fn refuse(&self, to: &TunnelEnd, refusal: Refusal, by_socks: Option<Box<dyn Wire>>) {
        if let Some(mut stream) = by_socks {
            let _gone = socks::answer(&mut stream, refusal.code).await;
        }
        let machine = self.reach.machine();
        self.traffic.refuse(format!("{machine} did not connect to {to}: {}.", refusal.reason));
    }

    /// Connects in a task of its own, so that what comes too late is closed again.
    async fn open(
        &self,
        to: &TunnelEnd,
        from: (String, u16),
    ) -> Option<Result<R::Connection, Refusal>> {
        let opening = tokio::spawn(Arc::clone(&self.reach).reach(to.clone(), from));
        tokio::select! {
            opened = opening => opened.ok(),
            () = self.stop.cancelled() => None,
        }
    }
}

/// Why a connection that held up others was ended.
pub(super) const HELD_UP: &str = "its program took nothing for 10 s, and the others waited for it";

/// That a connection was ended, and why.
pub(super) fn ended(to: &str, why: &str) -> String {
    format!("A connection to {to} was ended: {why}.")
}
