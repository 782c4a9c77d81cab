//! A session's bytes over a WebSocket, whatever library speaks it: what the desktop window and the team server share.
//!
//! Whoever accepts a connection reads the [`greeting`], exchanges its token for a [`Line`] and has it [carried](carry).
//! Deliberately absent: sockets, tokens, and who may see what.

mod channel;
mod desktop;
mod forward;
mod terminal;
mod viewing;

pub use viewing::{Alone, Viewing};

use bytes::Bytes;
use futures_util::{Sink, Stream, StreamExt as _};
use patchbay_model::{Secret, TunnelEnd, TunnelReached};
use patchbay_session::desktop::{DesktopHub, DesktopInput};
use patchbay_session::{CodecError, FromViewer, Output, TerminalInput};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

/// One end of a session's bytes.
#[derive(Debug)]
pub enum Line {
    /// A terminal.
    Terminal {
        /// What it says.
        output: Arc<Output>,
        /// What it is told.
        input: mpsc::Sender<TerminalInput>,
    },
    /// A desktop.
    Desktop {
        /// What it shows.
        hub: Arc<DesktopHub>,
        /// What it is told.
        input: mpsc::Sender<DesktopInput>,
    },
}

/// What is sent to a viewer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// A binary message.
    Message(Bytes),
    /// A ping, to be answered with a pong by the viewer's WebSocket.
    Ping,
}

/// Asks viewers whether they are still there; one that has said nothing for two and a half times as long is gone.
///
/// Between a window and its own process nobody has to ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeepAlive(pub Duration);

/// Why a stream ended before its session did.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// A viewer that answers no ping.
    #[error("nothing was heard of it any more")]
    Silent,
    /// It began with something else.
    #[error("its first message is not a greeting")]
    Greeting,
    /// It does not say where a connection is to lead.
    #[error("that is no place")]
    Place,
    /// It greeted twice.
    #[error("a second greeting")]
    Again,
    /// It sent more than the machine takes.
    #[error("more input than the program reads")]
    Flood,
    /// It sent what is no message.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Socket(Box<dyn Error + Send + Sync>),
}

impl StreamError {
    /// The connection broke.
    pub fn socket(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Socket(error.into())
    }
}

/// Reads the first message of a viewer: where to go on, and a token that is good once.
///
/// # Errors
/// If it is something else, or the connection breaks. How long to wait is the caller's business.
pub async fn greeting(
    source: &mut (impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin),
) -> Result<(u64, Secret<String>), StreamError> {
    let Some(first) = source.next().await.ok_or(StreamError::Greeting)?? else {
        return Err(StreamError::Greeting);
    };
    match FromViewer::decode(first)? {
        FromViewer::Hello { resume, token } => Ok((resume, token)),
        _ => Err(StreamError::Greeting),
    }
}

/// Passes a session's bytes both ways until one side ends. At the end of the session the WebSocket is closed.
///
/// `source` gives the bytes of binary and text messages; `None` stands for pongs and the like, which only say that the
/// viewer is there. `resume` is what the greeting said.
///
/// # Errors
/// If the viewer breaks the protocol, falls silent, or the connection breaks.
pub async fn carry(
    sink: impl Sink<Frame, Error = StreamError> + Unpin,
    source: impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin,
    line: Line,
    resume: u64,
    alive: Option<KeepAlive>,
) -> Result<(), StreamError> {
    carry_for(&Alone, sink, source, line, resume, alive).await
}

/// The same for one of several viewers, who may do what `viewing` says.
///
/// # Errors
/// As [`carry`].
pub async fn carry_for(
    viewing: &dyn Viewing,
    sink: impl Sink<Frame, Error = StreamError> + Unpin,
    source: impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin,
    line: Line,
    resume: u64,
    alive: Option<KeepAlive>,
) -> Result<(), StreamError> {
    let source = Heard { source, alive };
    match line {
        Line::Terminal { output, input } => {
            let waited_for = viewing.is_waited_for();
            let viewer = if waited_for { output.attach(resume) } else { output.look_on(resume) };
            terminal::carry(viewing, sink, source, &viewer, input).await
        }
        Line::Desktop { hub, input } => {
            desktop::carry(viewing, sink, source, &hub.attach(), input).await
        }
    }
}

/// Passes the bytes of a channel to a machine both ways, whatever they mean, until one side ends. At the end of the channel the
/// WebSocket is closed.
///
/// # Errors
/// If the other side falls silent, or either connection breaks.
pub async fn carry_channel(
    sink: impl Sink<Frame, Error = StreamError> + Unpin,
    source: impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin,
    channel: impl AsyncRead + AsyncWrite,
    alive: Option<KeepAlive>,
) -> Result<(), StreamError> {
    channel::carry(sink, Heard { source, alive }, channel).await
}

/// Connects with the place that the other side names, and passes the bytes of that connection both ways, each direction ending by
/// itself. The other side closes the WebSocket.
///
/// # Errors
/// If it names no place, falls silent, or either connection breaks.
pub async fn carry_forward<C: AsyncRead + AsyncWrite>(
    sink: impl Sink<Frame, Error = StreamError> + Unpin,
    source: impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin,
    reach: impl AsyncFnOnce(TunnelEnd) -> Result<C, TunnelReached>,
    alive: Option<KeepAlive>,
) -> Result<(), StreamError> {
    forward::carry(sink, Heard { source, alive }, reach).await
}

/// What a viewer says, and whether it still says anything.
struct Heard<S> {
    source: S,
    alive: Option<KeepAlive>,
}

impl<S: Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin> Heard<S> {
    /// The next message that is understood; nothing once the viewer has left.
    async fn next<T>(
        &mut self,
        decode: impl Fn(Bytes) -> Result<T, CodecError>,
    ) -> Result<Option<T>, StreamError> {
        loop {
            let next = self.source.next();
            let next = match self.alive {
                None => next.await,
                Some(KeepAlive(every)) => {
                    timeout(every * 5 / 2, next).await.map_err(|_| StreamError::Silent)?
                }
            };
            let Some(message) = next.transpose()? else { return Ok(None) };
            let Some(bytes) = message else { continue };
            match decode(bytes) {
                Ok(message) => return Ok(Some(message)),
                Err(later) if later.may_skip() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// When to ask again.
    fn pings(&self) -> Pings {
        Pings(self.alive.map(|KeepAlive(every)| {
            let mut interval = interval_at(Instant::now() + every, every);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        }))
    }
}

struct Pings(Option<Interval>);

impl Pings {
    /// Returns when it is time to ask.
    async fn due(&mut self) {
        match &mut self.0 {
            Some(interval) => drop(interval.tick().await),
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests;
