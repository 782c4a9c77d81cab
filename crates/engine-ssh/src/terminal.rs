//! An interactive terminal.

use crate::{
    Hop, SshError, Target,
    algorithms::Carries,
    pump::{self, Event},
    route::Route,
    session::{self, Started},
};
use bytes::Bytes;
use patchbay_model::{CloseReason, Stage, TerminalSize};
use patchbay_session::{Interaction, Progress, Terminal, TerminalEvent, TerminalInput};
use russh::{ChannelWriteHalf, Pty, client::Msg};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Short, so that a viewer that stops reading stops the server, and Ctrl-C is quiet at once.
const EVENTS: usize = 8;
const INPUT: usize = 8;

/// Connects through every hop, signs in, and opens a terminal with a shell (or the start command) in it.
///
/// Cancelling `cancel` withdraws every question and returns at once; once the terminal is open it closes it.
///
/// # Errors
/// Why there is no terminal.
pub async fn connect(
    target: Target,
    interaction: Arc<dyn Interaction>,
    size: TerminalSize,
    cancel: CancellationToken,
) -> Result<Terminal, SshError> {
    let opening = async {
        let hop = session::machine(&target)?;
        let route = Route::open(&target, &interaction, Carries::Terminal).await?;
        let stage = Stage::Shell;
        let detail = hop.start_command.clone().unwrap_or_default();
        interaction.progress(Progress::Began { stage, machine: hop.name.clone(), detail });
        let started = start(&route, hop, size).await?;
        interaction.progress(Progress::Done { stage, detail: hop.terminal_type.clone() });
        Ok::<_, SshError>((route, started, hop.keep_alive))
    };
    let (route, started, keep_alive) = tokio::select! {
        opened = opening => opened?,
        () = cancel.cancelled() => return Err(SshError::Cancelled),
    };
    let (events, receiver) = mpsc::channel(EVENTS);
    let (sender, input) = mpsc::channel(INPUT);
    tokio::spawn(run(route, started, keep_alive, events, input, cancel.clone()));
    Ok(Terminal { events: receiver, input: sender, cancel })
}

async fn start(route: &Route, hop: &Hop, size: TerminalSize) -> Result<Started, SshError> {
    let channel = session::open(route, hop).await?;
    let gone = |_| SshError::ShellRefused { what: "a terminal".into() };
    let [cols, rows, width, height] =
        [size.cols, size.rows, size.width, size.height].map(u32::from);
    channel
        .request_pty(true, &hop.terminal_type, cols, rows, width, height, MODES)
        .await
        .map_err(gone)?;
    let what = match hop.start_command.as_deref().filter(|c| !c.trim().is_empty()) {
        Some(command) => {
            channel.exec(true, command).await.map_err(gone)?;
            "the command"
        }
        None => {
            channel.request_shell(true).await.map_err(gone)?;
            "a shell"
        }
    };
    // Both requests are on their way before the first answer is waited for: one round trip less.
    session::answers(route, hop, channel, &["a terminal", what]).await
}

async fn run(
    route: Route,
    started: Started,
    keep_alive: Option<Duration>,
    events: mpsc::Sender<TerminalEvent>,
    input: mpsc::Receiver<TerminalInput>,
    cancel: CancellationToken,
) {
    let Started { read, write, early } = started;
    // Side by side: if one waited for the other, a server that does neither would hold up both for ever.
    let reason = tokio::select! {
        reason = pump::read(&route, read, early, &events, keep_alive) => reason,
        () = pass_on(input, write) => CloseReason::ByPerson,
        () = cancel.cancelled() => CloseReason::ByPerson,
        () = events.closed() => CloseReason::ByPerson,
    };
    pump::finish(route, events, reason).await;
}

/// Never returns: when there is nothing more to pass on, reading goes on.
async fn pass_on(mut input: mpsc::Receiver<TerminalInput>, channel: ChannelWriteHalf<Msg>) {
    while let Some(input) = input.recv().await {
        let sent = match input {
            TerminalInput::Bytes(bytes) => channel.data_bytes(bytes).await,
            TerminalInput::Resize(size) => {
                let [cols, rows, width, height] =
                    [size.cols, size.rows, size.width, size.height].map(u32::from);
                channel.window_change(cols, rows, width, height).await
            }
            // No wires to raise here, and russh does not know breaks (RFC 4335).
            TerminalInput::Signal { .. } => continue,
        };
        if sent.is_err() {
            break;
        }
    }
    pending::<()>().await;
}

impl Event for TerminalEvent {
    fn output(bytes: Bytes, _: bool) -> Self {
        Self::Output(bytes)
    }

    fn latency(ms: u32) -> Option<Self> {
        Some(Self::Latency(ms))
    }

    fn closed(reason: CloseReason) -> Self {
        Self::Closed(reason)
    }
}

/// A terminal as `stty sane` leaves it, with UTF-8 (RFC 4254 section 8, RFC 8160).
const MODES: &[(Pty, u32)] = &[
    (Pty::VINTR, 3),
    (Pty::VQUIT, 28),
    (Pty::VERASE, 127),
    (Pty::VKILL, 21),
    (Pty::VEOF, 4),
    (Pty::VSTART, 17),
    (Pty::VSTOP, 19),
    (Pty::VSUSP, 26),
    (Pty::VREPRINT, 18),
    (Pty::VWERASE, 23),
    (Pty::VLNEXT, 22),
    (Pty::VDISCARD, 15),
    (Pty::ICRNL, 1),
    (Pty::IXON, 1),
    (Pty::IMAXBEL, 1),
    (Pty::IUTF8, 1),
    (Pty::ISIG, 1),
    (Pty::ICANON, 1),
    (Pty::ECHO, 1),
    (Pty::ECHOE, 1),
    (Pty::ECHOK, 1),
    (Pty::IEXTEN, 1),
    (Pty::ECHOCTL, 1),
    (Pty::ECHOKE, 1),
    (Pty::OPOST, 1),
    (Pty::ONLCR, 1),
    (Pty::CS8, 1),
    (Pty::TTY_OP_ISPEED, 38400),
    (Pty::TTY_OP_OSPEED, 38400),
];
