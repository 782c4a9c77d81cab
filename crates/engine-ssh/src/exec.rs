//! One command, without a terminal.

use crate::{
    SshError, Target,
    algorithms::Carries,
    pump::{self, Event},
    route::Route,
    session::{self, Started},
};
use bytes::Bytes;
use patchbay_model::{CloseReason, Stage};
use patchbay_session::{Interaction, Progress};
use russh::{ChannelWriteHalf, client::Msg};
use std::{future::pending, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const EVENTS: usize = 8;
const INPUT: usize = 8;

/// From a command.
#[derive(Debug)]
pub enum ExecEvent {
    /// Bytes of its standard output, never empty.
    Stdout(Bytes),
    /// Bytes of its standard error, never empty.
    Stderr(Bytes),
    /// The end; nothing follows.
    Closed(CloseReason),
}

/// A running command. Dropping it, or cancelling, closes the connection.
#[derive(Debug)]
pub struct Exec {
    /// What it writes, and how it ends.
    pub events: mpsc::Receiver<ExecEvent>,
    /// Its standard input; dropping the sender is the end of it.
    pub stdin: mpsc::Sender<Bytes>,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// Connects through every hop, signs in, and runs `command` as the login shell understands it.
///
/// # Errors
/// Why it does not run.
pub async fn exec(
    target: Target,
    interaction: Arc<dyn Interaction>,
    command: String,
    cancel: CancellationToken,
) -> Result<Exec, SshError> {
    let opening = async {
        let hop = session::machine(&target)?;
        let route = Route::open(&target, &interaction, Carries::Terminal).await?;
        let stage = Stage::Shell;
        interaction.progress(Progress::Began {
            stage,
            machine: hop.name.clone(),
            detail: command.clone(),
        });
        let channel = session::open(&route, hop).await?;
        let gone = |_| SshError::ShellRefused { what: "the command".into() };
        channel.exec(true, command.as_bytes()).await.map_err(gone)?;
        let started = session::answers(&route, hop, channel, 0, &["the command"]).await?;
        interaction.progress(Progress::Done { stage, detail: String::new() });
        Ok::<_, SshError>((route, started, hop.keep_alive))
    };
    let (route, started, keep_alive) = tokio::select! {
        opened = opening => opened?,
        () = cancel.cancelled() => return Err(SshError::Cancelled),
    };
    let (events, receiver) = mpsc::channel(EVENTS);
    let (sender, stdin) = mpsc::channel(INPUT);
    let Started { read, write, early, .. } = started;
    let feeding = feed(stdin, write);
    tokio::spawn(pump::run(route, (read, early), events, feeding, keep_alive, cancel.clone()));
    Ok(Exec { events: receiver, stdin: sender, cancel })
}

/// Never returns: after the end of the input, reading goes on.
async fn feed(mut stdin: mpsc::Receiver<Bytes>, channel: ChannelWriteHalf<Msg>) {
    while let Some(bytes) = stdin.recv().await {
        if channel.data_bytes(bytes).await.is_err() {
            return pending().await;
        }
    }
    let _ = channel.eof().await;
    pending::<()>().await;
}

impl Event for ExecEvent {
    fn output(bytes: Bytes, error: bool) -> Self {
        if error { Self::Stderr(bytes) } else { Self::Stdout(bytes) }
    }

    fn latency(_: u32) -> Option<Self> {
        None
    }

    fn closed(reason: CloseReason) -> Self {
        Self::Closed(reason)
    }
}
