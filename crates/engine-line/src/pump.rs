//! Moves bytes between a line and the session, in both directions at once.

use crate::encode::{Speaks, Wire};
use bytes::{Buf, BytesMut};
use patchbay_model::{CloseReason, LineSignal};
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use std::{future::pending, io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// Short, so that a viewer that stops reading stops the far end.
const DEPTH: usize = 8;
/// The largest piece that is read or handed on.
const PIECE: usize = 64 * 1024;
/// While more than this waits to be sent, nothing is read that might have to be answered, and no key is taken.
const MOST_UNSENT: usize = 64 * 1024;
/// While more than this waits to be shown, no key is taken that might be echoed here.
const MOST_UNSHOWN: usize = 256 * 1024;
/// How long a break lasts: servers take 0.25 to 0.5 seconds for one (`tcsendbreak`).
const BREAK: Duration = Duration::from_millis(250);
/// How long a reader that has stopped may hold up the last event.
const LAST_WORD: Duration = Duration::from_secs(10);

/// A wire of a serial line, or the state of its data wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pin {
    Dtr,
    Rts,
    Break,
}

/// What a line has besides bytes, and how its end is told.
pub(crate) trait Wires: Send + 'static {
    /// Raises or drops a wire.
    fn set(&mut self, pin: Pin, on: bool) -> Result<(), String>;
    /// Why it is over: `None` is an end without an error.
    fn ended(&self, machine: &str, error: Option<&io::Error>) -> CloseReason;
}

/// A connection.
pub(crate) struct NoWires;

impl Wires for NoWires {
    fn set(&mut self, _: Pin, _: bool) -> Result<(), String> {
        Err("a network connection has no such wire".to_owned())
    }

    fn ended(&self, machine: &str, error: Option<&io::Error>) -> CloseReason {
        use patchbay_model::{ApiError, ErrorCode};
        let Some(error) = error else { return CloseReason::Exited { code: None } };
        let why = match error.kind() {
            io::ErrorKind::ConnectionReset => "it was reset from the other side".to_owned(),
            io::ErrorKind::BrokenPipe => "the other side has hung up".to_owned(),
            io::ErrorKind::TimedOut => "the other side no longer answers".to_owned(),
            _ => error.to_string(),
        };
        let message = format!("The connection to {machine} was lost: {why}.");
        let error = ApiError::new(ErrorCode::Disconnected, message);
        CloseReason::Failed { error: error.next("Connect again.").retry() }
    }
}

/// A line and what is spoken over it.
pub(crate) struct Line<S, W> {
    pub(crate) machine: String,
    pub(crate) speaks: S,
    /// Between signs of life.
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) wires: W,
}

/// Starts the task.
pub(crate) fn start<S: Speaks, W: Wires>(
    reader: impl AsyncRead + Send + Unpin + 'static,
    writer: impl AsyncWrite + Send + Unpin + 'static,
    line: Line<S, W>,
    cancel: CancellationToken,
) -> Terminal {
    let (events, events_out) = mpsc::channel(DEPTH);
    let (input_in, input) = mpsc::channel(DEPTH);
    let pump = Pump {
        line,
        shown: BytesMut::new(),
        wire: Wire::new(),
        over: None,
        next_sign: Instant::now(),
        break_until: None,
    };
    tokio::spawn(pump.run(reader, writer, events, input, cancel.clone()));
    Terminal { events: events_out, input: input_in, cancel }
}

struct Pump<S, W> {
    line: Line<S, W>,
    /// Waits to be shown.
    shown: BytesMut,
    /// Waits to be sent.
    wire: Wire,
    /// Nothing comes any more; what came before is still to be shown.
    over: Option<CloseReason>,
    next_sign: Instant,
    break_until: Option<Instant>,
}

