//! A terminal on a machine, in this terminal.

use crate::{
    app::App,
    ask,
    escape::Escape,
    report::{Failure, ended, say},
};
use bytes::Bytes;
use patchbay_core::{
    Right,
    sessions::{OpenTarget, SessionHandle},
};
use patchbay_model::{
    ApiError, AppEvent, CloseReason, ErrorCode, LineSignal, SessionInfo, SessionState, TerminalSize,
};
use patchbay_session::{TerminalInput, ToViewer, Viewer};
use std::io::{IsTerminal, Read, Write};
use tokio::sync::{broadcast::error::RecvError, mpsc};

/// `connect NAME`
pub(crate) async fn connect(app: &App, name: &str) -> Result<u8, Failure> {
    needs_terminal()?;
    let machine = app.machine(name).await?;
    let id = app.ctx.authorize(machine.id, Right::Use)?;
    let detail = app.ctx.core.tree().detail(&id)?;
    if detail.entry.is_some_and(|entry| entry.draft.protocol.is_desktop()) {
        let message = format!("{} is a desktop, which a terminal cannot show.", machine.path);
        return Err(ApiError::new(ErrorCode::Invalid, message)
            .next("Open it in the window.")
            .into());
    }
    terminal(app, OpenTarget::Entry(id)).await
}

fn needs_terminal() -> Result<(), Failure> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    let error = ApiError::new(ErrorCode::Invalid, "“connect” needs a terminal, and this is none.");
    Err(error.next("Use “exec NAME -- CMD” in scripts.").into())
}

/// A session in this terminal, until it ends.
pub(crate) async fn terminal(app: &App, target: OpenTarget) -> Result<u8, Failure> {
    needs_terminal()?;
    let mut events = app.ctx.core.events();
    let sessions = app.ctx.core.sessions();
    let opened = sessions.open(target, size(), None).await?;
    let handle = sessions.handle(opened.id)?;
    let mut screen = Screen::new(app, handle);
    let mut changed = screen.info()?;
    loop {
        if let Some(reason) = screen.follow(changed).await? {
            drop(screen);
            return ended(reason);
        }
        changed = loop {
            tokio::select! {
                event = events.recv() => match event {
                    // As it is now, and not as it was then: a question may have been answered meanwhile.
                    Ok(AppEvent::Session { session }) if session.id == opened.id => break screen.info()?,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break screen.info()?,
                    Err(RecvError::Closed) => return Ok(crate::report::NO_CONNECTION),
                },
                () = screen.pass() => {}
            }
        };
    }
}

/// This terminal while a session is shown in it.
struct Screen<'a> {
    app: &'a App,
    handle: SessionHandle,
    viewer: Viewer,
    /// Everything below was written.
    shown: u64,
    raw: Option<Raw>,
    resized: Resized,
}

impl<'a> Screen<'a> {
    fn new(app: &'a App, handle: SessionHandle) -> Self {
        let viewer = handle.output.attach(0);
        Self { app, handle, viewer, shown: 0, raw: None, resized: Resized::new() }
    }

    fn info(&self) -> Result<SessionInfo, Failure> {
        Ok(self.app.ctx.core.sessions().info(self.handle.id)?)
    }

