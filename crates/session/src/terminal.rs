//! What flows between an engine and the rest while a terminal is open.

use bytes::Bytes;
use patchbay_model::{CloseReason, LineSignal, TerminalSize};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// From the engine.
#[derive(Debug)]
pub enum TerminalEvent {
    /// Bytes for the screen, in order, never empty.
    Output(Bytes),
    /// Round-trip time of a keep-alive, in milliseconds.
    Latency(u32),
    /// The end; nothing follows.
    Closed(CloseReason),
}

/// To the engine.
#[derive(Debug)]
pub enum TerminalInput {
    /// Bytes typed or pasted, sent as they are.
    Bytes(Bytes),
    /// The window changed its size.
    Resize(TerminalSize),
    /// Something a line is told besides bytes. An engine without it drops `done` unanswered.
    Signal {
        /// What.
        signal: LineSignal,
        /// Told once it was done, or why it could not be, as a few words.
        done: oneshot::Sender<Result<(), String>>,
    },
}

/// An open terminal.
///
/// Both channels are short, so a viewer that stops reading stops the far end through the
/// protocol's own flow control. Dropping it, or cancelling, closes the connection.
#[derive(Debug)]
pub struct Terminal {
    /// What the far end says.
    pub events: mpsc::Receiver<TerminalEvent>,
    /// What it is told.
    pub input: mpsc::Sender<TerminalInput>,
    /// Ends it.
    pub cancel: CancellationToken,
}
