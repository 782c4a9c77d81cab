//! The way to a machine: one connection after the other, each inside the one before.

use crate::{
    Hop, SocketDestination, SshError, Target, Waiting, algorithms::Carries, dial, link::Link,
    report::Report, sign_in::sign_in,
};
use patchbay_model::{CloseReason, Stage};
use patchbay_session::Interaction;
use russh::{Channel, ChannelOpenFailure, ChannelStream, client::Msg};
use std::sync::Arc;
use tokio::time::{Instant, error::Elapsed, timeout, timeout_at};

/// Jumps beyond this are a mistake: the path turns in circles.
const MOST_HOPS: usize = 32;

/// Signed-in connections, in dialing order. Dropping it ends them all.
pub(crate) struct Route {
    links: Vec<Link>,
    machine: String,
    /// Whether the machine lies behind the last connection, which is then one to a jump host.
    behind: bool,
}

impl Route {
    /// Connects and signs in at every hop; the last connection is for `carries`.
    pub(crate) async fn open(
        target: &Target,
        interaction: &Arc<dyn Interaction>,
        carries: Carries,
    ) -> Result<Self, SshError> {
        let Some(last) = target.hops.last() else {
            return Err(SshError::Internal("there is no hop".into()));
        };
        if target.hops.len() > MOST_HOPS {
            return Err(SshError::Internal(format!("{} hops are too many", target.hops.len())));
        }
        let mut route = Self { links: Vec::new(), machine: last.name.clone(), behind: false };
        for (number, hop) in (1..).zip(&target.hops) {
            let is_last = number == target.hops.len();
            let report = Report { interaction: interaction.clone(), machine: hop.name.clone() };
            let carries = if is_last { carries } else { Carries::Jump };
            match route.step(hop, carries, target, &report).await {
                Ok(link) => route.links.push(link),
                Err(error) => return Err(if is_last { error } else { through(hop, error) }),
            }
        }
        Ok(route)
    }

    async fn step(
        &self,
        hop: &Hop,
        carries: Carries,
        target: &Target,
        report: &Report,
    ) -> Result<Link, SshError> {
        let deadline = Instant::now() + hop.connect_timeout;
        let mut link = match self.links.last() {
            None => {
                let stream = dial::tcp(hop, &target.reach, deadline, report).await?;
                Link::open(stream, hop, carries, report, deadline).await?
            }
            Some(jump) => {
                Link::open(
                    forwarded(jump, hop, deadline, report).await?,
                    hop,
                    carries,
                    report,
                    deadline,
                )
                .await?
            }
        };
        sign_in(&mut link, hop, target.agent.as_deref(), report).await?;
        link.shared.gate.signed_in();
        Ok(link)
    }

    /// The same way, as the way to a machine behind its end.
    pub(crate) fn leading_to(mut self, machine: &str) -> Self {
        machine.clone_into(&mut self.machine);
        self.behind = true;
        self
    }

    /// The connection to the machine itself.
    pub(crate) fn last(&self) -> Result<&Link, SshError> {
        self.links.last().ok_or_else(|| SshError::Internal("a route without links".into()))
    }

    /// What to say when the connection is gone.
    pub(crate) fn lost(&self) -> CloseReason {
        let fault = self
            .links
            .iter()
            .enumerate()
            .find_map(|(at, link)| Some((at, link, link.shared.end()?)));
        let reason = match fault {
            Some((at, link, end)) if self.behind || at + 1 < self.links.len() => {
                Some(end.reason.map_or_else(
                    || format!("{} hung up", link.name),
                    |r| format!("{}: {r}", link.name),
                ))
            }
            Some((_, _, end)) => end.reason,
            None => None,
        };
        self.failed(&SshError::Lost { reason })
    }

    /// Whether one of the connections is gone.
    pub(crate) fn broken(&self) -> bool {
        self.links.iter().any(|link| link.shared.end().is_some())
    }

    pub(crate) fn failed(&self, error: &SshError) -> CloseReason {
        CloseReason::Failed { error: error.api_error(&self.machine) }
    }

    /// Says goodbye to the machine, then to each jump host.
    pub(crate) async fn close(mut self) {
        while let Some(link) = self.links.pop() {
            link.close().await;
        }
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        // Inner connections first: they run inside the outer ones.
        while self.links.pop().is_some() {}
    }
}

pub(crate) fn through(hop: &Hop, error: SshError) -> SshError {
    match error {
        // These name the machine they are about, and need a decision, not a diagnosis.
        SshError::Cancelled
        | SshError::HostKeyRefused { .. }
        | SshError::HostKeyNotSaved { .. } => error,
        error => SshError::Jump { name: hop.name.clone(), source: Box::new(error) },
    }
}

pub(crate) async fn forwarded(
    jump: &Link,
    hop: &Hop,
    deadline: Instant,
    report: &Report,
) -> Result<ChannelStream<Msg>, SshError> {
    report.began(Stage::Connect, format!("through {}", jump.name));
    let host = dial::bare(&hop.address).to_owned();
    let opening = jump.handle.channel_open_direct_tcpip(host, u32::from(hop.port), "127.0.0.1", 0);
    let timed_out = || dial::timed_out(hop, Waiting::Connect);
    answered(jump, timeout_at(deadline, opening).await, &dial::shown(hop), report, timed_out)
}

pub(crate) async fn forwarded_socket(
    jump: &Link,
    to: &SocketDestination,
    report: &Report,
) -> Result<ChannelStream<Msg>, SshError> {
    report.began(Stage::Connect, format!("{} through {}", to.path, jump.name));
    let opening = jump.handle.channel_open_direct_streamlocal(to.path.clone());
    let timed_out = || SshError::TimedOut {
        address: to.path.clone(),
        waiting: Waiting::Connect,
        after: to.connect_timeout,
    };
    answered(jump, timeout(to.connect_timeout, opening).await, &to.path, report, timed_out)
}

/// What a jump host made of the wish to be led further.
fn answered(
    jump: &Link,
    opened: Result<Result<Channel<Msg>, russh::Error>, Elapsed>,
    to: &str,
    report: &Report,
    timed_out: impl FnOnce() -> SshError,
) -> Result<ChannelStream<Msg>, SshError> {
    match opened {
        Ok(Ok(channel)) => {
            report.done(Stage::Connect, format!("through {}", jump.name));
            Ok(channel.into_stream())
        }
        Ok(Err(russh::Error::ChannelOpenFailure(failure))) => {
            let said = jump.shared.forward_refusal().filter(|s| !s.is_empty());
            Err(SshError::ForwardRefused {
                jump: jump.name.clone(),
                to: to.to_owned(),
                reason: said.unwrap_or_else(|| meaning(&failure).to_owned()),
            })
        }
        Ok(Err(_)) => {
            let source = Box::new(jump.broke_off(Waiting::Connect));
            Err(SshError::Jump { name: jump.name.clone(), source })
        }
        Err(_) => Err(timed_out()),
    }
}

pub(crate) const fn meaning(failure: &ChannelOpenFailure) -> &'static str {
    match failure {
        ChannelOpenFailure::AdministrativelyProhibited => "it does not allow forwarding",
        ChannelOpenFailure::ConnectFailed => "it could not connect",
        ChannelOpenFailure::UnknownChannelType => "it does not know forwarding",
        _ => "it is short of resources",
    }
}
