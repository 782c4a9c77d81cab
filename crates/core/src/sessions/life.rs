//! The life of a session: a task of its own that connects, passes bytes, and waits to be connected again.

use super::{
    desktop::DesktopPlan,
    line::Line,
    person::Gate,
    session::{Session, failed},
    tab::Tab,
    tunnels::WithSession,
    typed::Memory,
};
use crate::{devices::Console, files::shell::Shell, hostkeys::HandedKeys};
use bytes::Bytes;
use patchbay_engine_local::LocalShell;
use patchbay_engine_ssh::{HeldLink, Target};
use patchbay_model::{ApiError, CloseReason, ErrorCode, RecordMode};
use patchbay_session::{
    Interaction, Terminal, TerminalEvent, TerminalInput, desktop::DesktopInput,
};
use patchbay_sftp::{Client, Options, SftpError};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Leaves full-screen programs, mouse reporting and whatever else a lost program left behind, and keeps what is shown
/// (DECSTR and the private modes of xterm). Saving the cursor first keeps it where it is if no such program runs.
const SOFT_RESET: &str = "\x1b7\x1b[?1049l\x1b[?9l\x1b[?1000l\x1b[?1001l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\
    \x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[?1l\x1b[?7h\x1b[?25h\x1b>\x1b[!p\x1b[0m\x1b(B\x0f";

/// Where a session leads.
pub(super) enum Plan {
    Ssh(Box<Target>),
    /// Telnet, raw TCP, a serial line.
    Line(Box<Line>),
    /// VNC, RDP.
    Desktop(Box<DesktopPlan>),
    /// A console that a machine is managed by.
    Managed(Box<Console>),
    Local(LocalShell),
    /// To the files of a machine.
    Files(Box<Target>),
    /// For the tunnels of a machine.
    Tunnels(Box<Target>),
}

/// What a session is to do.
pub(super) struct Errand {
    pub(super) plan: Plan,
    pub(super) purpose: Purpose,
    /// What a team server knows the machines by, where it has handed out the way to them.
    pub(super) handed: Option<Arc<HandedKeys>>,
}

/// Asks for an attempt.
pub(super) struct Order {
    pub(super) errand: Errand,
    pub(super) cancel: CancellationToken,
}

/// What a connection is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// To work on it, and to record so much of that.
    Work(RecordMode),
    /// To see whether it works: it is closed again at once.
    Trial,
}

/// An open terminal and the connection below it, if one has to be held.
pub(super) struct Opened {
    pub(super) terminal: Terminal,
    pub(super) link: Option<HeldLink>,
}

/// What the task of a session owns.
pub(super) struct Life {
    pub(super) session: Arc<Session>,
    pub(super) input: mpsc::Receiver<TerminalInput>,
    /// The same for a desktop.
    pub(super) done: mpsc::Receiver<DesktopInput>,
    /// Of the errand that it is on.
    pub(super) handed: Option<Arc<HandedKeys>>,
    pub(super) orders: mpsc::Receiver<Order>,
}

impl Life {
    /// Lives until the session is forgotten.
    pub(super) async fn run(mut self) {
        let gone = self.session.gone.clone();
        loop {
            tokio::select! {
                biased;
                () = gone.cancelled() => break,
                order = self.orders.recv() => match order {
                    Some(order) => {
                        let reason = self.attempt(order).await;
                        self.handed = None;
                        self.session.closed(reason.clone());
                        self.over(&reason).await;
                        self.forget_typed();
                    }
                    None => break,
                },
                // Nothing is connected: what is typed goes nowhere.
                Some(input) = self.input.recv() => self.note(&input),
                Some(input) = self.done.recv() => self.note_desktop(&input),
            }
        }
        self.session.output.close();
        self.session.hub.close();
        self.forget_typed();
    }

    /// Forgets what was typed for the machine, if this was the last session of it.
    fn forget_typed(&self) {
        if let (Some(core), Some(machine)) = (self.session.core.upgrade(), self.session.machine()) {
            core.sessions().forget_typed_for(machine);
        }
    }

