//! A plain connection to a TCP port or a Unix socket, straight or through jump hosts, for protocols that are not SSH.

use crate::{
    Hop, SshError, Target,
    algorithms::Carries,
    dial,
    held::{HeldLink, HeldStream, held},
    inline::Inline,
    report::Report,
    route::{self, Route},
};
use patchbay_session::Interaction;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Where a plain connection is to lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Destination {
    /// What the person calls the machine.
    pub name: String,
    /// Host name or IP address; behind jump hosts the last of them resolves it.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// For name and connection together, and as long again for the last jump host to answer.
    pub connect_timeout: Duration,
    /// After so long without a sign of life of the far end's system the connection is lost; hours if it is not given. Jump
    /// hosts have their own way to tell.
    pub silence: Option<Duration>,
}

/// Where a plain connection to a Unix socket is to lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SocketDestination {
    /// What the person calls the machine.
    pub name: String,
    /// The path of the socket; behind jump hosts it is one of the last of them.
    pub path: String,
    /// How long connecting may take, and as long again for the last jump host to answer.
    pub connect_timeout: Duration,
}

/// Connects to `to` through every hop of `jumps`, in their order; straight from this computer if there is none.
///
/// The link must be kept, and is best waited for with [`HeldLink::hold`]: when it is dropped, the stream ends.
///
/// # Errors
/// Why there is no connection. What a jump host is to blame for is [`SshError::Jump`] or [`SshError::ForwardRefused`].
pub async fn dial_through(
    jumps: Target,
    to: Destination,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<(HeldStream, HeldLink), SshError> {
    let opening = async {
        let report = Report { interaction: interaction.clone(), machine: to.name.clone() };
        let hop =
            Hop { connect_timeout: to.connect_timeout, ..Hop::new(&to.name, &to.address, to.port) };
        let Some(last) = jumps.hops.last() else {
            let deadline = Instant::now() + to.connect_timeout;
            let stream = dial::tcp(&hop, &jumps.reach, deadline, &report).await?;
            if let Some(silence) = to.silence {
                dial::watch(&stream, silence);
            }
            let stream = Inline::new(stream).map_err(|error| dial::explain(&hop, Some(error)))?;
            return Ok(held(stream, None, None));
        };
        let route = way(&jumps, last, &interaction).await?;
        let deadline = Instant::now() + to.connect_timeout;
        let stream = route::forwarded(route.last()?, &hop, deadline, &report).await?;
        Ok(held(stream, Some(route.leading_to(&to.name)), last.keep_alive))
    };
    tokio::select! {
        opened = opening => opened,
        () = cancel.cancelled() => Err(SshError::Cancelled),
    }
}

/// As [`dial_through`], to a Unix socket: of this computer if there is no hop, else of the last one.
///
/// # Errors
/// Why there is no connection. What a jump host is to blame for is [`SshError::Jump`] or [`SshError::ForwardRefused`].
pub async fn dial_socket_through(
    jumps: Target,
    to: SocketDestination,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<(HeldStream, HeldLink), SshError> {
    let opening = async {
        let report = Report { interaction: interaction.clone(), machine: to.name.clone() };
        let Some(last) = jumps.hops.last() else {
            return Ok(held(dial::socket(&to, &report).await?, None, None));
        };
        let route = way(&jumps, last, &interaction).await?;
        let stream = route::forwarded_socket(route.last()?, &to, &report).await?;
        Ok(held(stream, Some(route.leading_to(&to.name)), last.keep_alive))
    };
    tokio::select! {
        opened = opening => opened,
        () = cancel.cancelled() => Err(SshError::Cancelled),
    }
}

/// The jump hosts, as what they are.
async fn way(
    jumps: &Target,
    last: &Hop,
    interaction: &Arc<dyn Interaction>,
) -> Result<Route, SshError> {
    Route::open(jumps, interaction, Carries::Files).await.map_err(|error| match error {
        SshError::Jump { .. } | SshError::ForwardRefused { .. } => error,
        error => route::through(last, error),
    })
}
