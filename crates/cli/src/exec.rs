//! A command on a machine, with its input and output connected to ours.

use crate::{
    app::App,
    ask,
    report::{Failure, NO_CONNECTION, ended},
};
use bytes::Bytes;
use patchbay_core::{
    Right,
    sessions::{Answer, ExecEvent, Person},
};
use patchbay_model::{ApiError, CloseReason, HostKeyAnswer, HostKeyQuestion, Secret};
use patchbay_session::{Ask, Progress};
use std::{
    io::{Read, Write},
    sync::Arc,
};
use tokio::sync::mpsc;

/// `exec NAME -- CMD…`
pub(crate) async fn exec(app: &App, name: &str, command: &[String]) -> Result<u8, Failure> {
    let machine = app.machine(name).await?;
    let id = app.ctx.authorize(machine.id, Right::Use)?;
    let running = app.ctx.core.sessions().exec(&id, command.join(" "), Arc::new(Terminal)).await;
    let mut running =
        running.map_err(|error| Failure { error: ApiError::from(error), code: NO_CONNECTION })?;
    pass_input(running.stdin);
    while let Some(event) = running.events.recv().await {
        let written = match event {
            ExecEvent::Stdout(bytes) => write(std::io::stdout(), &bytes),
            ExecEvent::Stderr(bytes) => write(std::io::stderr(), &bytes),
            ExecEvent::Closed(reason) => return ended(reason),
        };
        if written.is_err() {
            // As for any program whose reader has gone: nothing more can be done for it.
            running.cancel.cancel();
            return ended(CloseReason::Signalled { signal: "PIPE".into(), message: String::new() });
        }
    }
    Ok(NO_CONNECTION)
}

fn write(mut to: impl Write, bytes: &Bytes) -> std::io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}

/// Reads our input on a thread of its own: reading may never end, and must not keep the program from ending.
fn pass_input(to: mpsc::Sender<Bytes>) {
    std::thread::spawn(move || {
        let mut piece = vec![0; 32 * 1024];
        let mut input = crate::stdin::Unbuffered;
        while let Ok(count) = input.read(&mut piece) {
            let bytes = Bytes::copy_from_slice(piece.get(..count).unwrap_or_default());
            if bytes.is_empty() || to.blocking_send(bytes).is_err() {
                break;
            }
        }
    });
}

/// The person at the terminal.
struct Terminal;

impl Person for Terminal {
    fn progress(&self, progress: Progress) {
        ask::progress(&progress);
    }

    fn ask(&self, ask: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        Box::pin(async move {
            tokio::task::spawn_blocking(move || ask::prompt(&ask)).await.ok().flatten()
        })
    }

    fn decide(&self, question: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
        Box::pin(async move {
            tokio::task::spawn_blocking(move || ask::host_key(&question))
                .await
                .unwrap_or(HostKeyAnswer::Refuse)
        })
    }
}