impl<S: Speaks, W: Wires> Pump<S, W> {
    async fn run(
        mut self,
        mut reader: impl AsyncRead + Send + Unpin,
        mut writer: impl AsyncWrite + Send + Unpin,
        events: mpsc::Sender<TerminalEvent>,
        mut input: mpsc::Receiver<TerminalInput>,
        cancel: CancellationToken,
    ) {
        self.line.speaks.greet(&mut self.wire);
        self.lived();
        let mut came = BytesMut::new();
        let mut unflushed = false;
        let mut typing = true;
        let reason = loop {
            if self.shown.is_empty()
                && let Some(reason) = self.over.take()
            {
                break reason;
            }
            let going_on = self.over.is_none();
            let room = self.wire.len() < MOST_UNSENT;
            came.reserve(PIECE);
            tokio::select! {
                () = cancel.cancelled() => break CloseReason::ByPerson,
                () = events.closed() => break CloseReason::ByPerson,
                Ok(permit) = events.reserve(), if !self.shown.is_empty() => {
                    let piece = self.shown.split_to(self.shown.len().min(PIECE)).freeze();
                    permit.send(TerminalEvent::Output(piece));
                }
                read = reader.read_buf(&mut came), if going_on && room && self.shown.is_empty() => {
                    match read {
                        Ok(0) => self.end(None),
                        Ok(_) => {
                            let bytes = came.split().freeze();
                            self.line.speaks.receive(bytes, &mut self.shown, &mut self.wire);
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => self.end(Some(&error)),
                    }
                }
                sent = send(&mut writer, &self.wire), if going_on && (unflushed || !self.wire.is_empty()) => {
                    match sent {
                        Ok(Sent::Bytes(0)) => self.end(None),
                        Ok(Sent::Bytes(count)) => {
                            self.wire.advance(count);
                            self.lived();
                            unflushed = true;
                        }
                        Ok(Sent::Everything) => unflushed = false,
                        Err(error) => self.end(Some(&error)),
                    }
                }
                told = input.recv(), if typing && room && self.shown.len() < MOST_UNSHOWN => match told {
                    Some(told) => self.told(told),
                    None => typing = false,
                },
                () = until(self.sign_at()), if going_on => {
                    self.line.speaks.keep_alive(&mut self.wire);
                    self.lived();
                }
                () = until(self.break_until) => {
                    self.break_until = None;
                    self.unbreak();
                }
            }
        };
        self.unbreak();
        let tell = async {
            // If nobody is there to hear it, that is fine.
            let _gone = timeout(LAST_WORD, events.send(TerminalEvent::Closed(reason))).await;
        };
        let part = async {
            // One that is gone already need not be told.
            let _gone = timeout(LAST_WORD, writer.shutdown()).await;
        };
        tokio::join!(tell, part);
    }

    fn told(&mut self, told: TerminalInput) {
        match told {
            TerminalInput::Bytes(bytes) => {
                self.line.speaks.typed(&bytes, &mut self.shown, &mut self.wire);
            }
            TerminalInput::Resize(size) => self.line.speaks.resize(size, &mut self.wire),
            TerminalInput::Signal { signal, done } => {
                let result = self.signal(signal);
                // Whoever asked may have gone meanwhile.
                let _gone = done.send(result);
            }
        }
    }

    fn signal(&mut self, signal: LineSignal) -> Result<(), String> {
        if self.line.speaks.signal(signal, &mut self.wire) {
            return Ok(());
        }
        let (pin, on) = match signal {
            LineSignal::Break => (Pin::Break, true),
            LineSignal::DtrOn => (Pin::Dtr, true),
            LineSignal::DtrOff => (Pin::Dtr, false),
            LineSignal::RtsOn => (Pin::Rts, true),
            LineSignal::RtsOff => (Pin::Rts, false),
            LineSignal::AreYouThere => return Err("only Telnet knows this question".to_owned()),
        };
        self.line.wires.set(pin, on)?;
        if pin == Pin::Break {
            self.break_until = Some(Instant::now() + BREAK);
        }
        Ok(())
    }

    fn unbreak(&mut self) {
        if let Err(error) = self.line.wires.set(Pin::Break, false) {
            tracing::trace!(%error, "no break to end");
        }
    }

    fn end(&mut self, error: Option<&io::Error>) {
        self.over = Some(self.line.wires.ended(&self.line.machine, error));
    }

    fn lived(&mut self) {
        self.next_sign = Instant::now() + self.line.keep_alive.unwrap_or_default();
    }

    fn sign_at(&self) -> Option<Instant> {
        self.line.keep_alive.filter(|_| self.wire.is_empty()).map(|_| self.next_sign)
    }
}

enum Sent {
    Bytes(usize),
    Everything,
}

/// Sends some of it; when there is nothing left, sees to it that it is on its way.
async fn send(writer: &mut (impl AsyncWrite + Unpin), wire: &[u8]) -> io::Result<Sent> {
    if wire.is_empty() {
        return writer.flush().await.map(|()| Sent::Everything);
    }
    writer.write(wire).await.map(Sent::Bytes)
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}
