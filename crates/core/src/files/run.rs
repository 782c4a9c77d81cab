//! The life of a task: its turn, its connections, what it does, and how it ends.
//!
//! When a connection is lost, a transfer connects again by itself and goes on where it was; when that does not help, it
//! is paused. Deliberately absent: trying again after a refusal to sign in, which could lock an account.

use super::{
    copy::Copy,
    delete,
    disk::Disk,
    permissions, problem,
    task::{Outcome, Task, Why},
    verify,
};
use crate::{Core, CoreError, bulk};
use patchbay_model::{ApiError, ErrorCode, TaskKind};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::sync::Semaphore;

/// How often a connection is tried before a task is paused, and how long it waits before each try but the first.
const TRIES: u32 = 10;
const WAITS: [u64; TRIES as usize] = [0, 1, 2, 4, 8, 15, 30, 30, 30, 30];

/// How a task stops running.
enum End {
    Over(Outcome),
    /// It cannot go on for now.
    Held(ApiError),
    /// Somebody stopped it.
    Stopped,
}

/// Runs a task. `asked` says that a person has just wished for it.
pub(super) fn start(core: Weak<Core>, task: Arc<Task>, turns: Arc<Semaphore>, asked: bool) {
    let stop = task.stopping();
    bulk::TRANSFERS.spawn(async move {
        task.keep(false).await;
        let end = tokio::select! {
            biased;
            () = stop.cancelled() => End::Stopped,
            end = drive(&core, &task, &turns, asked) => end,
        };
        // What is kept is right before anybody is told.
        match end {
            End::Stopped if task.why() == Why::Pause => {
                task.keep(false).await;
                task.paused(None);
            }
            End::Stopped => {
                tidy(&core, &task).await;
                task.keep(true).await;
                task.ended(None);
            }
            End::Held(error) => {
                task.keep(false).await;
                task.paused(Some(error));
            }
            End::Over(outcome) => {
                if outcome.is_err() {
                    tidy(&core, &task).await;
                }
                task.keep(true).await;
                task.ended(Some(outcome));
            }
        }
    });
}

/// Takes away what is not whole, where that needs no new connection.
pub(super) async fn tidy(core: &Weak<Core>, task: &Arc<Task>) {
    let Some((place, folder)) = &task.spec.to else { return };
    if let Ok(to) = place.disk_at_hand(core).await {
        let (task, job) = (Arc::clone(task), task.job());
        Copy { task, job, from: to.clone(), to, folder: folder.clone(), same: true }.tidy().await;
    }
}

async fn drive(
    core: &Weak<Core>,
    task: &Arc<Task>,
    turns: &Arc<Semaphore>,
    mut asked: bool,
) -> End {
    let mut tries = 0;
    loop {
        // While it connects again, others have their turn.
        let first = (tries == 0).then(|| Arc::clone(turns).acquire_owned());
        let mut turn = match first {
            Some(turn) => Some(turn.await),
            None => None,
        };
        let mut connecting = true;
        let outcome = match disks(core, task, asked).await {
            Ok((from, to)) => {
                connecting = false;
                if turn.is_none() {
                    turn = Some(Arc::clone(turns).acquire_owned().await);
                }
                task.started();
                let carried = task.carried();
                let outcome = work(task, from, to).await;
                if task.carried() > carried {
                    tries = 0;
                }
                outcome
            }
            Err(error) => Err(error),
        };
        drop(turn);
        asked = false;
        let error = match outcome {
            Err(error) if task.spec.kind != TaskKind::Delete => error,
            outcome => return End::Over(outcome),
        };
        let lost = problem::is_lost(&error);
        let api = ApiError::from(error);
        match worth(&api, lost, connecting) {
            Worth::Nothing => return End::Over(Err(CoreError::Api(Box::new(api)))),
            Worth::Pause => return End::Held(api),
            Worth::AnotherTry => {}
        }
        let Some(wait) = usize::try_from(tries).ok().and_then(|at| WAITS.get(at)) else {
            return End::Held(api);
        };
        tries += 1;
        task.reconnecting(&task.machine_words(), tries, TRIES);
        tokio::time::sleep(Duration::from_secs(*wait)).await;
    }
}

enum Worth {
    AnotherTry,
    Pause,
    Nothing,
}

fn worth(error: &ApiError, lost: bool, connecting: bool) -> Worth {
    use ErrorCode::{
        Agent, AuthFailed, Cancelled, HostKey, Jump, KeyPassphrase, Protocol, Refused,
        ShellRefused, TimedOut, UnknownHost, Unreachable, VaultLocked,
    };
    match error.code {
        _ if lost => Worth::AnotherTry,
        // Broken off in the middle of signing in.
        Protocol if connecting => Worth::AnotherTry,
        Refused | TimedOut | Unreachable | UnknownHost | Jump => Worth::AnotherTry,
        VaultLocked | Cancelled | AuthFailed | HostKey | KeyPassphrase | Agent | ShellRefused => {
            Worth::Pause
        }
        _ => Worth::Nothing,
    }
}

/// Where a task takes from, and the folder it puts something into.
type Disks = (Disk, Option<(Disk, Vec<u8>)>);

async fn disks(core: &Weak<Core>, task: &Task, asked: bool) -> Result<Disks, CoreError> {
    let spec = &task.spec;
    let from = spec.from.disk(core, asked).await?;
    let to = match &spec.to {
        // One connection, so that the machine can copy by itself.
        Some((place, folder)) if place.is(&spec.from) => Some((from.clone(), folder.clone())),
        Some((place, folder)) => Some((place.disk(core, asked).await?, folder.clone())),
        None => None,
    };
    Ok((from, to))
}

async fn work(task: &Arc<Task>, from: Disk, to: Option<(Disk, Vec<u8>)>) -> Outcome {
    let Some((to, folder)) = to else {
        return match task.spec.mode {
            Some(mode) => permissions::run(task, &from, mode).await,
            None => delete::run(task, &from).await,
        };
    };
    let same = task.spec.to.as_ref().is_some_and(|(place, _)| place.is(&task.spec.from));
    let copy = Copy { task: Arc::clone(task), job: task.job(), from, to, folder, same };
    match task.spec.kind {
        TaskKind::Verify => verify::run(&copy).await,
        _ => copy.run().await,
    }
}
