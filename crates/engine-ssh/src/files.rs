//! A connection for files: the `sftp` subsystem (RFC 4254 section 6.5) as a stream of bytes.

use crate::{
    Hop, SshError, Target, Waiting,
    algorithms::Carries,
    dial,
    held::{HeldLink, HeldStream, held},
    route::Route,
    session,
};
use patchbay_model::Stage;
use patchbay_session::{Interaction, Progress};
use russh::{Channel, ChannelMsg, client::Msg};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const SUBSYSTEM: &str = "sftp";
/// A server that has to start a program first.
const LIMIT: Duration = Duration::from_secs(30);

/// Connects through every hop, signs in, and starts the subsystem.
///
/// # Errors
/// Why there are no files.
pub async fn files(
    target: Target,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<(HeldStream, HeldLink), SshError> {
    let opening = async {
        let hop = session::machine(&target)?;
        let route = Route::open(&target, &interaction, Carries::Files).await?;
        let stage = Stage::Shell;
        let (machine, detail) = (hop.name.clone(), SUBSYSTEM.to_owned());
        interaction.progress(Progress::Began { stage, machine, detail });
        let channel = session::open(&route, hop).await?;
        let channel = start(&route, hop, channel).await?;
        interaction.progress(Progress::Done { stage, detail: String::new() });
        Ok(held(channel.into_stream(), Some(route), hop.keep_alive))
    };
    tokio::select! {
        opened = opening => opened,
        () = cancel.cancelled() => Err(SshError::Cancelled),
    }
}

async fn start(
    route: &Route,
    hop: &Hop,
    mut channel: Channel<Msg>,
) -> Result<Channel<Msg>, SshError> {
    let ended = || route.last().map_or_else(|error| error, |link| link.broke_off(Waiting::Shell));
    match timeout(LIMIT, subsystem(&mut channel, ended)).await {
        Ok(answer) => answer.map(|()| channel),
        Err(_) => {
            let address = dial::shown(hop);
            Err(SshError::TimedOut { address, waiting: Waiting::Shell, after: LIMIT })
        }
    }
}

/// Asks for the subsystem. It says nothing before it is spoken to, so nothing can come before the answer. `ended` says
/// why the channel is gone, if it is.
pub(crate) async fn subsystem(
    channel: &mut Channel<Msg>,
    ended: impl FnOnce() -> SshError,
) -> Result<(), SshError> {
    let refused = || SshError::ShellRefused { what: "access to files (SFTP)".into() };
    channel.request_subsystem(true, SUBSYSTEM).await.map_err(|_| refused())?;
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => return Ok(()),
            Some(ChannelMsg::WindowAdjusted { .. }) => {}
            Some(_) => return Err(refused()),
            None => return Err(ended()),
        }
    }
}
