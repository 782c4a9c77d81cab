//! Commands beside a stream, over the connection it has: what a machine does sooner with its own files than over the
//! wire. And more streams of the same kind: each channel has a window of its own, and far away that decides how fast a
//! server takes bytes.
//!
//! The commands' output is short and bounded, and their standard error is thrown away. Deliberately absent: knowing what a
//! machine can do, and quoting, which are up to whoever writes the command.

use crate::{SshError, Waiting, files::subsystem, route::Route};
use russh::{Channel, ChannelMsg, Sig, client::Msg};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// A server lets a connection have ten channels if it is not told otherwise, and one is the stream's.
const AT_ONCE: usize = 4;
/// For a channel to be opened.
const LIMIT: Duration = Duration::from_secs(30);

type Opened = Result<Channel<Msg>, SshError>;
type Ask = oneshot::Sender<Opened>;

/// Runs commands over a connection that somebody holds ([`HeldLink::hold`](crate::HeldLink::hold)).
#[derive(Clone, Debug)]
pub struct Commands {
    asks: mpsc::Sender<Ask>,
    turns: Arc<Semaphore>,
}

/// What a command reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommandInput {
    /// Nothing: its input is at its end from the beginning.
    Nothing,
    /// These bytes, and the end of the input only when nobody waits for the command any more, or when the connection
    /// is gone: so it can notice.
    Open(Vec<u8>),
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Its exit status; none if it was killed or nothing was said.
    pub status: Option<u32>,
    /// What it wrote to its standard output.
    pub output: Vec<u8>,
}

/// Who opens the channels.
pub(crate) struct Asked(mpsc::Receiver<Ask>);

/// For a connection, and who serves it.
pub(crate) fn commands() -> (Commands, Asked) {
    let (asks, asked) = mpsc::channel(AT_ONCE);
    (Commands { asks, turns: Arc::new(Semaphore::new(AT_ONCE)) }, Asked(asked))
}

impl Commands {
    /// For files that are reached without a connection of this kind: all that is asked for is refused.
    #[must_use]
    pub fn none() -> Self {
        commands().0
    }

    /// Runs a command as the login shell understands it, and waits for its end. Dropping the future kills it, as far as
    /// the server kills anything, and ends its input.
    ///
    /// # Errors
    /// [`SshError::ShellRefused`] when the server runs no commands, [`SshError::Flooded`] when it writes more than
    /// `most` bytes, [`SshError::BrokeOff`] when the connection is gone.
    pub async fn run(
        &self,
        command: &str,
        input: CommandInput,
        most: usize,
    ) -> Result<Answered, SshError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| gone())?;
        let opened = self.ask().await?;
        let stop = CancellationToken::new();
        let _until_dropped = stop.clone().drop_guard();
        let command = command.to_owned();
        // A task of its own: a channel that was opened is closed whatever happens to whoever asked for it.
        let running = tokio::spawn(async move {
            let _turn = turn;
            let mut channel = opened.await.map_err(|_| gone())??;
            let done = tokio::select! {
                done = talk(&mut channel, &command, input, most) => done,
                () = stop.cancelled() => Err(SshError::Cancelled),
            };
            if done.is_err() {
                // Not every server passes it on; for the others there is the end of the input.
                let _not_passed_on = channel.signal(Sig::KILL).await;
            }
            let _closed_already = channel.close().await;
            done
        });
        running.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Another stream to the files of the machine. Dropping it closes its channel.
    ///
    /// # Errors
    /// [`SshError::ShellRefused`] when the server opens no more, [`SshError::BrokeOff`] when the connection is gone.
    pub async fn files(
        &self,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static, SshError> {
        let mut channel = self.ask().await?.await.map_err(|_| gone())??;
        timeout(LIMIT, subsystem(&mut channel, gone)).await.map_err(|_| gone())??;
        Ok(channel.into_stream())
    }

    async fn ask(&self) -> Result<oneshot::Receiver<Opened>, SshError> {
        let (ask, opened) = oneshot::channel();
        self.asks.send(ask).await.map_err(|_| gone())?;
        Ok(opened)
    }
}

const fn gone() -> SshError {
    SshError::BrokeOff { waiting: Waiting::Shell, reason: None }
}

fn refused(what: &str) -> SshError {
    SshError::ShellRefused { what: what.into() }
}

impl Asked {
    /// Opens channels for as long as it is waited for. Never ends.
    pub(crate) async fn serve(mut self, route: &Route) {
        while let Some(ask) = self.0.recv().await {
            if let Err(Ok(channel)) = ask.send(open(route).await) {
                let _nobody_wants_it = channel.close().await;
            }
        }
        pending().await
    }
}

async fn open(route: &Route) -> Opened {
    match timeout(LIMIT, route.last()?.handle.channel_open_session()).await {
        Ok(Ok(channel)) => Ok(channel),
        _ => Err(refused("a command")),
    }
}

async fn talk(
    channel: &mut Channel<Msg>,
    command: &str,
    input: CommandInput,
    most: usize,
) -> Result<Answered, SshError> {
    let refused = || refused("a command");
    let mut answered = Answered { status: None, output: Vec::new() };
    let mut input = Some(input);
    let mut at_end = false;
    channel.exec(true, command).await.map_err(|_| refused())?;
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => {
                let _ended_already = match input.take() {
                    Some(CommandInput::Nothing) => channel.eof().await,
                    Some(CommandInput::Open(bytes)) => channel.data_bytes(bytes).await,
                    None => Ok(()),
                };
            }
            Some(ChannelMsg::Failure) => return Err(refused()),
            Some(ChannelMsg::Data { data }) => {
                if answered.output.len() + data.len() > most {
                    return Err(SshError::Flooded);
                }
                answered.output.extend_from_slice(&data);
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => answered.status = Some(exit_status),
            Some(ChannelMsg::Eof) => at_end = true,
            Some(ChannelMsg::Close) | None => return Ok(answered),
            Some(_) => {}
        }
        if at_end && answered.status.is_some() {
            return Ok(answered);
        }
    }
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}