    async fn attempt(&mut self, order: Order) -> CloseReason {
        let Order { errand: Errand { plan, purpose, handed }, cancel } = order;
        // Tunnels are kept with machines of this vault.
        let is_own = handed.is_none();
        self.handed = handed;
        let alone = |terminal| Opened { terminal, link: None };
        let machine = match (&plan, purpose) {
            (Plan::Ssh(_), Purpose::Work(_)) if is_own => self.session.machine(),
            _ => None,
        };
        // Boxed: what connecting needs is given back when it is done, and a thousand terminals stay small.
        let opened = match plan {
            Plan::Files(target) => return Box::pin(self.files(*target, &cancel)).await,
            Plan::Desktop(plan) => {
                return Box::pin(self.desktop(*plan, purpose, &cancel)).await;
            }
            Plan::Line(line) => Box::pin(self.line(*line, &cancel)).await,
            Plan::Tunnels(target) => return Box::pin(self.tunnels(*target, &cancel)).await,
            Plan::Managed(console) => self.managed(*console, &cancel).await.map(alone),
            Plan::Local(shell) => {
                patchbay_engine_local::open(self.session.size(), shell, cancel.clone())
                    .map(alone)
                    .map_err(|error| error.api_error())
            }
            Plan::Ssh(target) => Box::pin(self.terminal(*target, &cancel)).await.map(alone),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(_) if cancel.is_cancelled() => return CloseReason::ByPerson,
            Err(error) => return failed(error),
        };
        self.announce().await;
        let Purpose::Work(record) = purpose else {
            self.session.opened();
            opened.terminal.cancel.cancel();
            return CloseReason::Exited { code: Some(0) };
        };
        let _with_it = machine.map(|machine| WithSession::begin(&self.session, machine));
        // Before the first byte of the far end is taken.
        if let Err(error) = self.session.record_from_the_start(record).await {
            opened.terminal.cancel.cancel();
            return failed(error);
        }
        self.session.opened();
        let reason = match opened {
            Opened { terminal, link: None } => self.pass(terminal, &cancel).await,
            Opened { terminal, link: Some(link) } => self.pass_over(terminal, link, &cancel).await,
        };
        self.session.stop_recording(status(&reason)).await;
        reason
    }

    async fn terminal(
        &mut self,
        target: Target,
        cancel: &CancellationToken,
    ) -> Result<Terminal, ApiError> {
        let size = self.session.size();
        let machine = self.session.info().title;
        let connecting = patchbay_engine_ssh::connect(target, self.gate(), size, cancel.clone());
        let connecting = async move { connecting.await.map_err(|error| error.api_error(&machine)) };
        self.wait_for(connecting, cancel).await
    }

    /// Opens a console that the machine is managed by.
    async fn managed(
        &mut self,
        console: Console,
        cancel: &CancellationToken,
    ) -> Result<Terminal, ApiError> {
        let opening = console.open(self.session.size(), cancel.clone());
        self.wait_for(opening, cancel).await
    }

    /// Connects for files, and holds the connection until it ends.
    async fn files(&mut self, target: Target, cancel: &CancellationToken) -> CloseReason {
        let gate = self.gate();
        let (machine, stop) = (self.session.info().title, cancel.clone());
        let name = machine.clone();
        let connecting = async move {
            let (channel, link) = patchbay_engine_ssh::files(target, gate, stop)
                .await
                .map_err(|error| error.api_error(&name))?;
            let (reader, writer) = tokio::io::split(channel);
            Ok((Client::start(reader, writer, Options::default()).await, link))
        };
        let (client, mut link) = match self.wait_for(connecting, cancel).await {
            Ok((Ok(client), link)) => (client, link),
            Ok((Err(error), _)) => return failed(no_files(&machine, &error)),
            Err(_) if cancel.is_cancelled() => return CloseReason::ByPerson,
            Err(error) => return failed(error),
        };
        self.session.set_files(Some((client.clone(), Shell::new(link.commands()))));
        self.session.opened();
        let session = Arc::clone(&self.session);
        let gone = async {
            let _why = client.closed().await;
        };
        let reason = link.hold(gone, cancel.clone(), |ms| session.latency(ms)).await;
        self.session.set_files(None);
        reason
    }

    pub(super) fn gate(&self) -> Arc<dyn Interaction> {
        let person = Arc::new(Tab(Arc::clone(&self.session)));
        let core = self.session.core.clone();
        let memory = self.session.machine().map(|machine| Memory::new(core.clone(), machine));
        Arc::new(Gate { core, person, memory, handed: self.handed.clone() })
    }

