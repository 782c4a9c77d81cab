//! Local and dynamic tunnels: connections made to this computer, carried to where the machine can reach.

use super::{
    ForwardLink, Listening, Traffic,
    listen::Accepted,
    pipe::{End, pipe},
    socks,
};
use crate::{Waiting, dial, route};
use patchbay_model::TunnelEnd;
use russh::{Channel, client::Msg};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// When no more files can be opened, waiting is all that helps.
const BREATH: Duration = Duration::from_millis(200);

impl ForwardLink {
    /// Carries every connection made to `listening` to `to`, or to wherever it asks for by SOCKS 5 if that is `None`.
    /// Ends, with all its connections, when `stop` says so; those that come later wait in `listening`.
    pub async fn serve_local(
        self: &Arc<Self>,
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
                        link: Arc::clone(self),
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

    /// Opens a channel to a place the machine can reach; the reason, as a sentence, if there is none. The future must not
    /// be dropped: a channel nobody owns would stay open.
    async fn reach(&self, to: &TunnelEnd, from: (String, u16)) -> Result<Channel<Msg>, Refusal> {
        let link = self.route.last().map_err(|_| Refusal::general("the connection is gone"))?;
        let opened = match to {
            TunnelEnd::Port { address, port } => {
                let (host, port) = (dial::bare(address).to_owned(), u32::from(*port));
                let (from, from_port) = (from.0, u32::from(from.1));
                let from = if from.is_empty() { "127.0.0.1".to_owned() } else { from };
                link.handle.channel_open_direct_tcpip(host, port, from, from_port).await
            }
            TunnelEnd::Socket { path } => {
                link.handle.channel_open_direct_streamlocal(path.clone()).await
            }
        };
        opened.map_err(|error| match error {
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
        })
    }
}

struct Refusal {
    code: u8,
    reason: String,
}

impl Refusal {
    fn general(reason: &str) -> Self {
        Self { code: socks::GENERAL_FAILURE, reason: reason.to_owned() }
    }
}

/// One connection.
struct One {
    link: Arc<ForwardLink>,
    traffic: Arc<Traffic>,
    stop: CancellationToken,
}

impl One {
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
        let channel = match opened {
            Ok(channel) => channel,
            Err(refusal) => {
                if by_socks {
                    let _gone = socks::answer(&mut stream, refusal.code).await;
                }
                let machine = &self.link.machine;
                let why = format!("{machine} did not connect to {to}: {}.", refusal.reason);
                return self.traffic.refuse(why);
            }
        };
        if by_socks && socks::answer(&mut stream, socks::SUCCEEDED).await.is_err() {
            let _gone = channel.close().await;
            return;
        }
        self.traffic.total.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let flow = &self.link.flow;
        let end = pipe(stream, channel, flow, &self.traffic, &self.stop).await;
        if end == End::HeldUpOthers {
            self.traffic.say(held_up(&to.to_string()));
        }
    }

    /// Opens the channel in a task of its own, which closes it again if nobody waits for it any more.
    async fn open(
        &self,
        to: &TunnelEnd,
        from: (String, u16),
    ) -> Option<Result<Channel<Msg>, Refusal>> {
        let (link, to) = (Arc::clone(&self.link), to.clone());
        let (sender, opened) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            if let Err(Ok(unwanted)) = sender.send(link.reach(&to, from).await) {
                let _gone = unwanted.close().await;
            }
        });
        tokio::select! {
            opened = opened => opened.ok(),
            () = self.stop.cancelled() => None,
        }
    }
}

/// Why a connection that held up others was ended.
pub(super) fn held_up(to: &str) -> String {
    format!(
        "A connection to {to} was ended: its program took nothing for 10 s, and the others waited for it."
    )
}
