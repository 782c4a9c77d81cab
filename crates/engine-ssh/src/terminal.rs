//! An interactive terminal.

use crate::{
    Hop, SshError, Target,
    algorithms::Carries,
    forward::{self, Door, X11Offer},
    pump::{self, Event},
    route::Route,
    session::{self, Started},
};
use bytes::Bytes;
use patchbay_model::{CloseReason, Stage, TerminalSize};
use patchbay_session::{Forwarded, Interaction, Progress, Terminal, TerminalEvent, TerminalInput};
use russh::{ChannelWriteHalf, Pty, client::Msg};
use std::{future::pending, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

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
        let wishes = wishes(&target, hop, &interaction);
        let started = start(&route, hop, size, &wishes).await?;
        let wishes = wishes.into_iter().zip(started.granted.iter().copied());
        let served = serve(&route, &target, wishes, &interaction);
        interaction.progress(Progress::Done { stage, detail: hop.terminal_type.clone() });
        Ok::<_, SshError>((route, started, hop.keep_alive, served))
    };
    let (route, started, keep_alive, served) = tokio::select! {
        opened = opening => opened?,
        () = cancel.cancelled() => return Err(SshError::Cancelled),
    };
    let (events, receiver) = mpsc::channel(EVENTS);
    let (sender, input) = mpsc::channel(INPUT);
    let Started { read, write, early, .. } = started;
    let feeding = pass_on(input, write);
    let running = pump::run(route, (read, early), events, feeding, keep_alive, cancel.clone());
    tokio::spawn(async move {
        running.await;
        drop(served);
    });
    Ok(Terminal { events: receiver, input: sender, cancel })
}

/// What a terminal asks for beside itself, and does without if it is refused.
enum Wish {
    Agent,
    X11(X11Offer),
}

fn wishes(target: &Target, hop: &Hop, interaction: &Arc<dyn Interaction>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    if hop.forward_agent {
        wishes.push(Wish::Agent);
    }
    if hop.forward_x11 {
        match X11Offer::new(target.display.as_ref()) {
            Ok(offer) => wishes.push(Wish::X11(offer)),
            Err(why) => interaction.progress(Progress::Note(format!("No X11 forwarding: {why}"))),
        }
    }
    wishes
}

/// Lets the machine use what it was granted, until what this gives is dropped.
fn serve(
    route: &Route,
    target: &Target,
    wishes: impl Iterator<Item = (Wish, bool)>,
    interaction: &Arc<dyn Interaction>,
) -> Option<DropGuard> {
    let link = route.last().ok()?;
    let stop = CancellationToken::new();
    for (wish, granted) in wishes {
        let (door, forwarded, what) = match &wish {
            Wish::Agent => (Door::Agent, Forwarded::Agent, "agent"),
            Wish::X11(_) => (Door::X11, Forwarded::X11, "X11"),
        };
        let arrivals = link.shared.inbound.open(door).filter(|_| granted);
        let Some(arrivals) = arrivals else {
            interaction.progress(Progress::Note(format!("The server refuses {what} forwarding")));
            continue;
        };
        interaction.progress(Progress::Forwards(forwarded));
        let (interaction, stop) = (interaction.clone(), stop.clone());
        match wish {
            Wish::Agent => {
                let (socket, binding) =
                    (target.agent.clone(), link.handle.agent_session_binding().cloned());
                tokio::spawn(forward::serve_agent(arrivals, socket, binding, interaction, stop));
            }
            Wish::X11(offer) => {
                tokio::spawn(forward::serve_x11(arrivals, offer, interaction, stop));
            }
        }
    }
    Some(stop.drop_guard())
}

async fn start(
    route: &Route,
    hop: &Hop,
    size: TerminalSize,
    wishes: &[Wish],
) -> Result<Started, SshError> {
    let channel = session::open(route, hop).await?;
    let gone = |_| SshError::ShellRefused { what: "a terminal".into() };
    let [cols, rows, width, height] =
        [size.cols, size.rows, size.width, size.height].map(u32::from);
    for wish in wishes {
        match wish {
            Wish::Agent => channel.agent_forward(true).await,
            Wish::X11(offer) => {
                let (protocol, cookie, screen) = offer.request();
                channel.request_x11(true, false, protocol, cookie, screen).await
            }
        }
        .map_err(gone)?;
    }
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
    session::answers(route, hop, channel, wishes.len(), &["a terminal", what]).await
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
