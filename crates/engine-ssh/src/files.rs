//! A connection for files: the `sftp` subsystem (RFC 4254 section 6.5) as a stream of bytes.

use crate::{Hop, SshError, Target, Waiting, algorithms::Carries, dial, route::Route, session};
use patchbay_model::{CloseReason, Stage};
use patchbay_session::{Interaction, Progress};
use russh::{Channel, ChannelMsg, ChannelStream, client::Msg};
use std::{
    future::{Future, pending},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

const SUBSYSTEM: &str = "sftp";
/// A server that has to start a program first.
const LIMIT: Duration = Duration::from_secs(30);

/// What the program at the far end reads and writes.
pub struct FilesChannel {
    stream: ChannelStream<Msg>,
    heard: Arc<Mutex<Instant>>,
}

/// The connection below it. Dropping it ends both.
pub struct FilesLink {
    route: Route,
    keep_alive: Option<Duration>,
    heard: Arc<Mutex<Instant>>,
}

/// Connects through every hop, signs in, and starts the subsystem.
///
/// # Errors
/// Why there are no files.
pub async fn files(
    target: Target,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<(FilesChannel, FilesLink), SshError> {
    let opening = async {
        let hop = session::machine(&target)?;
        let route = Route::open(&target, &interaction, Carries::Files).await?;
        let stage = Stage::Shell;
        let (machine, detail) = (hop.name.clone(), SUBSYSTEM.to_owned());
        interaction.progress(Progress::Began { stage, machine, detail });
        let channel = session::open(&route, hop).await?;
        let channel = start(&route, hop, channel).await?;
        interaction.progress(Progress::Done { stage, detail: String::new() });
        let heard = Arc::new(Mutex::new(Instant::now()));
        let stream = FilesChannel { stream: channel.into_stream(), heard: heard.clone() };
        Ok((stream, FilesLink { route, keep_alive: hop.keep_alive, heard }))
    };
    tokio::select! {
        opened = opening => opened,
        () = cancel.cancelled() => Err(SshError::Cancelled),
    }
}

/// Asks for the subsystem. It says nothing before it is spoken to, so nothing can come before the answer.
async fn start(
    route: &Route,
    hop: &Hop,
    mut channel: Channel<Msg>,
) -> Result<Channel<Msg>, SshError> {
    let refused = || SshError::ShellRefused { what: "access to files (SFTP)".into() };
    let asking = async {
        channel.request_subsystem(true, SUBSYSTEM).await.map_err(|_| refused())?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => return Ok(()),
                Some(ChannelMsg::WindowAdjusted { .. }) => {}
                Some(_) => return Err(refused()),
                None => return Err(route.last()?.broke_off(Waiting::Shell)),
            }
        }
    };
    match timeout(LIMIT, asking).await {
        Ok(answer) => answer.map(|()| channel),
        Err(_) => {
            let address = dial::shown(hop);
            Err(SshError::TimedOut { address, waiting: Waiting::Shell, after: LIMIT })
        }
    }
}

impl FilesLink {
    /// Keeps the connection up until the far end is `gone` or `cancel` says so, closes it, and says why it ended.
    /// Round-trip times go to `latency`, in milliseconds.
    pub async fn hold(
        self,
        gone: impl Future<Output = ()>,
        cancel: CancellationToken,
        latency: impl FnMut(u32),
    ) -> CloseReason {
        let reason = tokio::select! {
            () = gone => self.route.lost(),
            silence = self.ping(latency) => self.route.failed(&SshError::Silent(silence)),
            () = cancel.cancelled() => CloseReason::ByPerson,
        };
        self.route.close().await;
        reason
    }

    /// Ends when the server has said nothing at all for too long, and says how long.
    async fn ping(&self, mut latency: impl FnMut(u32)) -> Duration {
        let (Some(every), Ok(link)) = (self.keep_alive, self.route.last()) else {
            return pending().await;
        };
        let patience = (every * 3).min(Duration::from_secs(45)).max(every);
        loop {
            sleep(every).await;
            let sent = Instant::now();
            let mut reply = std::pin::pin!(link.handle.send_ping());
            while timeout(patience, &mut reply).await.is_err() {
                // Behind much that is on its way the answer may be late, but then the rest arrives.
                let silence = lock(&self.heard).max(sent).elapsed();
                if silence >= patience {
                    return silence;
                }
            }
            latency(u32::try_from(sent.elapsed().as_millis()).unwrap_or(u32::MAX).max(1));
        }
    }
}

fn lock(heard: &Mutex<Instant>) -> Instant {
    *heard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AsyncRead for FilesChannel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        read
    }
}

impl AsyncWrite for FilesChannel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl std::fmt::Debug for FilesChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilesChannel").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for FilesLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilesLink").finish_non_exhaustive()
    }
}
