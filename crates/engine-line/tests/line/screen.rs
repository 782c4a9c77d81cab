//! A terminal and the person in front of it.

use patchbay_engine_line::Keys;
use patchbay_model::{CloseReason, LineEnding, LineSignal, LocalEcho, TerminalSize};
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use std::time::Duration;
use tokio::sync::oneshot;

pub(crate) const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
pub(crate) const KEYS: Keys = Keys { enter: LineEnding::CrLf, echo: LocalEcho::Auto };
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Screen {
    pub(crate) terminal: Terminal,
    shown: String,
    seen: usize,
}

impl Screen {
    pub(crate) fn of(terminal: Terminal) -> Self {
        Self { terminal, shown: String::new(), seen: 0 }
    }

    pub(crate) async fn type_in(&self, keys: impl Into<bytes::Bytes>) {
        self.terminal.input.send(TerminalInput::Bytes(keys.into())).await.unwrap();
    }

    pub(crate) async fn resize(&self, cols: u16, rows: u16) {
        let size = TerminalSize { cols, rows, ..SIZE };
        self.terminal.input.send(TerminalInput::Resize(size)).await.unwrap();
    }

    pub(crate) async fn signal(&self, signal: LineSignal) -> Result<(), String> {
        let (done, answer) = oneshot::channel();
        self.terminal.input.send(TerminalInput::Signal { signal, done }).await.unwrap();
        answer.await.unwrap()
    }

    /// Waits until this appears after what was waited for last.
    pub(crate) async fn until(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            match self.event().await {
                TerminalEvent::Output(bytes) => {
                    self.shown.push_str(&String::from_utf8_lossy(&bytes));
                }
                TerminalEvent::Latency(_) => {}
                TerminalEvent::Closed(reason) => panic!("{reason:?} after {:?}", self.shown),
            }
        }
    }

    /// Everything shown so far.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) async fn closed(&mut self) -> CloseReason {
        loop {
            if let TerminalEvent::Closed(reason) = self.event().await {
                return reason;
            }
        }
    }

    async fn event(&mut self) -> TerminalEvent {
        let event = tokio::time::timeout(PATIENCE, self.terminal.events.recv()).await;
        event.unwrap_or_else(|_| panic!("nothing more after {:?}", self.shown)).unwrap()
    }
}
