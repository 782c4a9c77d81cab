//! One stream of bytes with a connection of its own below it, which is kept up for as long as the stream is used.

use crate::{
    SshError,
    commands::{Asked, Commands, commands},
    route::Route,
};
use patchbay_model::CloseReason;
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

/// Bytes in both directions, whatever carries them.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for S {}

/// What the far end reads and writes.
pub struct HeldStream {
    stream: Box<dyn Wire + Sync>,
    heard: Arc<Mutex<Instant>>,
}

/// The connection below it. Dropping it ends both.
pub struct HeldLink {
    /// None for a connection straight over TCP, which needs nobody to hold it.
    route: Option<Route>,
    keep_alive: Option<Duration>,
    heard: Arc<Mutex<Instant>>,
    asked: Option<Asked>,
}

/// A stream and the connection it runs over.
pub(crate) fn held(
    stream: impl Wire + Sync + 'static,
    route: Option<Route>,
    keep_alive: Option<Duration>,
) -> (HeldStream, HeldLink) {
    let heard = Arc::new(Mutex::new(Instant::now()));
    let stream = HeldStream { stream: Box::new(stream), heard: heard.clone() };
    (stream, HeldLink { route, keep_alive, heard, asked: None })
}

impl HeldLink {
    /// Runs commands on the machine at the end of the connection for as long as that is held; asked for once.
    pub fn commands(&mut self) -> Commands {
        let (commands, asked) = commands();
        self.asked = Some(asked);
        commands
    }

    /// Keeps the connection up until the far end is `gone` or `cancel` says so, closes it, and says why it ended.
    /// Round-trip times go to `latency`, in milliseconds.
    pub async fn hold(
        self,
        gone: impl Future<Output = ()>,
        cancel: CancellationToken,
        latency: impl FnMut(u32),
    ) -> CloseReason {
        self.hold_until(gone, cancel, latency, Route::lost).await
    }

    /// As [`Self::hold`], for a stream whose own end is no fault: only what happened to the connections below it is
    /// [`CloseReason::Failed`].
    pub async fn hold_plain(
        self,
        gone: impl Future<Output = ()>,
        cancel: CancellationToken,
        latency: impl FnMut(u32),
    ) -> CloseReason {
        let ended = |route: &Route| {
            if route.broken() { route.lost() } else { CloseReason::Exited { code: None } }
        };
        self.hold_until(gone, cancel, latency, ended).await
    }

    /// `ended` says why it is over when the far end is gone.
    async fn hold_until(
        self,
        gone: impl Future<Output = ()>,
        cancel: CancellationToken,
        latency: impl FnMut(u32),
        ended: impl FnOnce(&Route) -> CloseReason,
    ) -> CloseReason {
        let Self { route, keep_alive, heard, asked } = self;
        let Some(route) = route else {
            return tokio::select! {
                () = gone => CloseReason::Exited { code: None },
                () = cancel.cancelled() => CloseReason::ByPerson,
            };
        };
        let reason = tokio::select! {
            () = gone => ended(&route),
            silence = ping(&route, keep_alive, || lock(&heard), latency) => route.failed(&SshError::Silent(silence)),
            () = serve(asked, &route) => CloseReason::ByPerson,
            () = cancel.cancelled() => CloseReason::ByPerson,
        };
        route.close().await;
        reason
    }
}

/// Never ends.
async fn serve(asked: Option<Asked>, route: &Route) {
    match asked {
        Some(asked) => asked.serve(route).await,
        None => pending().await,
    }
}

/// Ends when the server has said nothing at all for too long, and says how long.
pub(crate) async fn ping(
    route: &Route,
    keep_alive: Option<Duration>,
    heard: impl Fn() -> Instant,
    mut latency: impl FnMut(u32),
) -> Duration {
    let (Some(every), Ok(link)) = (keep_alive, route.last()) else {
        return pending().await;
    };
    let patience = (every * 3).min(Duration::from_secs(45)).max(every);
    loop {
        sleep(every).await;
        let sent = Instant::now();
        let mut reply = std::pin::pin!(link.handle.send_ping());
        while timeout(patience, &mut reply).await.is_err() {
            // Behind much that is on its way the answer may be late, but then the rest arrives.
            let silence = heard().max(sent).elapsed();
            if silence >= patience {
                return silence;
            }
        }
        latency(u32::try_from(sent.elapsed().as_millis()).unwrap_or(u32::MAX).max(1));
    }
}

fn lock(heard: &Mutex<Instant>) -> Instant {
    *heard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AsyncRead for HeldStream {
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

impl AsyncWrite for HeldStream {
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

impl std::fmt::Debug for HeldStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldStream").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for HeldLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldLink").finish_non_exhaustive()
    }
}