    /// Does what a state asks for; gives the reason when it is over.
    async fn follow(&mut self, info: SessionInfo) -> Result<Option<CloseReason>, Failure> {
        match info.state {
            SessionState::Connecting { .. } | SessionState::Lost { .. } => {}
            state @ (SessionState::Asking { .. } | SessionState::HostKey { .. }) => {
                ask::answer(self.app, self.handle.id, state).await?;
            }
            SessionState::Open => {
                if self.raw.is_none() {
                    if let Some(recording) = info.recording {
                        let recorded = "This session is recorded.".to_owned();
                        say(&recording.problem.unwrap_or(recorded));
                    }
                    self.raw = Some(Raw::start()?);
                }
            }
            SessionState::Closed { reason } => {
                while self.shown < self.handle.output.end() {
                    self.show_next().await;
                }
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Passes one thing on, in whichever direction there is one.
    async fn pass(&mut self) {
        // What is said when it opens comes before what the far end says.
        let open = self.raw.is_some();
        let typed = async {
            match &mut self.raw {
                Some(raw) => raw.typed.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            message = self.viewer.next(), if open => self.show(message),
            Some(bytes) = typed => self.send(&bytes).await,
            size = self.resized.next() => {
                let _gone = self.handle.input.send(TerminalInput::Resize(size)).await;
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        let Some(raw) = &mut self.raw else { return };
        let typed = raw.escape.typed(bytes);
        if !typed.send.is_empty() {
            let _gone = self.handle.input.send(TerminalInput::Bytes(typed.send.into())).await;
        }
        if typed.breaks {
            let signal = LineSignal::Break;
            if let Err(error) = self.app.ctx.core.sessions().signal(self.handle.id, signal).await {
                // The terminal is raw: a line needs its own way back to the left.
                say(&format!("\r{}\r", ApiError::from(error)));
            }
        }
        if typed.close {
            // Closed already is closed as well.
            let _closed = self.app.ctx.core.sessions().disconnect(self.handle.id);
        }
    }

    async fn show_next(&mut self) {
        let message = self.viewer.next().await;
        self.show(message);
    }

    fn show(&mut self, message: Option<ToViewer>) {
        match message {
            Some(ToViewer::Output { offset, bytes }) => {
                let mut out = std::io::stdout();
                // A terminal that is gone ends the program by a signal.
                let _gone = out.write_all(&bytes).and_then(|()| out.flush());
                self.shown = offset + bytes.len() as u64;
                self.viewer.ack(self.shown);
            }
            Some(ToViewer::Start { offset, .. }) => self.shown = offset,
            Some(ToViewer::Live) => {}
            Some(ToViewer::End) | None => self.shown = self.handle.output.end(),
        }
    }
}

/// The terminal passes on every key while this lives.
struct Raw {
    typed: mpsc::Receiver<Bytes>,
    escape: Escape,
}

impl Raw {
    fn start() -> Result<Self, Failure> {
        crossterm::terminal::enable_raw_mode().map_err(|error| {
            ApiError::new(
                ErrorCode::Invalid,
                format!("This terminal cannot pass on single keys: {error}."),
            )
        })?;
        let (to, typed) = mpsc::channel(16);
        std::thread::spawn(move || {
            let mut piece = vec![0; 4 * 1024];
            while let Ok(count) = crate::stdin::Unbuffered.read(&mut piece) {
                let bytes = Bytes::copy_from_slice(piece.get(..count).unwrap_or_default());
                if bytes.is_empty() || to.blocking_send(bytes).is_err() {
                    break;
                }
            }
        });
        Ok(Self { typed, escape: Escape::default() })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _gone = crossterm::terminal::disable_raw_mode();
    }
}

fn size() -> TerminalSize {
    let pixels = crossterm::terminal::window_size().ok();
    let (cols, rows) = crossterm::terminal::size().unwrap_or((80, 24));
    let (width, height) = pixels.map_or((0, 0), |size| (size.width, size.height));
    TerminalSize { cols, rows, width, height }
}

/// Tells when the window changed its size.
struct Resized {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
    #[cfg(not(unix))]
    last: TerminalSize,
}

impl Resized {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { signal: signal(SignalKind::window_change()).ok() }
    }

    #[cfg(unix)]
    async fn next(&mut self) -> TerminalSize {
        let Some(signal) = &mut self.signal else { return std::future::pending().await };
        match signal.recv().await {
            Some(()) => size(),
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self { last: size() }
    }

    /// The console has no signal for it, so it is asked from time to time.
    #[cfg(not(unix))]
    async fn next(&mut self) -> TerminalSize {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            let now = size();
            if now != self.last {
                self.last = now;
                return now;
            }
        }
    }
}