    /// Waits for a connection, as long as nobody gives up.
    pub(super) async fn wait_for<T: Send + 'static>(
        &mut self,
        connecting: impl Future<Output = Result<T, ApiError>> + Send + 'static,
        cancel: &CancellationToken,
    ) -> Result<T, ApiError> {
        let machine = self.session.info().title;
        // A task of its own: should the engine fail badly, the session says so instead of standing still.
        let mut dialing = tokio::spawn(connecting);
        loop {
            tokio::select! {
                dialed = &mut dialing => {
                    return match dialed {
                        Ok(dialed) => dialed,
                        Err(_) => Err(stopped(&machine)),
                    };
                }
                () = cancel.cancelled() => {
                    dialing.abort();
                    // Until it has let go, a question of it may still be up.
                    let _aborted = (&mut dialing).await;
                    return Err(ApiError::new(ErrorCode::Cancelled, "Cancelled."));
                }
                Some(input) = self.input.recv() => self.note(&input),
                Some(input) = self.done.recv() => self.note_desktop(&input),
            }
        }
    }

    /// Goes on below what an earlier connection left, and shows what the server said before signing in.
    pub(super) async fn announce(&self) {
        let output = &self.session.output;
        if output.end() > 0 {
            let marker = format!("{SOFT_RESET}\r\n\x1b[90m── connected again ──\x1b[0m\r\n");
            output.push(Bytes::from(marker)).await;
        }
        let banner = self.session.take_banner();
        if !banner.is_empty() {
            output.push(banner).await;
        }
    }

    /// Both directions at once: output that waits for a slow viewer does not hold up what is typed.
    pub(super) async fn pass(
        &mut self,
        terminal: Terminal,
        cancel: &CancellationToken,
    ) -> CloseReason {
        let Terminal { mut events, input: far, cancel: engine } = terminal;
        let session = &self.session;
        let input = &mut self.input;
        let watch = session.core.upgrade().map(|core| core.triggers().watch(session.id));
        let outwards = async {
            loop {
                match events.recv().await {
                    Some(TerminalEvent::Output(bytes)) => {
                        if let Some(recorder) = session.tape.recorder() {
                            recorder.output(&bytes).await;
                        }
                        if let Some(watch) = &watch {
                            watch.feed(&bytes);
                        }
                        session.output.push(bytes).await;
                    }
                    Some(TerminalEvent::Latency(ms)) => session.latency(ms),
                    Some(TerminalEvent::Closed(reason)) => return reason,
                    None => return failed(stopped(&session.info().title)),
                }
            }
        };
        let inwards = async {
            while let Some(input) = input.recv().await {
                if let TerminalInput::Resize(size) = &input {
                    session.set_size(*size);
                }
                if let Some(recorder) = session.tape.recorder() {
                    match &input {
                        TerminalInput::Bytes(bytes) => recorder.typed(bytes).await,
                        TerminalInput::Resize(size) => recorder.resized(*size).await,
                        // A break or a raised wire is nothing that is shown.
                        TerminalInput::Signal { .. } => {}
                    }
                }
                // After the far end has closed, the reason is on its way; what is typed until then goes nowhere.
                let _closed = far.send(input).await;
            }
            std::future::pending::<()>().await;
        };
        let reason = tokio::select! {
            reason = outwards => reason,
            () = inwards => CloseReason::ByPerson,
            () = cancel.cancelled() => CloseReason::ByPerson,
        };
        engine.cancel();
        reason
    }

    fn note(&self, input: &TerminalInput) {
        if let TerminalInput::Resize(size) = input {
            self.session.set_size(*size);
        }
    }
}

/// The exit status, where there was one.
const fn status(reason: &CloseReason) -> Option<i32> {
    match reason {
        CloseReason::Exited { code } => *code,
        CloseReason::Signalled { .. } | CloseReason::Failed { .. } | CloseReason::ByPerson => None,
    }
}

/// Signed in, and yet no files.
pub(crate) fn no_files(machine: &str, error: &SftpError) -> ApiError {
    ApiError::new(ErrorCode::Protocol, format!("{machine} gives no access to its files: {error}."))
        .next(
            "Its SSH server needs an SFTP subsystem, and shell start-up files that print nothing.",
        )
}

pub(super) fn stopped(machine: &str) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("The connection to {machine} stopped inside Patchbay."),
    )
    .next("Connect again, and please report it.")
    .retry()
}
