//! Moves bytes between the pseudo-terminal and the session.
//!
//! Reading, writing and waiting for the shell block, so each has a thread; one task owns everything else and decides.

use crate::{group::Group, group::wait, pty_size};
use bytes::{Bytes, BytesMut};
use patchbay_model::CloseReason;
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use portable_pty::{Child, MasterPty};
use std::io::{self, Read, Write};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// Chunks and keystrokes that may lie in a channel.
const DEPTH: usize = 8;
/// A job left in the background keeps the terminal open after the shell ended: how long to wait for more output.
const QUIET: Duration = Duration::from_millis(200);
/// How long programs may take to end once the terminal hangs up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Starts the threads and the task.
pub(crate) fn start(
    master: Box<dyn MasterPty + Send>,
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    cancel: CancellationToken,
) -> io::Result<Terminal> {
    let group = Group::of(child.as_ref());
    let (said, from_shell) = mpsc::channel(DEPTH);
    let (to_shell, told) = mpsc::channel(DEPTH);
    let (ended, exit) = oneshot::channel();
    thread("shell-read", move || read(reader, &said))?;
    thread("shell-write", move || write(writer, told))?;
    thread("shell-wait", move || {
        // Nobody listens any more when the app is being closed.
        let _ = ended.send(wait(child));
    })?;
    let (events, events_out) = mpsc::channel(DEPTH);
    let (input_in, input) = mpsc::channel(DEPTH);
    let pump = Pump { master, group, from_shell, to_shell, exit, events, input };
    tokio::spawn(pump.run(cancel.clone()));
    Ok(Terminal { events: events_out, input: input_in, cancel })
}

fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map(drop)
}

fn read(mut reader: Box<dyn Read + Send>, said: &mpsc::Sender<Bytes>) {
    let mut buffer = BytesMut::new();
    loop {
        if buffer.len() < CHUNK / 4 {
            buffer = BytesMut::zeroed(CHUNK);
        }
        match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                if said.blocking_send(buffer.split_to(count).freeze()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::debug!(%error, "reading from the shell ended");
                return;
            }
        }
    }
}

fn write(mut writer: Box<dyn Write + Send>, mut told: mpsc::Receiver<Bytes>) {
    while let Some(bytes) = told.blocking_recv() {
        if let Err(error) = writer.write_all(&bytes).and_then(|()| writer.flush()) {
            tracing::debug!(%error, "writing to the shell ended");
            return;
        }
    }
}

struct Pump {
    master: Box<dyn MasterPty + Send>,
    group: Group,
    from_shell: mpsc::Receiver<Bytes>,
    to_shell: mpsc::Sender<Bytes>,
    exit: oneshot::Receiver<CloseReason>,
    events: mpsc::Sender<TerminalEvent>,
    input: mpsc::Receiver<TerminalInput>,
}

/// What is on its way, one piece a direction: whatever waits here makes its source wait.
#[derive(Default)]
struct Pending {
    output: Option<Bytes>,
    typed: Option<Bytes>,
    output_over: bool,
    input_over: bool,
    write_over: bool,
    exit: Option<CloseReason>,
}

impl Pump {
    async fn run(mut self, cancel: CancellationToken) {
        let mut pending = Pending::default();
        let finished = loop {
            if pending.output_over
                && pending.output.is_none()
                && let Some(reason) = pending.exit.take()
            {
                break Some(reason);
            }
            let quiet = pending.exit.is_some() && pending.output.is_none();
            tokio::select! {
                () = cancel.cancelled() => break None,
                () = self.events.closed() => break None,
                exit = &mut self.exit, if pending.exit.is_none() => {
                    pending.exit = Some(exit.unwrap_or(CloseReason::Exited { code: None }));
                }
                Ok(permit) = self.events.reserve(), if pending.output.is_some() => {
                    if let Some(bytes) = pending.output.take() {
                        permit.send(TerminalEvent::Output(bytes));
                    }
                }
                said = self.from_shell.recv(), if pending.output.is_none() && !pending.output_over => {
                    pending.output_over = said.is_none();
                    pending.output = said;
                }
                permit = self.to_shell.reserve(), if pending.typed.is_some() && !pending.write_over => {
                    match (permit, pending.typed.take()) {
                        (Ok(permit), Some(bytes)) => permit.send(bytes),
                        (Ok(_), None) => {}
                        (Err(_), _) => pending.write_over = true,
                    }
                }
                told = self.input.recv(), if pending.typed.is_none() && !pending.input_over => {
                    match told {
                        Some(TerminalInput::Bytes(bytes)) => pending.typed = Some(bytes),
                        Some(TerminalInput::Resize(size)) => {
                            if let Err(error) = self.master.resize(pty_size(size)) {
                                tracing::debug!(%error, "the terminal did not change its size");
                            }
                        }
                        // A pseudo-terminal has no wires.
                        Some(TerminalInput::Signal { .. }) => {}
                        None => pending.input_over = true,
                    }
                }
                () = tokio::time::sleep(QUIET), if quiet => pending.output_over = true,
            }
        };
        let reason = match finished {
            Some(reason) => reason,
            None => self.hang_up(pending.exit.is_some()).await,
        };
        // If nobody is there to hear it, that is fine.
        let _ = self.events.send(TerminalEvent::Closed(reason)).await;
    }

    /// Ends the shell and what runs in it.
    async fn hang_up(&mut self, ended: bool) -> CloseReason {
        if !ended {
            self.group.hang_up(self.master.as_ref());
            if tokio::time::timeout(PATIENCE, &mut self.exit).await.is_err() {
                self.group.kill();
            }
        }
        CloseReason::ByPerson
    }
}
