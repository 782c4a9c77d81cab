//! A machine's part of a run: connecting, running, listening.

use super::{
    nobody::Nobody,
    run::{Command, Run, Work},
};
use crate::{CoreError, sessions::Sessions};
use bytes::Bytes;
use patchbay_engine_ssh::{Exec, ExecEvent};
use patchbay_model::{ApiError, CloseReason, ErrorCode, NodeId, RunMachineState};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// What a machine puts out, for front ends of this process that pass it on.
#[derive(Clone, Debug)]
pub struct RunPiece {
    /// The machine.
    pub machine: NodeId,
    /// It is from standard error.
    pub error: bool,
    /// Never empty.
    pub bytes: Bytes,
}

/// Where pieces go; whoever listens slowly slows the machines down.
pub type Watcher = mpsc::Sender<RunPiece>;

/// Starts a machine's part; it waits for its turn.
pub(super) fn start(run: &Arc<Run>, at: usize, watcher: Option<Watcher>) {
    let run = Arc::clone(run);
    let cancel = run.cancellation(at);
    tokio::spawn(async move {
        let turn = tokio::select! {
            biased;
            () = cancel.cancelled() => return run.ended(at, RunMachineState::Cancelled),
            turn = Arc::clone(&run.turns).acquire_owned() => turn,
        };
        run.connecting(at);
        let (mine, stop) = (Arc::clone(&run), cancel.clone());
        // A task of its own: should the engine fail badly, the run says so instead of standing still.
        let working = tokio::spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => RunMachineState::Cancelled,
                state = in_time(&mine, at, watcher) => state,
            }
        });
        let state = working.await.unwrap_or_else(|_| RunMachineState::Failed {
            error: ApiError::new(ErrorCode::Internal, "It stopped inside Patchbay.")
                .next("Try again, and please report it."),
        });
        drop(turn);
        run.ended(at, state);
    });
}

async fn in_time(run: &Arc<Run>, at: usize, watcher: Option<Watcher>) -> RunMachineState {
    let work = work(run, at, watcher);
    match run.spec.options.time_limit {
        0 => work.await,
        seconds => timeout(Duration::from_secs(u64::from(seconds)), work)
            .await
            .unwrap_or(RunMachineState::TimedOut),
    }
}

async fn work(run: &Arc<Run>, at: usize, watcher: Option<Watcher>) -> RunMachineState {
    let Some(work) = run.spec.work.get(at) else { return RunMachineState::Cancelled };
    let nobody = Arc::new(Nobody::default());
    let mut exec = match dial(run, work, &nobody).await {
        Ok(exec) => exec,
        Err(error) => {
            return match nobody.asked() {
                Some((what, error)) => RunMachineState::Attention { what, error },
                None => RunMachineState::Failed { error: error.into() },
            };
        }
    };
    run.running(at);
    feed(&work.command, exec.stdin).await;
    while let Some(event) = exec.events.recv().await {
        let (error, bytes) = match event {
            ExecEvent::Stdout(bytes) => (false, bytes),
            ExecEvent::Stderr(bytes) => (true, bytes),
            ExecEvent::Closed(reason) => return ended(reason),
        };
        run.put_out(at, error, &bytes);
        if let Some(watcher) = &watcher {
            // Nobody listens any more: the run goes on all the same.
            let _gone = watcher.send(RunPiece { machine: *work.machine.get(), error, bytes }).await;
        }
    }
    RunMachineState::Cancelled
}

async fn dial(run: &Arc<Run>, work: &Work, nobody: &Arc<Nobody>) -> Result<Exec, CoreError> {
    // The services are let go of before it connects: that must not keep them alive.
    let dial = match run.core.upgrade() {
        Some(core) => Sessions(&core).dial(&work.machine, Arc::clone(nobody) as _).await?,
        None => return Err(CoreError::Internal("Patchbay is closing".into())),
    };
    let command = match &work.command {
        Command::Plain(text) => text.clone(),
        Command::Script(_) => "exec sh -s".to_owned(),
    };
    dial.exec(command).await
}

/// Its input is at its end: nobody is there to type. A script is one compound command, which a shell reads to its end
/// before it runs any of it, so that no program in it takes the rest of the script for its input.
async fn feed(command: &Command, stdin: mpsc::Sender<Bytes>) {
    if let Command::Script(text) = command {
        let script = format!("{{\n{}\n}} </dev/null\nexit $?\n", text.expose_secret());
        // If the far end is gone, the reason is on its way.
        let _gone = stdin.send(script.into()).await;
    }
}

fn ended(reason: CloseReason) -> RunMachineState {
    match reason {
        CloseReason::Exited { code } => RunMachineState::Ended { code, signal: None },
        CloseReason::Signalled { signal, .. } => {
            RunMachineState::Ended { code: None, signal: Some(signal) }
        }
        CloseReason::Failed { error } => RunMachineState::Failed { error },
        CloseReason::ByPerson => RunMachineState::Cancelled,
    }
}
